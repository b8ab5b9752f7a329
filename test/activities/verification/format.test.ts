import { expect, test } from 'vitest';
import {
  lastWords,
  milliseconds,
  perSecond,
  percent,
  plural,
  seconds,
} from '../../../activities/verification/format.ts';

test('durations have one decimal', () => {
  expect([seconds(0), seconds(5230), seconds(61_000)]).toEqual(['0.0 s', '5.2 s', '61.0 s']);
});

test('shares are written in percent, exact enough to differ from their limit', () => {
  expect([percent(0), percent(0.0123), percent(0.00999), percent(0.99951), percent(1)]).toEqual([
    '0 %',
    '1.23 %',
    '0.999 %',
    '99.951 %',
    '100 %',
  ]);
});

test('response times are written in milliseconds', () => {
  expect([milliseconds(3), milliseconds(0.0048), milliseconds(Infinity)]).toEqual([
    '3,000 ms',
    '4.8 ms',
    '∞ ms',
  ]);
});

test('rates say what they are rates of', () => {
  expect([perSecond(0.1), perSecond(12.3456)]).toEqual(['0.1 requests/s', '12.346 requests/s']);
});

test('counts agree with their noun', () => {
  expect([plural(0, 'line'), plural(1, 'line'), plural(2, 'line')]).toEqual(['0 lines', '1 line', '2 lines']);
});

test('of long output only the end is kept, in one line', () => {
  expect(lastWords('  one\ntwo \t three\n', 100)).toBe('one two three');
  expect(lastWords('abcdefghij', 4)).toBe('…ghij');
});
