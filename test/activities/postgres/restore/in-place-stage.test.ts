import { describe, expect, test } from 'vitest';
import type { Database } from '../../../../activities/postgres/restore/facts.ts';
import { inPlaceStageOf, ledgerName } from '../../../../activities/postgres/restore/in-place-stage.ts';
import type { MarkerOf } from '../../../../activities/postgres/restore/marker.ts';
import { newName } from '../../../../activities/postgres/restore/names.ts';
import { database, facts, keptMarker, RUN, SHA } from './support.ts';

const ledger = (
  done: 'restored' | 'put-back' | null = null,
  change: Partial<MarkerOf<'ledger'>> = {},
): Database => {
  const { marker: _marker, markerText: _text, ...like } = database('shop');
  const marker: MarkerOf<'ledger'> = {
    ...{
      is: 'ledger',
      run: RUN,
      backup: SHA,
      live: 'shop',
      token: 1,
      like,
      owners: {},
      keepsOld: false,
      done,
    },
    ...(done === 'restored' ? { restored: { oid: 16400, at: '2026-11-21T09:38:00.123Z' } } : {}),
    ...change,
  };
  return database(ledgerName('shop', RUN), { marker });
};
const asked = { live: 'shop', run: RUN, token: 2, sha256: SHA };
const stage = (...databases: Database[]) => inPlaceStageOf(facts(databases), asked);
const restoring = database(newName('shop', { run: RUN, token: 2 }));

describe('how far a restore in place has come', () => {
  test('nothing is noted', () => {
    expect(stage(database('shop'))).toMatchObject({ is: 'untouched' });
    expect(stage(database('shop'), database(ledgerName('shop', RUN)))).toMatchObject({ is: 'untouched' });
    expect(stage()).toBe(null);
  });

  test('everything is noted, and the live database is there', () => {
    expect(stage(database('shop'), ledger())).toMatchObject({ is: 'begun' });
  });

  test('the live database is out of reach, with what there is of the old and the new one', () => {
    expect(stage(ledger())).toMatchObject({ is: 'away', old: null, restoring: null });
    const old = database('shop_old', { marker: keptMarker() });
    expect(stage(ledger(), old, restoring)).toMatchObject({ is: 'away', old, restoring });
    const ofAnEarlierRun = database('shop_old_1', { marker: keptMarker(), oid: 16200 });
    expect(stage(ledger(), ofAnEarlierRun, old)).toMatchObject({ is: 'away', old });
    expect(stage(ledger(), ofAnEarlierRun)).toMatchObject({ is: 'away', old: null });
    const earlier = database(newName('shop', { run: RUN, token: 1 }));
    expect(stage(ledger(), earlier)).toMatchObject({ is: 'away', restoring: null });
  });

  test.each(['restored', 'put-back'] as const)('it has ended: %s', (done) => {
    expect(stage(database('shop'), ledger(done))).toMatchObject({ is: 'done', marker: { done } });
  });

  describe('when its workflow ID is used again, what an earlier run has noted does not count', () => {
    const ended = ledger('restored');

    test('of another backup', () => {
      const other = { backup: 'b'.repeat(64) };
      expect(stage(database('shop'), ledger('restored', other))).toMatchObject({ is: 'untouched' });
      expect(stage(database('shop'), ledger('put-back', other))).toMatchObject({ is: 'untouched' });
    });

    test('of a database in whose place another one is by now', () => {
      expect(stage(database('shop', { oid: 16600 }), ended)).toMatchObject({ is: 'untouched' });
    });

    test('of the database that was live already when the plan to restore it was made', () => {
      const planned = (oid: number) =>
        inPlaceStageOf(facts([database('shop'), ended]), { ...asked, planned: oid })?.is;
      expect(planned(16400)).toBe('untouched');
      expect(planned(16300)).toBe('done');
    });
  });
});
