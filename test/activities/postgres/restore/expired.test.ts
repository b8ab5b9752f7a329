import { expect, test } from 'vitest';
import {
  keptBy,
  keptDatabases,
  lastRestore,
  restoredBefore,
} from '../../../../activities/postgres/restore/expired.ts';
import { whatWasDropped } from '../../../../activities/rollback/settle.ts';
import { database, facts, keptMarker, liveMarker, RUN } from './support.ts';

const OLD = 'shop_old_20261114_093800';
const keptOf = (...databases: Parameters<typeof facts>[0]) => keptDatabases(facts(databases), 'shop');

test('a database that was replaced is kept until its time is over, by the clock of the server', () => {
  const marker = keptMarker({ until: '2026-11-21T09:38:00.123Z' });
  expect(keptOf(database('shop'), database(OLD, { marker }))).toEqual([
    { kind: 'database', name: OLD, until: '2026-11-21T09:38:00.123Z', isOver: true },
  ]);
  const later = keptMarker({ until: '2026-11-21T09:38:01.000Z' });
  expect(keptOf(database('shop'), database(OLD, { marker: later }))[0]?.isOver).toBe(false);
});

test('the live database is never one, also where somebody put it back by a rename and left its note', () => {
  expect(keptOf(database('shop', { marker: keptMarker() }))).toEqual([]);
});

test('what somebody has renamed, and what is of another service, is none of ours', () => {
  const marker = keptMarker();
  const others = keptMarker({ live: 'listings' });
  expect(
    keptOf(
      database('shop'),
      database('shop_before_the_accident', { marker }),
      database(OLD, { marker: others }),
      database('shop_old_20261114_093801'),
      database('shop_old_20261114_093802', { marker: liveMarker() }),
    ),
  ).toEqual([]);
});

test('that this very backup was restored already shows in the database that was replaced then', () => {
  const marker = keptMarker();
  const before = (...databases: Parameters<typeof facts>[0]) =>
    restoredBefore(facts(databases), { live: 'shop', sha256: marker.backup });
  expect(
    before(database('shop'), database('shop_old_20261113_010203', { marker }), database(OLD, { marker })),
  ).toEqual({
    restoredBefore: { at: '2026-11-14T09:38:00.000Z', run: marker.run, kept: OLD },
  });
  const another = keptMarker({ backup: 'another' });
  expect(before(database('shop'), database(OLD, { marker: another }))).toEqual({});
  expect(before(database('shop', { marker }), database('shop_by_hand', { marker }))).toEqual({});
});

test('what was dropped, and what was not because somebody is in it, is said by name', () => {
  const one = { kind: 'database', name: OLD, until: '', isOver: true } as const;
  const copy = {
    kind: 'safety copy',
    name: '/b/.shop-before-restore-1.dump',
    until: '',
    isOver: true,
  } as const;
  expect(whatWasDropped({ dropped: [], inUse: [] })).toBe(
    'Nothing of earlier restores is kept longer than it should be',
  );
  expect(whatWasDropped({ dropped: [copy], inUse: [one] })).toBe(
    `Dropped, since kept for long enough: safety copy /b/.shop-before-restore-1.dump; still in use and therefore left: database ${OLD}`,
  );
});

test('what the last restore took is read from what it replaced', () => {
  const took = (seconds: number) => keptMarker({ took: { bytes: 1000, seconds } });
  const databases = [
    database('shop'),
    database('shop_old_20261114_093800', { marker: took(5) }),
    database('shop_old_20261115_093800', { marker: took(7) }),
    database('shop_old_20261116_093800', { marker: keptMarker() }),
  ];
  expect(lastRestore(facts(databases), 'shop')).toEqual({ lastRestore: { bytes: 1000, seconds: 7 } });
  expect(lastRestore(facts([database('shop')]), 'shop')).toEqual({});
});

test('the database that a run has replaced is its own, and the last one', () => {
  const databases = [
    database('shop'),
    database('shop_old_20261114_093800', { marker: keptMarker() }),
    database('shop_old_20261115_093800', { marker: keptMarker() }),
    database('shop_old_20261116_093800', { marker: keptMarker({ run: 'other' }) }),
  ];
  expect(keptBy(facts(databases), { live: 'shop', run: RUN })).toBe('shop_old_20261115_093800');
  expect(keptBy(facts(databases), { live: 'shop', run: 'nobody' })).toBeNull();
});
