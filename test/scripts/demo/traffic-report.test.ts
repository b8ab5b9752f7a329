import { expect, test } from 'vitest';
import type { Answer } from '../../../scripts/demo/traffic.ts';
import { failed, foundRate, outageMs, successRate } from '../../../scripts/demo/traffic-report.ts';

const answer = (at: number, status: number | null = 200): Answer => ({
  ...{ sentAt: at - 5, at, status },
  ...{ release: 'blue', error: null },
});

const steady = (from: number, to: number) =>
  Array.from({ length: (to - from) / 10 + 1 }, (_, index) => answer(from + 10 * index));

test('what was not found is an answer, and what has failed or broken off is none', () => {
  const answers = [answer(1), answer(2, 404), answer(3, 503), answer(4, null)];
  expect(successRate(answers)).toBe('50.0 %');
  expect(foundRate(answers)).toBe('25.0 %');
  expect(failed(answers)).toEqual(answers.slice(2));
});

test('while every request gets a good answer there is no outage', () => {
  expect(outageMs(steady(1000, 3000))).toBe(0);
  expect(outageMs([])).toBe(0);
});

test('an outage goes from the last good answer before a failed one to the first good one after', () => {
  const answers = [...steady(1000, 1100), answer(1120, 503), answer(1150, null), ...steady(1190, 1300)];
  expect(outageMs(answers)).toBe(90);
});

test('several outages add up', () => {
  const answers = [
    ...[...steady(1000, 1100), answer(1120, 503)],
    ...[...steady(1130, 1200), answer(1205, 502)],
    ...steady(1250, 1300),
  ];
  expect(outageMs(answers)).toBe(30 + 50);
});

test('requests that wait without failing count, when users notice', () => {
  expect(outageMs([...steady(1000, 1100), ...steady(1340, 1400)])).toBe(0);
  expect(outageMs([...steady(1000, 1100), ...steady(1900, 2000)])).toBe(800);
});

test('an outage that has not ended lasts until the last request failed', () => {
  expect(outageMs([...steady(1000, 1100), answer(1200, 503), answer(1700, 503)])).toBe(600);
  expect(outageMs([answer(1005, 503), answer(1505, 503)])).toBe(505);
});
