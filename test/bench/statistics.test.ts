import { expect, test } from 'vitest';
import { median, range } from '../../bench/statistics.ts';

test('the median is the middle one, or half-way between the two in the middle', () => {
  expect(median([30, 10, 20])).toBe(20);
  expect(median([40, 10, 30, 20])).toBe(25);
  expect(median([100, 9])).toBe(54.5);
});

test('nothing measured is no median', () => {
  expect(() => median([])).toThrow('nothing was measured');
});

test('the range goes from the smallest to the largest', () => {
  expect(range([9.4, 100.6, 20])).toBe('9–101');
});
