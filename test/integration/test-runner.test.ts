/** The runner of `npm test` on real vitest runs: what it must not let pass, it does not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProject } from '../../scripts/test-project.ts';
import { isRunning } from '../support/processes.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'backout-runner-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function runTests(source: string, { limitSeconds = 60 } = {}) {
  writeFileSync(join(directory, 'sample.test.mjs'), source);
  const args = ['--root', directory, '--globals', '--testTimeout=0'];
  const { passed, failed, problems } = await runProject({
    project: 'sample',
    limitSeconds,
    args,
    output: 'ignore',
  });
  return { passed, failed, problems };
}

test('good tests pass', async () => {
  expect(
    await runTests(`test('one', () => {}); describe('two', () => { test('three', () => {}); });`),
  ).toEqual({
    passed: 2,
    failed: 0,
    problems: [],
  });
});

test('a test that is skipped, in whatever way, is a failure', async () => {
  const { passed, failed, problems } = await runTests(`
    test('good', () => {});
    test.skip('one', () => {});
    test.todo('two');
    describe.skip('group', () => { test('three', () => {}); });
    test('four', ({ skip }) => skip());`);
  expect({ passed, failed }).toEqual({ passed: 1, failed: 4 });
  expect(problems.map((problem) => problem.split(' > ').slice(1).join(' > '))).toEqual([
    'one',
    'two',
    'group > three',
    'four',
  ]);
});

test('one test on its own with `only` is a failure', async () => {
  const { failed } = await runTests(`test('one', () => {}); test.only('two', () => {});`);
  expect(failed).toBeGreaterThan(0);
});

test('a file without tests is a failure', async () => {
  const { failed, problems } = await runTests('');
  expect(failed).toBe(1);
  expect(problems).toEqual([
    'sample.test.mjs: No test suite found in file ' + join(directory, 'sample.test.mjs'),
  ]);
});

test('a file that can not be loaded is a failure', async () => {
  const { passed, failed, problems } = await runTests(`throw new Error('broken at the start');`);
  expect({ passed, failed }).toEqual({ passed: 0, failed: 1 });
  expect(problems).toEqual(['sample.test.mjs: broken at the start']);
});

test('an error that no test caught is a failure', async () => {
  const { passed, failed, problems } = await runTests(`
    test('one', async () => {
      void Promise.reject(new Error('nobody waits for me'));
      await new Promise((resolve) => setTimeout(resolve, 50));
    });`);
  expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
  expect(problems).toEqual([
    expect.stringMatching(/^unhandled error: Error: nobody waits for me\n +at .*sample\.test\.mjs:\d+/),
  ]);
});

test('a failed hook of a group is a failure', async () => {
  const { failed } = await runTests(
    `describe('group', () => { beforeAll(() => { throw new Error('no'); }); test('one', () => {}); });`,
  );
  expect(failed).toBeGreaterThan(0);
});

/** Starts a program that lives on, and writes its pid down. */
const START_SLEEPER = `
  import { spawn } from 'node:child_process';
  import { writeFileSync } from 'node:fs';
  const sleeper = spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
  sleeper.unref();
  writeFileSync('PIDFILE', String(sleeper.pid));`;

const startSleeper = () => START_SLEEPER.replace('PIDFILE', join(directory, 'pid'));
const sleeper = async () => Number(await readFile(join(directory, 'pid'), 'utf8'));

test('a program that is left running is a failure, and is ended', async () => {
  const { passed, failed, problems } = await runTests(`${startSleeper()} test('one', () => {});`);
  const pid = await sleeper();
  expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
  expect(problems).toEqual([`still running after its tests, ended now: sleep 600 (pid ${pid})`]);
  expect(isRunning(pid)).toBe(false);
});

const hang = async (body: string) => {
  const { failed, problems } = await runTests(
    `${startSleeper()}
    test('ends', () => {});
    test('waits for nothing', ${body});`,
    { limitSeconds: 12 },
  );
  expect(failed).toBe(1);
  expect(isRunning(await sleeper())).toBe(false);
  return problems;
};

test('a test that hangs is named, and everything is ended', async () => {
  expect(await hang('() => new Promise((resolve) => setTimeout(resolve, 1e8))')).toEqual([
    'not done within 12 s; it hung in:\n    sample.test.mjs\n    sample.test.mjs > waits for nothing',
  ]);
});

test('of a test that never lets go of the processor, the file is named', async () => {
  expect(await hang('() => { for (;;); }')).toEqual([
    'not done within 12 s; it hung in:\n    sample.test.mjs',
  ]);
});
