import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asSentence, clean, cutAt, enumerate, oneLine, shorten } from '../../../src/domain/report/plain.ts';

test('what a terminal would obey is taken out', () => {
  expect(clean('\u001b[31mred\u001b[0m \u001b]0;title\u0007\u001b]8;;http://x\u001b\\link')).toBe('red link');
  expect(clean('bell\u0007 null\u0000 c1\u009b31m')).toBe('bell\ufffd null\ufffd c1\ufffd31m');
});

test('what turns the order of letters round is taken out', () => {
  expect(clean('safe\u202egnihton\u202c \u2066x\u2069')).toBe('safegnihton x');
});

test('line breaks of every kind stay line breaks in a text, and become a sign on one line', () => {
  expect(clean('a\r\nb\rc\u2028d')).toBe('a\nb\nc\nd');
  expect(oneLine('  a\r\n\r\n  b\tc \n')).toBe('a ⏎ b c');
});

test('one line has no line break and no control character, whatever it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (data) => {
      expect(oneLine(data)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
    }),
  );
});

test('a text is cut between characters, never within one', () => {
  expect(cutAt('ab🔥c', 3)).toBe('ab');
  expect(cutAt('ab🔥c', 4)).toBe('ab🔥');
  expect(shorten('abcdef', 4)).toBe('abc…');
  expect(shorten('abcd', 4)).toBe('abcd');
});

test('lists read like sentences', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(enumerate)).toEqual(['', 'a', 'a and b', 'a, b and c']);
  expect(['done', 'done.', 'why?', 'he said “no.”'].map(asSentence)).toEqual([
    'done.',
    'done.',
    'why?',
    'he said “no.”',
  ]);
});
