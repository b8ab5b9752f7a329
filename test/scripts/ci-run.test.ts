/** What .ci/run says and how it exits, with programs on PATH that play npm. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const CI_RUN = fileURLToPath(new URL('../../.ci/run', import.meta.url));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'backout-ci-'));
  mkdirSync(join(directory, '.ci'));
  mkdirSync(join(directory, 'bin'));
  cpSync(CI_RUN, join(directory, '.ci', 'run'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function program(name: string, script: string): void {
  const path = join(directory, 'bin', name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** What each stage does: lines of a shell script. */
function run(stages: { setUp?: string; typecheck?: string; lint?: string; test: string }) {
  program('node', stages.setUp ?? 'exit 0');
  program(
    'npm',
    `case "$*" in
      *typecheck*) ${stages.typecheck ?? 'exit 0'} ;;
      *lint*) ${stages.lint ?? 'exit 0'} ;;
      test*) ${stages.test} ;;
      *) exit 99 ;;
    esac`,
  );
  const { status, stdout } = spawnSync(join(directory, '.ci', 'run'), {
    encoding: 'utf8',
    env: { PATH: `${join(directory, 'bin')}:/usr/bin:/bin` },
  });
  const lines = stdout.trimEnd().split('\n');
  return { status, last: lines.at(-1), why: lines.at(-2), lines };
}

test('ends with the totals of the tests', () => {
  const { status, last, lines } = run({ test: 'echo "212 passed, 0 failed"' });
  expect({ status, last }).toEqual({ status: 0, last: '212 passed, 0 failed' });
  expect(
    lines.filter((line) => / after \d+ s$/.test(line)).map((line) => line.replace(/\d+ s/, 'N s')),
  ).toEqual([
    '── set-up: done after N s',
    '── types: done after N s',
    '── lint: done after N s',
    '── tests: done after N s',
  ]);
});

test('fails when a test fails', () => {
  const { status, last } = run({ test: 'echo "211 passed, 1 failed"; exit 1' });
  expect({ status, last }).toEqual({ status: 1, last: '211 passed, 1 failed' });
});

test.each([
  [{ setUp: 'exit 1' }, 'The set-up failed.'],
  [{ typecheck: 'exit 2' }, 'The type check failed.'],
  [{ lint: 'exit 1' }, 'Lint or format failed (npm run format corrects the format).'],
])('runs no test after %j', (stages, reason) => {
  const { status, last, why, lines } = run({ ...stages, test: 'echo "212 passed, 0 failed"' });
  expect({ status, last, why }).toEqual({ status: 1, last: '0 passed, 1 failed', why: reason });
  expect(lines).not.toContain('212 passed, 0 failed');
});

test('fails when the tests never came to an end', () => {
  const { status, last, why } = run({ test: 'echo "some words"' });
  expect({ status, last, why }).toEqual({
    status: 1,
    last: '0 passed, 1 failed',
    why: 'The tests did not come to an end.',
  });
});

test('does not believe good totals of tests that failed', () => {
  const { status, last, why } = run({ test: 'echo "212 passed, 0 failed"; exit 3' });
  expect({ status, last, why }).toEqual({
    status: 1,
    last: '0 passed, 1 failed',
    why: 'npm test ended with exit code 3.',
  });
});
