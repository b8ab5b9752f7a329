/** One folder per rollback, whoever opens it and however often. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openIncident } from '../../../activities/incident/open.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { ref, STARTED_AT, tempFolder } from './support.ts';

const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8);

test('the first step makes the folder, named after the start in UTC, with its owner in it', async () => {
  const root = join(tempFolder(), 'var', 'incidents');
  const sink = await openIncident(root, ref('rollback-listings-42', '2026-11-21T05:15:00.250+01:00'));
  expect(sink.folder).toBe(join(root, 'rollback-20261121-041500'));
  expect(readdirSync(root)).toEqual(['rollback-20261121-041500']);
  expect(readdirSync(sink.folder)).toEqual(['.backout-owner.json']);
  expect(JSON.parse(readFileSync(join(sink.folder, '.backout-owner.json'), 'utf8'))).toEqual({
    format: 'backout.owner/1',
    workflowId: 'rollback-listings-42',
    startedAt: '2026-11-21T05:15:00.250+01:00',
    host: hostname(),
  });
});

test('a later step gets the same folder, with what is in it', async () => {
  const root = tempFolder();
  const first = await openIncident(root, ref('a'));
  await first.write('state-before.txt', 'green');
  const again = await openIncident(root, ref('a'));
  expect(again.folder).toBe(first.folder);
  expect(readFileSync(join(again.folder, 'state-before.txt'), 'utf8')).toBe('green');
  expect(readdirSync(root)).toEqual(['rollback-20261121-041500']);
});

test('twenty openers of one rollback, each a moment after the other, get one folder and none fails', async () => {
  for (let round = 0; round < 40; round++) {
    const root = tempFolder();
    const openers = Array.from({ length: 20 }, async (_, index) => {
      // Each begins when those before it are at another place.
      for (let turn = 0; turn < index * (round % 5); turn++) await stat(root);
      return openIncident(root, ref('a'));
    });
    const folders = (await Promise.all(openers)).map(({ folder }) => folder);
    expect(new Set(folders)).toEqual(new Set([join(root, 'rollback-20261121-041500')]));
    expect(readdirSync(join(root, 'rollback-20261121-041500'))).toEqual(['.backout-owner.json']);
    expect(readdirSync(root)).toEqual(['rollback-20261121-041500']);
  }
});

test('rollbacks that start in the same second get folders of their own, also all at once', async () => {
  const root = tempFolder();
  const owners = Array.from({ length: 12 }, (_, index) => ref(`rollback-${index}`));
  const folders = await Promise.all(owners.map(async (owner) => (await openIncident(root, owner)).folder));
  expect(new Set(folders).size).toBe(12);
  expect(readdirSync(root).sort()).toEqual(
    ['', ...Array.from({ length: 11 }, (_, index) => `-${index + 2}`)]
      .map((end) => `rollback-20261121-041500${end}`)
      .sort(),
  );
  const again = await Promise.all(owners.map(async (owner) => (await openIncident(root, owner)).folder));
  expect(again).toEqual(folders);
});

test('the same workflow ID used again later is another rollback', async () => {
  const root = tempFolder();
  const first = await openIncident(root, ref('a'));
  const second = await openIncident(root, ref('a', '2026-11-21T04:15:00.900Z'));
  expect(first.folder).toBe(join(root, 'rollback-20261121-041500'));
  expect(second.folder).toBe(join(root, 'rollback-20261121-041500-2'));
});

test('a folder of that name that somebody else made is left as it is', async () => {
  const root = tempFolder();
  const theirs = join(root, 'rollback-20261121-041500');
  mkdirSync(theirs, { mode: 0o700 });
  writeFileSync(join(theirs, 'notes.txt'), 'mine');
  writeFileSync(join(root, 'rollback-20261121-041500-2'), 'a file');
  const sink = await openIncident(root, ref('a'));
  expect(sink.folder).toBe(join(root, 'rollback-20261121-041500-3'));
  expect(readdirSync(theirs)).toEqual(['notes.txt']);
  expect(mode(theirs)).toBe('700');
  expect(readFileSync(join(root, 'rollback-20261121-041500-2'), 'utf8')).toBe('a file');
});

test.each(['', '{', '[]', '{"format":"backout.owner/2","workflowId":"a"}'])(
  'a folder whose owner file holds %j counts as somebody else’s',
  async (content) => {
    const root = tempFolder();
    const theirs = join(root, 'rollback-20261121-041500');
    mkdirSync(theirs);
    writeFileSync(join(theirs, '.backout-owner.json'), content);
    const sink = await openIncident(root, ref('a'));
    expect(sink.folder).toBe(`${theirs}-2`);
    expect(readFileSync(join(theirs, '.backout-owner.json'), 'utf8')).toBe(content);
  },
);

test.each([0o000, 0o027, 0o077])('whatever the umask is (%i): folder 0750, files 0640', async (umask) => {
  const root = tempFolder();
  const before = process.umask(umask);
  try {
    const sink = await openIncident(root, ref('a'));
    await sink.write('state.txt', 'x');
    writeFileSync(sink.path('log.txt'), 'y', { mode: 0o600 });
    await sink.add('log.txt', { gzip: true });
    expect(mode(sink.folder)).toBe('750');
    for (const name of ['.backout-owner.json', 'state.txt', 'log.txt.gz']) {
      expect([name, mode(join(sink.folder, name))]).toEqual([name, '640']);
    }
  } finally {
    process.umask(before);
  }
});

test('what an attempt left that died while it made the folder is cleared away by the next', async () => {
  const root = tempFolder();
  // As mkdtemp names it, for the SHA-256 of "a 2026-11-21T04:15:00.250Z".
  const left = join(root, '.opening-5b722d9926e6-Xy12zA');
  mkdirSync(left);
  writeFileSync(join(left, '.backout-owner.json'), '{');
  mkdirSync(join(root, '.opening-0123456789ab-live00'));
  await openIncident(root, ref('a'));
  expect(readdirSync(root).sort()).toEqual(['.opening-0123456789ab-live00', 'rollback-20261121-041500']);
});

test('a path to the incidents that leads over a file is said in words, with what to do', async () => {
  const file = join(tempFolder(), 'incidents');
  writeFileSync(file, 'x');
  const failure = await openIncident(join(file, 'here'), ref('a')).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(BackoutFailure);
  expect((failure as BackoutFailure).type).toBe('EvidenceNotWritten');
  expect((failure as BackoutFailure).message).toBe(
    `${file}/here/rollback-20261121-041500 could not be written on the worker ${hostname()}: something that is no folder stands in its way (ENOTDIR). ` +
      'Traffic and data were not changed by this: it only keeps records, and what earlier steps did stays done. ' +
      'Correct `incidents.directory` in the configuration, or move that file away. Then decide `retry`; or `skip` to go on without it.',
  );
});

test('a file where the incidents should lie says the same', async () => {
  const file = join(tempFolder(), 'incidents');
  writeFileSync(file, 'x');
  await expect(openIncident(file, ref('a'))).rejects.toThrow(
    'something that is no folder stands in its way (EEXIST)',
  );
});

test('a folder that was removed by hand in the middle is made again', async () => {
  const root = tempFolder();
  const first = await openIncident(root, ref('a', STARTED_AT));
  rmSync(first.folder, { recursive: true });
  expect((await openIncident(root, ref('a', STARTED_AT))).folder).toBe(first.folder);
  expect(readdirSync(first.folder)).toEqual(['.backout-owner.json']);
});
