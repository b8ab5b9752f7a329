/** What answers mean that all services mean alike. */
import { expect, test } from 'vitest';
import { judgeTrouble, retryAfterMs, said } from '../../../activities/outbound/judge.ts';

const NOW = Date.parse('2026-11-21T03:00:00Z');
const judge = (status: number, retryAfter: string | null = null) =>
  judgeTrouble({ status, body: '', retryAfter }, { tooManyMs: 5000, now: NOW });

test.each([
  ['17', 17_000],
  ['0.5', 500],
  ['Sat, 21 Nov 2026 03:00:30 GMT', 30_000],
  ['86400', 3_600_000],
])('Retry-After: %s is a wait', (header, wait) => {
  expect(retryAfterMs(header, NOW)).toBe(wait);
});

test.each([[null], [''], ['0'], ['-3'], ['soon'], ['Sat, 21 Nov 2026 02:59:00 GMT'], ['Infinity']])(
  'Retry-After: %s is none',
  (header) => {
    expect(retryAfterMs(header, NOW)).toBeNull();
  },
);

test('what passes by itself is tried later, 429 after a while of its own', () => {
  expect(judge(429)).toEqual({ kind: 'later', why: 'it answered 429', afterMs: 5000 });
  expect(judge(429, '2')).toEqual({ kind: 'later', why: 'it answered 429', afterMs: 2000 });
  expect(judge(503, '2')).toEqual({ kind: 'later', why: 'it answered 503', afterMs: 2000 });
  expect(judge(500)).toEqual({ kind: 'later', why: 'it answered 500' });
  expect(judge(408)).toEqual({ kind: 'later', why: 'it answered 408' });
});

test.each([[200], [302], [400], [404], [422]])('%i does not pass by itself', (status) => {
  expect(judge(status, '2')).toBeNull();
});

test('an answer is quoted on one line, and not all of it', () => {
  expect(said({ status: 400, body: ' a\nb ' })).toBe('it answered 400 "a ⏎ b"');
  expect(said({ status: 400, body: 'x'.repeat(500) })).toBe(`it answered 400 "${'x'.repeat(200)}"`);
});
