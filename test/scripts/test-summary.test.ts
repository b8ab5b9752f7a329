import { describe, expect, test } from 'vitest';
import { parseEvents, report, summarize } from '../../scripts/test-summary.ts';
import type { Ending, TestEvent, TestState } from '../../scripts/test-summary.ts';

const CLEAN: Ending = { kind: 'exited', code: 0 };
const ENDED: TestEvent = { event: 'run-ends', unhandled: [] };

const file = (tests: Record<string, TestState>, errors: string[] = []): TestEvent => ({
  event: 'file',
  file: 'test/a.test.ts',
  ms: 1500,
  tests: Object.entries(tests).map(([name, state]) => ({ name, state })),
  errors,
});

const run = (events: TestEvent[], ending: Ending = CLEAN, leftovers: string[] = []) =>
  summarize({ project: 'unit', seconds: 2, events, ending, leftovers });

describe('a project', () => {
  test('is good when every test passed', () => {
    expect(run([file({ one: 'passed', two: 'passed' }), ENDED])).toEqual({
      project: 'unit',
      seconds: 2,
      passed: 2,
      failed: 0,
      problems: [],
      files: [{ file: 'test/a.test.ts', ms: 1500 }],
    });
  });

  test('counts the tests that failed, which vitest has shown already', () => {
    const { passed, failed, problems } = run([file({ one: 'passed', two: 'failed' }), ENDED], {
      kind: 'exited',
      code: 1,
    });
    expect({ passed, failed, problems }).toEqual({ passed: 1, failed: 1, problems: [] });
  });

  test.each(['skipped', 'pending'] as const)('fails when a test is %s', (state) => {
    const { failed, problems } = run([file({ one: 'passed', two: state }), ENDED]);
    expect(failed).toBe(1);
    expect(problems).toEqual(['skipped, and a test that is skipped proves nothing: test/a.test.ts > two']);
  });

  test('fails when not one test ran', () => {
    const { failed, problems } = run([ENDED]);
    expect({ failed, problems }).toEqual({ failed: 1, problems: ['not one test ran'] });
  });

  test('fails when a file has no test', () => {
    expect(run([file({}), ENDED]).problems).toEqual(['no test in test/a.test.ts']);
  });

  test('fails when a file can not be loaded', () => {
    const { failed, problems } = run([file({}, ['no such module']), ENDED], { kind: 'exited', code: 1 });
    expect({ failed, problems }).toEqual({ failed: 1, problems: ['test/a.test.ts: no such module'] });
  });

  test('fails on an error that no test caught', () => {
    const { failed, problems } = run([file({ one: 'passed' }), { event: 'run-ends', unhandled: ['boom'] }]);
    expect({ failed, problems }).toEqual({ failed: 1, problems: ['unhandled error: boom'] });
  });

  test('fails when a program is left running', () => {
    const { failed, problems } = run([file({ one: 'passed' }), ENDED], CLEAN, ['nginx (pid 7)']);
    expect(failed).toBe(1);
    expect(problems).toEqual(['still running after its tests, ended now: nginx (pid 7)']);
  });

  test.each([
    [3, 'vitest ended with exit code 3'],
    [null, 'vitest ended with a signal'],
  ])('fails when vitest ends with %s and names no failure', (code, problem) => {
    const { failed, problems } = run([file({ one: 'passed' }), ENDED], { kind: 'exited', code });
    expect({ failed, problems }).toEqual({ failed: 1, problems: [problem] });
  });

  test('that hangs is named with the test that it hung in', () => {
    const { passed, failed, problems } = run(
      [
        { event: 'begins', what: 'test/a.test.ts' },
        { event: 'begins', what: 'test/b.test.ts' },
        file({ one: 'passed' }),
        { event: 'ends', what: 'test/a.test.ts' },
        { event: 'begins', what: 'test/b.test.ts > waits for nothing' },
      ],
      { kind: 'out-of-time', limitSeconds: 60 },
    );
    expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
    expect(problems).toEqual([
      'not done within 60 s; it hung in:\n    test/b.test.ts\n    test/b.test.ts > waits for nothing',
    ]);
  });

  test('that hangs before any test says so', () => {
    expect(run([], { kind: 'out-of-time', limitSeconds: 60 }).problems).toEqual([
      'not done within 60 s; it hung in:\n    no test: they had all ended, or none had begun',
    ]);
  });
});

test('the line that a killed process had only begun is left out', () => {
  expect(parseEvents('{"event":"begins","what":"a"}\n{"event":"en')).toEqual([
    { event: 'begins', what: 'a' },
  ]);
});

test('the report names problems, the slowest files and the times, and ends with the totals', () => {
  const unit = run([file({ one: 'passed', two: 'skipped' }), ENDED]);
  const other = { ...unit, project: 'crash', seconds: 61, passed: 3, failed: 0, problems: [] };
  expect(
    report([unit, { ...other, files: [{ file: 'test/b.test.ts', ms: 60_000 }] }], { slowest: 1 }),
  ).toEqual([
    '✗ unit: skipped, and a test that is skipped proves nothing: test/a.test.ts > two',
    '',
    'slowest test files',
    '   60.0 s  test/b.test.ts',
    '',
    'projects',
    '    2.0 s  unit: 1 passed, 1 failed',
    '   61.0 s  crash: 3 passed, 0 failed',
    '',
    '4 passed, 1 failed',
  ]);
});
