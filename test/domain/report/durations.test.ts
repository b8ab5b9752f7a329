import { expect, test } from 'vitest';
import { deadlineSentence, durationsOf, momentsOf } from '../../../src/domain/report/durations.ts';
import { CASES } from '../../support/cases.ts';
import { at, makeRecord } from '../../support/records.ts';

const durations = (name: keyof typeof CASES) => durationsOf(momentsOf(CASES[name]()));

test('durations come from the record, to the millisecond', () => {
  expect(durations('success')).toEqual({
    detectionToStart: 200_000,
    startToTrafficSafe: 1800,
    startToFaultyStopped: 3100,
    startToVerified: 9500,
    total: 9600,
    exposure: 201_800,
  });
});

test('what did not happen has no duration', () => {
  expect(durations('cancelled')).toEqual({
    detectionToStart: null,
    startToTrafficSafe: null,
    startToFaultyStopped: null,
    startToVerified: null,
    total: 1400,
    exposure: null,
  });
});

test('a verification that failed is no moment of being verified', () => {
  expect(durations('unverified').startToVerified).toBeNull();
});

test.each([
  ['success', 'Kept, with 11 min 38 s to spare.'],
  ['skipped-stop', 'NOT KEPT: missed by 40.0 s.'],
  [
    'unverified',
    'Traffic left the faulty release in time, with 11 min 38 s to spare, but the release returned to is not proved good.',
  ],
  ['cancelled', 'Not met by this rollback: it ended before that time, and traffic was not proved safe.'],
  ['started', 'Still open.'],
] as const)('the deadline of %s: %s', (name, said) => {
  expect(deadlineSentence(CASES[name]())).toMatch(
    /^P\d: traffic safe by 2026-11-21 04:\d\d:\d\d UTC, \d+ min after /,
  );
  expect(deadlineSentence(CASES[name]()).endsWith(said)).toBe(true);
});

test('a deadline that passed without traffic being safe was not kept', () => {
  const record = makeRecord({ status: { outcome: 'aborted', trafficSafeAt: null, endedAt: at(3600) } });
  expect(deadlineSentence(record)).toContain('NOT KEPT: traffic was not proved safe.');
});
