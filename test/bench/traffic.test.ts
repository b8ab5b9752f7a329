import { expect, test } from 'vitest';
import { lastByGreen, lostRequests } from '../../bench/traffic.ts';
import type { Answer } from '../../scripts/demo/traffic.ts';

const answer = (at: number, change: Partial<Answer> = {}): Answer => ({
  sentAt: at - 5,
  at,
  status: 200,
  release: 'green',
  error: null,
  ...change,
});

test('the last answer by green counts, also when blue has answered before', () => {
  const answers = [
    answer(1010),
    answer(1020, { release: 'blue' }),
    answer(1035),
    answer(1050, { release: 'blue' }),
  ];
  expect(lastByGreen(answers, 1000)).toBe(35);
});

test('when green never answered, it took no time', () => {
  expect(lastByGreen([answer(1020, { release: 'blue' })], 1000)).toBe(0);
});

test('a request is lost when there is no answer, or one of a broken service', () => {
  const answers = [
    answer(1, { status: 404 }),
    answer(2, { status: 502 }),
    answer(3, { status: null, error: 'connect ECONNREFUSED' }),
  ];
  expect(lostRequests(answers)).toEqual(['status 502', 'connect ECONNREFUSED']);
});
