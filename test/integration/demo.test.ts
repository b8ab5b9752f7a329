/** `npm run demo -- full`, as people run it: it restores the data, says what it saw, and leaves nothing but the reports. */
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/until.ts';

const DEMO = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bo-demo-'));
  // As /tmp is: PostgreSQL is another user than root.
  await chmod(folder, 0o755);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const start = (...words: string[]) =>
  execa(process.execPath, ['--import', 'tsx', DEMO, ...words], {
    ...{ stdin: 'ignore', all: true, reject: false },
    env: { TMPDIR: folder },
  });

/** What it has left, without the caches of tsx and Node. */
async function left(): Promise<string[]> {
  const [demo = '', ...others] = (await readdir(folder)).filter((name) => !/^(tsx-|node-)/.test(name));
  return [...(await readdir(join(folder, demo))).map((name) => `DEMO/${name}`), ...others];
}

test('the full demo gets all listings back, and tells for how long reads and writes failed', async () => {
  const { exitCode, all } = await start('full');
  expect(all).toMatch(/^ {2}Listings {7}6,000 before 1\.5\.0, 2,460 after its migration, 6,000 now$/m);
  expect(all).toMatch(/^ {2}Reads find {5}100\.0 % of the listings that they ask for$/m);
  expect(all).toMatch(/^ {2}Reads failed {3}for \d+\.\d\d s of the rollback: [\d,]+ of [\d,]+$/m);
  expect(all).toMatch(/^ {2}Writes failed {2}for \d+\.\d\d s of the rollback: [\d,]+ of [\d,]+$/m);
  expect(all).toMatch(/^ {2}Kept {11}listings_old_\d{8}_\d{6}, with the [1-9][\d,]* orders that came after/m);
  expect(all).toContain('There is no terminal here that a person could type RESTORE at: the demo does it');
  expect(exitCode).toBe(0);
  expect(await left()).toEqual(['DEMO/incidents']);
}, 240_000);

test('Ctrl-C ends the full demo and everything that it has started', async () => {
  const demo = start('full');
  let said = '';
  demo.all.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const isUp = () => said.includes('made and read back in');
  await until('the backup is made', () => isUp() || demo.exitCode !== null, { timeoutMs: 120_000 });
  demo.kill('SIGINT');
  const { exitCode, all } = await demo;
  expect(all).toMatch(/\nEnding all of it …\nAll of it is ended\.$/);
  expect(exitCode).toBe(130);
  expect(await left()).toEqual([]);
}, 180_000);

test('a word that the demo does not know starts nothing', async () => {
  const { exitCode, all } = await start('ful');
  expect(all).toBe('usage: npm run demo [-- [full] [--keep]]');
  expect(exitCode).toBe(2);
});
