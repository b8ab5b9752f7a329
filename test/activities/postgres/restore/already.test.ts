/** Whether a rollback that is started again may leave the database as it is. */
import { describe, expect, test } from 'vitest';
import { restoredAlready } from '../../../../activities/postgres/restore/already.ts';
import { stageOf } from '../../../../activities/postgres/restore/stage.ts';
import type { Marker } from '../../../../activities/postgres/restore/marker.ts';
import { database, facts, keptMarker, liveMarker, RUN, SHA } from './support.ts';

const purpose = { service: 'shop', faulty: { name: 'green', version: '2.0' } };
const restored = { oid: 16500, at: '2026-11-21T09:38:00.123Z' };
const asked = { live: 'shop', sha256: SHA, purpose };
const live = database('shop', { oid: 16500 });
const kept = (change: Partial<Extract<Marker, { is: 'kept' }>> = {}, name = 'shop_old_20261121_093800') =>
  database(name, { marker: keptMarker({ purpose, restored, ...change }) });

describe('the live database is the restored one already', () => {
  test('when the very database is live that was put there from this backup for this fault', () => {
    expect(restoredAlready(facts([live, kept()]), asked)).toEqual({
      run: RUN,
      at: '2026-11-21T09:38:00.123Z',
      kept: 'shop_old_20261121_093800',
    });
  });

  test('also when the version can not be told any more, of a release that was stopped', () => {
    const stopped = { ...purpose, faulty: { name: 'green', version: null } };
    expect(restoredAlready(facts([live, kept()]), { ...asked, purpose: stopped })?.run).toBe(RUN);
  });

  test('after a restore in place, while that has noted it', () => {
    const { settings: _s, marker: _m, markerText: _t, ...like } = { ...live, settings: [] };
    const marker: Marker = {
      ...{ is: 'ledger', run: RUN, backup: SHA, live: 'shop', token: 3, owners: {}, keepsOld: false },
      ...{ like: { ...like, settings: [] }, done: 'restored', purpose, restored },
    };
    expect(restoredAlready(facts([live, database('shop_new_x_0', { marker })]), asked)).toEqual({
      run: RUN,
      at: '2026-11-21T09:38:00.123Z',
      kept: null,
    });
    const back = database('shop_new_x_0', { marker: { ...marker, done: 'put-back' } });
    expect(restoredAlready(facts([live, back]), asked)).toBeNull();
  });

  test.each([
    ['another database has taken its place', [database('shop', { oid: 16600 }), kept()]],
    ['it was another backup', [live, kept({ backup: 'b'.repeat(64) })]],
    ['it was for another service', [live, kept({ purpose: { ...purpose, service: 'other' } })]],
    [
      'it was for another version of the release',
      [live, kept({ purpose: { ...purpose, faulty: { name: 'green', version: '2.1' } } })],
    ],
    [
      'it was for another release',
      [live, kept({ purpose: { ...purpose, faulty: { name: 'blue', version: '2.0' } } })],
    ],
    ['nobody has noted what for', [live, database('shop_old_1', { marker: keptMarker() })]],
    ['nothing was restored', [live]],
    ['there is no such database', [kept()]],
  ])('not when %s', (_why, databases) => {
    expect(restoredAlready(facts(databases), asked)).toBeNull();
  });
});

describe('how far a run has come, when its workflow ID is used again', () => {
  const stage = (databases: Parameters<typeof facts>[0], beyond?: string) =>
    stageOf(facts(databases), {
      ...{ live: 'shop', run: RUN, sha256: SHA },
      ...(beyond === undefined ? {} : { beyond }),
    })?.is;

  describe('and the restored database has been frozen since', () => {
    const frozen = (change: Partial<Extract<Marker, { is: 'live' }>> = {}) =>
      database('shop', {
        oid: 16500,
        marker: liveMarker({ backup: '', held: { before: null }, ...change }),
      });
    const seenBy = (holder: string, databases: Parameters<typeof facts>[0]) =>
      stageOf(facts(databases), { live: 'shop', run: RUN, sha256: SHA, holder })?.is;

    test('it is still the restored one, for the freeze itself and after a reset of the one that restored it', () => {
      expect(seenBy('freeze-2', [frozen({ run: 'freeze-2' }), kept()])).toBe('swapped');
      expect(stage([frozen(), kept()])).toBe('swapped');
    });

    test('not for others, nor while a restore goes on from there, nor when the database is another one', () => {
      expect(seenBy('freeze-3', [frozen({ run: 'freeze-2' }), kept()])).toBe('untouched');
      expect(stage([frozen({ backup: SHA }), kept()])).toBe('begun');
      expect(stage([frozen({ held: null }), kept()])).toBe('begun');
      expect(stage([frozen(), kept({ restored: { oid: 16600, at: '' } })])).toBe('begun');
      expect(stage([frozen(), database('shop_old_1', { marker: keptMarker() })])).toBe('begun');
    });
  });

  test('another backup has not been restored by it, nor when something else is live by now', () => {
    expect(stage([live, kept()])).toBe('swapped');
    expect(stage([live, kept({ backup: 'b'.repeat(64) })])).toBe('untouched');
    expect(stage([database('shop', { oid: 16600 }), kept()])).toBe('untouched');
  });

  test('what it had restored before the plan was made does not count for a second restore', () => {
    expect(stage([live, kept()], 'shop_old_20261121_093800')).toBe('untouched');
    expect(stage([live, kept({}, 'shop_old_20261121_101500')], 'shop_old_20261121_093800')).toBe('swapped');
  });
});
