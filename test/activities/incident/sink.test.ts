/** Evidence is whole or not there, under a safe name, and what is said of it is true. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createSink, measure } from '../../../activities/incident/sink.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { tempFolder } from './support.ts';

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');

test('text is written as it is, and measured in bytes', async () => {
  const sink = createSink(tempFolder());
  expect(await sink.write('state-before.txt', 'grün ⏎\n')).toEqual({
    name: 'state-before.txt',
    bytes: 10,
    sha256: sha256('grün ⏎\n'),
  });
  expect(readFileSync(join(sink.folder, 'state-before.txt'), 'utf8')).toBe('grün ⏎\n');
});

test('bytes that are no text stay the same bytes', async () => {
  const sink = createSink(tempFolder());
  const bytes = Uint8Array.from([0, 255, 128, 10, 13]);
  expect(await sink.write('core.bin', bytes)).toEqual({ name: 'core.bin', bytes: 5, sha256: sha256(bytes) });
  expect([...readFileSync(join(sink.folder, 'core.bin'))]).toEqual([0, 255, 128, 10, 13]);
});

test('writing a name again replaces it and leaves one file', async () => {
  const sink = createSink(tempFolder());
  await sink.write('state.txt', 'a long first text');
  await createSink(sink.folder).write('state.txt', 'short');
  expect(readdirSync(sink.folder)).toEqual(['state.txt']);
  expect(readFileSync(join(sink.folder, 'state.txt'), 'utf8')).toBe('short');
});

test('two steps that write one name at once leave one whole file', async () => {
  const folder = tempFolder();
  const texts = Array.from({ length: 10 }, (_, index) => String(index).repeat(200_000));
  await Promise.all(texts.map((text) => createSink(folder).write('state.txt', text)));
  expect(readdirSync(folder)).toEqual(['state.txt']);
  expect(texts).toContain(readFileSync(join(folder, 'state.txt'), 'utf8'));
});

test('a streamed log is compressed; its size before is noted and the hash is that of what lies there', async () => {
  const sink = createSink(tempFolder());
  const log = '2026-11-21T04:14:59Z ERROR boom\n'.repeat(20_000);
  writeFileSync(sink.path('faulty-green.log'), log);
  const file = await sink.add('faulty-green.log', { gzip: true, note: 'the last 640000 of 900000 bytes' });
  const packed = readFileSync(join(sink.folder, 'faulty-green.log.gz'));
  expect(file).toEqual({
    name: 'faulty-green.log.gz',
    bytes: packed.length,
    sha256: sha256(packed),
    note: 'the last 640000 of 900000 bytes; 640.0 kB before compression',
  });
  expect(gunzipSync(packed).toString()).toBe(log);
  expect(packed.length).toBeLessThan(10_000);
  expect(readdirSync(sink.folder)).toEqual(['faulty-green.log.gz']);
});

test('a streamed file can be kept as it is', async () => {
  const sink = createSink(tempFolder());
  writeFileSync(sink.path('site-file'), 'upstream listings {}\n');
  expect(readdirSync(sink.folder).filter((name) => !name.startsWith('.'))).toEqual([]);
  expect(await sink.add('site-file')).toEqual({
    name: 'site-file',
    bytes: 21,
    sha256: sha256('upstream listings {}\n'),
  });
  expect(readdirSync(sink.folder)).toEqual(['site-file']);
});

test('an empty log is kept too: that there was nothing is evidence', async () => {
  const sink = createSink(tempFolder());
  writeFileSync(sink.path('green.log'), '');
  const file = await sink.add('green.log', { gzip: true });
  expect(file.note).toBe('0 B before compression');
  expect(gunzipSync(readFileSync(join(sink.folder, 'green.log.gz'))).length).toBe(0);
});

test('a step that comes again compresses anew and replaces the first copy', async () => {
  const sink = createSink(tempFolder());
  for (const log of ['first\n', 'first\nsecond\n']) {
    const attempt = createSink(sink.folder);
    writeFileSync(attempt.path('green.log'), log);
    await attempt.add('green.log', { gzip: true });
  }
  expect(readdirSync(sink.folder)).toEqual(['green.log.gz']);
  expect(gunzipSync(readFileSync(join(sink.folder, 'green.log.gz'))).toString()).toBe('first\nsecond\n');
});

test('adding what was never streamed fails, keeps the earlier file and leaves no part of a new one', async () => {
  const sink = createSink(tempFolder());
  await sink.write('green.log.gz', 'earlier');
  const failure = await sink.add('green.log', { gzip: true }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(BackoutFailure);
  expect((failure as BackoutFailure).type).toBe('EvidenceNotWritten');
  expect((failure as BackoutFailure).parts.what).toMatch(
    new RegExp(
      `^${sink.folder}/green\\.log\\.gz could not be written on the worker ${hostname()}: ENOENT: no such file`,
    ),
  );
  expect(readdirSync(sink.folder)).toEqual(['green.log.gz']);
  expect(readFileSync(join(sink.folder, 'green.log.gz'), 'utf8')).toBe('earlier');
});

test('where a folder stands in the way of a file, that is said and no part is left', async () => {
  const sink = createSink(tempFolder());
  mkdirSync(join(sink.folder, 'state.txt'));
  await expect(sink.write('state.txt', 'x')).rejects.toThrow(`${sink.folder}/state.txt could not be written`);
  expect(readdirSync(sink.folder)).toEqual(['state.txt']);
});

test('a folder that is gone is said, with what to do', async () => {
  const sink = createSink(tempFolder());
  rmSync(sink.folder, { recursive: true });
  await expect(sink.write('state.txt', 'x')).rejects.toMatchObject({
    type: 'EvidenceNotWritten',
    parts: {
      changed:
        'Traffic and data were not changed by this: it only keeps records, and what earlier steps did stays done.',
      next: 'See what is wrong with that disk. Then decide `retry`; or `skip` to go on without it.',
    },
  });
});

test.each([
  '../../etc/passwd',
  '/var/log/listings/green.log',
  '.backout-owner.json',
  '..',
  '',
  'x'.repeat(300),
])('the name %j stays within the folder, written or streamed', async (name) => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'in'));
  const sink = createSink(join(folder, 'in'));
  const file = await sink.write(name, 'x');
  expect(file.name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
  expect(readdirSync(sink.folder)).toEqual([file.name]);
  expect(readdirSync(folder)).toEqual(['in']);
  writeFileSync(sink.path(name), 'y');
  expect(await sink.add(name)).toEqual({ name: file.name, bytes: 1, sha256: sha256('y') });
  writeFileSync(sink.path(name), 'z');
  const packed = await sink.add(name, { gzip: true });
  expect(packed.name).toMatch(/\.gz$/);
  expect(readdirSync(sink.folder).sort()).toEqual([file.name, packed.name].sort());
  expect(readdirSync(folder)).toEqual(['in']);
});

test('a file is measured in pieces, whatever its size', async () => {
  const path = join(tempFolder(), 'big');
  const content = Buffer.alloc(3_000_001, 'ab');
  writeFileSync(path, content);
  expect(await measure(path)).toEqual({ bytes: 3_000_001, sha256: sha256(content) });
  await expect(measure(`${path}-not`)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(existsSync(`${path}-not`)).toBe(false);
});
