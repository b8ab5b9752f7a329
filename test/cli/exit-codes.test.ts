import { expect, test } from 'vitest';
import { EXIT, exitCodeOf } from '../../src/cli/exit-codes.ts';

test('exit codes are distinct, and never change', () => {
  expect(EXIT).toEqual({
    ok: 0,
    failed: 1,
    usage: 2,
    notVerified: 3,
    aborted: 4,
    waiting: 5,
    unreachable: 6,
    alreadyRunning: 7,
    notFound: 8,
    blocked: 9,
    interrupted: 130,
  });
});

test.each([
  ['InvalidRequest', 2],
  ['InvalidConfiguration', 2],
  ['UnknownService', 2],
  ['Unverified', 3],
  ['Aborted', 4],
  ['AlreadyRunning', 7],
  ['TargetLocked', 7],
  ['PlanChanged', 1],
  ['HostUnreachable', 1],
  ['a type of a later version', 1],
])('%s ends with %i', (type, code) => {
  expect(exitCodeOf(type)).toBe(code);
});
