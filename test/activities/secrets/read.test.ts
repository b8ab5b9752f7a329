/** A secret is found where the configuration says, or its place is named; its value never is. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { asNobody } from '../../support/unprivileged.ts';
import { describeSecret, readSecret } from '../../../activities/secrets/read.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';

const folder = mkdtempSync(join(tmpdir(), 'backout-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(content: string): { file: string } {
  const path = join(folder, String(Math.random()));
  writeFileSync(path, content);
  return { file: path };
}

test('a secret in the environment is taken as it is', async () => {
  expect(await readSecret({ env: 'SLACK' }, { SLACK: ' https://hooks/a\n' })).toBe(' https://hooks/a\n');
});

test.each([
  ['https://hooks/a', 'https://hooks/a'],
  ['https://hooks/a\n', 'https://hooks/a'],
  ['https://hooks/a\r\n\n', 'https://hooks/a'],
  ['two\nlines\n', 'two\nlines'],
  [' blanks stay ', ' blanks stay '],
])('of a file with %j, only the line breaks at its end are dropped', async (content, secret) => {
  expect(await readSecret(file(content), {})).toBe(secret);
});

test('it is read anew each time, so that a changed secret needs no restart', async () => {
  const ref = file('first');
  expect(await readSecret(ref, {})).toBe('first');
  writeFileSync(ref.file, 'second');
  expect(await readSecret(ref, {})).toBe('second');
});

async function failureOf(reading: Promise<string>): Promise<BackoutFailure> {
  const failure: unknown = await reading.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(BackoutFailure);
  return failure as BackoutFailure;
}

test.each([
  [{}, 'it is not set'],
  [{ SLACK: '' }, 'it is empty'],
  [{ SLACK: ' \n' }, 'it is empty'],
])('the environment %j is a failure that names the variable', async (env, problem) => {
  const failure = await failureOf(readSecret({ env: 'SLACK' }, env));
  expect([failure.type, failure.retryable]).toEqual(['InvalidConfiguration', false]);
  expect(failure.message).toBe(
    `The worker has no secret in the environment variable SLACK: ${problem}. Traffic and data were not changed by this. Set SLACK for the worker and start it again.`,
  );
});

test('a file that is missing, empty or a folder is a failure that names the file', async () => {
  const gone = join(folder, 'gone');
  const empty = file('\n').file;
  const directory = join(folder, 'directory');
  mkdirSync(directory);
  for (const [path, problem] of [
    [gone, 'there is no such file'],
    [empty, 'it is empty'],
    [directory, "it can't be read (EISDIR)"],
  ] as const) {
    expect((await failureOf(readSecret({ file: path }, {}))).message).toBe(
      `The worker has no secret in the file ${path}: ${problem}. Traffic and data were not changed by this. Put the secret into ${path}, readable by the worker.`,
    );
  }
});

test('a file that the worker may not read says so', async () => {
  const ref = file('https://hooks/a');
  chmodSync(dirname(ref.file), 0o755);
  chmodSync(ref.file, 0);
  expect((await asNobody(() => failureOf(readSecret(ref, {})))).parts.what).toBe(
    `The worker has no secret in the file ${ref.file}: the worker may not read it.`,
  );
});

test('where a secret is can be said without the secret', () => {
  expect(describeSecret({ env: 'SLACK' })).toBe('environment variable SLACK');
  expect(describeSecret({ file: '/run/secrets/slack' })).toBe('file /run/secrets/slack');
});
