import { expect, test } from 'vitest';
import type { CommandResult } from '../../../activities/commands/host.ts';
import type { HttpAnswer } from '../../../activities/http/probe.ts';
import { judgeCommand, judgeUrl } from '../../../activities/verification/smoke.ts';

const answer = (status: number, body = '') => ({ ok: true, status, headers: {}, body }) as HttpAnswer;
const home = { url: 'http://shop.example/', status: 200 };

test('a URL passes with the expected status', () => {
  expect(judgeUrl(home, answer(200))).toEqual({
    name: 'smoke GET http://shop.example/',
    passed: true,
    detail: 'Status 200 seen, 200 expected.',
  });
  expect(judgeUrl({ ...home, status: 302 }, answer(302)).passed).toBe(true);
});

test('a URL fails with any other status', () => {
  expect(judgeUrl({ ...home, hostHeader: 'www.shop.example' }, answer(503))).toEqual({
    name: 'smoke GET http://shop.example/ (Host: www.shop.example)',
    passed: false,
    detail: 'Status 503 seen, 200 expected.',
  });
});

test('the body must contain the expected text', () => {
  const smoke = { ...home, bodyContains: '"Listings"' };
  expect(judgeUrl(smoke, answer(200, '<h1>"Listings"</h1>'))).toMatchObject({
    passed: true,
    detail: 'Status 200 seen, 200 expected, and the body contains "\\"Listings\\"".',
  });
  expect(judgeUrl(smoke, answer(200, 'maintenance'))).toMatchObject({
    passed: false,
    detail: 'Status 200 seen, 200 expected, but the body does not contain "\\"Listings\\"".',
  });
});

test('no answer is a failed test', () => {
  expect(judgeUrl(home, { ok: false, error: 'connection refused' } as HttpAnswer)).toMatchObject({
    passed: false,
    detail: 'No answer, status 200 expected: connection refused.',
  });
});

const ran = (result: Partial<CommandResult>) => ({
  exitCode: 0,
  stdout: '',
  stderr: '',
  durationMs: 1234,
  ...result,
});

test('a command passes with exit code 0, and its output stays out of the records', () => {
  expect(judgeCommand(['npm', 'run', 'smoke'], ran({ stdout: 'all well' }))).toEqual({
    name: 'smoke npm run smoke',
    passed: true,
    detail: 'Exit code 0 after 1.2 s, 0 needed.',
  });
});

test('a command that fails is told with the end of what it printed', () => {
  expect(
    judgeCommand(['./smoke'], ran({ exitCode: 3, stdout: 'step 1\n', stderr: 'login failed\n' })).detail,
  ).toBe('Exit code 3 after 1.2 s, 0 needed. It printed last: step 1 login failed');
  expect(judgeCommand(['./smoke'], ran({ exitCode: 3 })).detail).toBe(
    'Exit code 3 after 1.2 s, 0 needed. It printed nothing.',
  );
  const long = judgeCommand(['./smoke'], ran({ exitCode: 1, stdout: 'x'.repeat(100_000) })).detail;
  expect(long).toBe(`Exit code 1 after 1.2 s, 0 needed. It printed last: …${'x'.repeat(500)}`);
});
