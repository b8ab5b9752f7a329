/** The manifest is checked by the tool that people will check it with. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listFiles, renderManifest } from '../../../activities/incident/manifest.ts';
import { tempFolder } from './support.ts';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const check = (folder: string) =>
  execFileSync('sha256sum', ['--check', '--strict', 'MANIFEST.sha256'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });

test('each line is a hash, two blanks and the name', () => {
  expect(
    renderManifest([
      { name: 'a.txt', bytes: 0, sha256: EMPTY },
      { name: 'b c.txt', bytes: 0, sha256: EMPTY },
    ]),
  ).toBe(`${EMPTY}  a.txt\n${EMPTY}  b c.txt\n`);
  expect(renderManifest([])).toBe('');
});

test('sha256sum agrees with every file, whatever people have called theirs', async () => {
  const folder = tempFolder();
  const names = [
    'INCIDENT_REPORT.md',
    'notes of anna.txt',
    'a\\b',
    'line\nbreak',
    'carriage\rreturn',
    '日本.txt',
    '-rf',
  ];
  for (const name of names) writeFileSync(join(folder, name), `content of ${name}`);
  const files = await listFiles(folder, { except: [] });
  expect(files.map(({ name }) => name)).toEqual([...names].sort());
  writeFileSync(join(folder, 'MANIFEST.sha256'), renderManifest(files));
  expect(
    check(folder)
      .trimEnd()
      .split('\n')
      .filter((line) => line.endsWith(': OK')),
  ).toHaveLength(7);
});

test('sha256sum finds the file that was changed later', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'log.txt'), 'as it was');
  writeFileSync(join(folder, 'state.txt'), 'as it was');
  writeFileSync(join(folder, 'MANIFEST.sha256'), renderManifest(await listFiles(folder, { except: [] })));
  writeFileSync(join(folder, 'log.txt'), 'as it shall look');
  let said = '';
  try {
    check(folder);
  } catch (error) {
    said = (error as { stdout: string }).stdout;
  }
  expect(said).toBe('log.txt: FAILED\nstate.txt: OK\n');
});

test('only real, visible files count, and not those that are excepted', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'kept.txt'), '');
  writeFileSync(join(folder, 'MANIFEST.sha256'), 'old');
  writeFileSync(join(folder, '.backout-owner.json'), '{}');
  writeFileSync(join(folder, '.partial-0a0a-kept.txt'), 'hal');
  mkdirSync(join(folder, 'folder'));
  symlinkSync('/etc/passwd', join(folder, 'link'));
  expect(await listFiles(folder, { except: ['MANIFEST.sha256'] })).toEqual([
    { name: 'kept.txt', bytes: 0, sha256: EMPTY },
  ]);
});

test('a folder that is gone is an EvidenceNotWritten', async () => {
  await expect(listFiles(join(tempFolder(), 'gone'), { except: [] })).rejects.toMatchObject({
    type: 'EvidenceNotWritten',
  });
});
