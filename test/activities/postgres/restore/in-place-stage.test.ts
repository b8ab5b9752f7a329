import { describe, expect, test } from 'vitest';
import type { Database } from '../../../../activities/postgres/restore/facts.ts';
import { inPlaceStageOf, ledgerName } from '../../../../activities/postgres/restore/in-place-stage.ts';
import type { Marker } from '../../../../activities/postgres/restore/marker.ts';
import { newName } from '../../../../activities/postgres/restore/names.ts';
import { database, facts, keptMarker, RUN, SHA } from './support.ts';

const ledger = (done: 'restored' | 'put-back' | null = null): Database => {
  const { marker: _marker, markerText: _text, ...like } = database('shop');
  const marker: Marker = {
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
  };
  return database(ledgerName('shop', RUN), { marker });
};
const stage = (...databases: Database[]) =>
  inPlaceStageOf(facts(databases), { live: 'shop', run: RUN, token: 2 });
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
    const earlier = database(newName('shop', { run: RUN, token: 1 }));
    expect(stage(ledger(), earlier)).toMatchObject({ is: 'away', restoring: null });
  });

  test.each(['restored', 'put-back'] as const)('it has ended: %s', (done) => {
    expect(stage(database('shop'), ledger(done))).toMatchObject({ is: 'done', marker: { done } });
  });
});
