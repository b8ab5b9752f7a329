import { expect, test } from 'vitest';
import { formatBytes, formatDuration, formatShare, formatTime } from '../../../src/domain/report/format.ts';

test('times are UTC, whatever zone they came in', () => {
  expect(formatTime('2026-11-21T05:15:09.900+01:00')).toBe('2026-11-21 04:15:09 UTC');
});

test.each([
  [0, '0 ms'],
  [412, '412 ms'],
  [1000, '1.0 s'],
  [12_340, '12.3 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min 0 s'],
  [245_000, '4 min 5 s'],
  [3_599_600, '1 h 0 min 0 s'],
  [7_207_000, '2 h 0 min 7 s'],
  [90_061_000, '25 h 1 min 1 s'],
  [-300, '-300 ms'],
])('%i milliseconds are %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [50_000_000, '50.0 MB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('a share is a percentage without needless digits', () => {
  expect([1, 0.125, 0].map(formatShare)).toEqual(['100 %', '12.5 %', '0 %']);
});
