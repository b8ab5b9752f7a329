import { expect, test } from 'vitest';
import { deadlineFor, judgeDeadline } from '../../src/domain/deadline.ts';

const P1 = deadlineFor('P1', '2026-11-21T05:00:00+01:00');

test('the deadline counts from detection, in UTC, by severity', () => {
  expect(P1).toEqual({
    severity: 'P1',
    minutes: 15,
    from: '2026-11-21T04:00:00.000Z',
    at: '2026-11-21T04:15:00.000Z',
  });
  expect((['P0', 'P2', 'P3'] as const).map((severity) => deadlineFor(severity, P1.from).at)).toEqual([
    '2026-11-21T04:05:00.000Z',
    '2026-11-21T05:00:00.000Z',
    '2026-11-21T08:00:00.000Z',
  ]);
});

test('a deadline is kept to the very moment', () => {
  expect(judgeDeadline(P1, '2026-11-21T04:15:00.000Z')).toEqual({ kept: true, secondsLeft: 0 });
  expect(judgeDeadline(P1, '2026-11-21T04:12:30.500Z')).toEqual({ kept: true, secondsLeft: 149 });
});

test('a deadline that is missed by a moment is missed', () => {
  expect(judgeDeadline(P1, '2026-11-21T04:15:00.001Z')).toEqual({ kept: false, secondsLeft: -1 });
});
