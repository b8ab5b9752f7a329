/** Whether what an earlier rollback has restored may stay. */
import { describe, expect, test } from 'vitest';
import { heirOf, isGoodEnough } from '../../../activities/rollback/good-enough.ts';
import type { ObservedRelease, Plan, UnfinishedRollback } from '../../../src/domain/plan.ts';

const green = { name: 'green', version: '2.0' };
const seen = (answerShare: number | null, configured: ObservedRelease['configured'] = 'backup') => ({
  ...{ at: '2026-11-21T11:30:00.000Z', notes: [] },
  releases: [{ ...green, answerShare, configured } as ObservedRelease],
});
const ofFull: UnfinishedRollback = {
  ...{ owner: 'full-1', from: green, to: { name: 'blue', version: '1.4' } },
  ...{ phase: 'shifted', at: '2026-11-21T10:00:00.000Z' },
};
const target = { from: green, observed: seen(0), continues: null, last: { owner: 'full-1' } };
const request = { dataCorruption: false };
const judge = (change: object = {}, asked: object = {}) =>
  isGoodEnough({ run: 'full-1' }, { request: { ...request, ...asked }, target: { ...target, ...change } });

describe('what has been restored already', () => {
  test('is good enough while the last traces on the target are of the rollback that restored it', () => {
    expect(judge()).toBe(true);
    expect(judge({ observed: seen(null) })).toBe(true);
  });

  test('is not when the faulty release serves, or a person wants it again', () => {
    expect(judge({ observed: seen(0.1) })).toBe(false);
    expect(judge({ observed: seen(null, 'active') })).toBe(false);
    expect(judge({}, { restoreAgain: true })).toBe(false);
  });

  test('is not when another rollback took the traffic from the faulty release since, which served again then', () => {
    expect(judge({ last: { owner: 'traffic-2' } })).toBe(false);
    expect(judge({ last: { owner: 'traffic-2', heirOf: 'full-0' } })).toBe(false);
    expect(judge({ last: undefined })).toBe(false);
  });

  test('is also after another one that went on with it', () => {
    expect(judge({ last: { owner: 'full-2', heirOf: 'full-1' } })).toBe(true);
  });

  test('is not when data are said to be damaged, unless this goes on with it', () => {
    expect(judge({}, { dataCorruption: true })).toBe(false);
    expect(judge({ continues: ofFull }, { dataCorruption: true })).toBe(true);
  });
});

describe('a rollback notes that it goes on with another one', () => {
  const plan = { from: green, observed: seen(0), continues: null };
  test('that it continues, if the faulty release had no traffic meanwhile', () => {
    expect(heirOf({ ...plan, continues: ofFull })).toEqual({ heirOf: 'full-1' });
    expect(heirOf({ ...plan, observed: seen(1), continues: ofFull })).toEqual({});
    expect(heirOf(plan)).toEqual({});
  });

  test('whose restore it takes as it is, also when that is not the one before it', () => {
    const database = { alreadyRestored: { run: 'full-0', at: '', kept: '' } } as unknown as NonNullable<
      Plan['database']
    >;
    expect(heirOf({ ...plan, database, continues: ofFull })).toEqual({ heirOf: 'full-0' });
  });
});
