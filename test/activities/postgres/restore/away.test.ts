import { describe, expect, test } from 'vitest';
import { refuseAway } from '../../../../activities/postgres/restore/away.ts';
import type { Facts } from '../../../../activities/postgres/restore/facts.ts';
import type { Marker } from '../../../../activities/postgres/restore/marker.ts';
import { databaseSchema } from '../../../../src/domain/database.ts';
import { database, facts, keptMarker, RUN, SHA } from './support.ts';

const postgres = {
  settings: databaseSchema.parse({ name: 'shop', backups: { folder: '/b' } }),
  describe: () => 'database "shop" on db-1',
};
const refuse = (seen: Facts) => refuseAway(postgres, seen, (run) => `/b/.${run}.dump`);

const { marker: _marker, markerText: _text, ...like } = database('shop');
const marker: Marker = {
  ...{ is: 'ledger', run: RUN, backup: SHA, live: 'shop', token: 1, like },
  ...{ owners: {}, keepsOld: false, done: null },
};
const ledger = database('shop_new_1_0', { marker });
const START =
  'There is no database "shop" on db-1: rollback rollback-shop-1 took it away to restore it in place, and has not brought one back. Nothing was changed: traffic and data are as they were. Where that rollback still runs, answer it. Where it has ended, put the database before back by hand: ';
const END = '; and DROP DATABASE "shop_new_1_0", which holds only notes. Then start again.';

test('a database that is there, or that nobody took away, is nothing to refuse', () => {
  expect(() => refuse(facts([database('shop'), ledger]))).not.toThrow();
  expect(() => refuse(facts([database('other')]))).not.toThrow();
});

test('one that was taken away is told with its safety copy', () => {
  expect(() => refuse(facts([ledger]))).toThrow(
    `${START}createdb -T template0 of that name, then pg_restore -d shop /b/.rollback-shop-1.dump${END}`,
  );
});

test('one that is kept beside goes back by its name', () => {
  const old = database('shop_old_20261121_093800', { marker: keptMarker() });
  expect(() => refuse(facts([ledger, old]))).toThrow(
    `${START}ALTER DATABASE "shop_old_20261121_093800" RENAME TO "shop"; ALTER DATABASE "shop" RESET backout.restore${END}`,
  );
});

describe('within a freeze', () => {
  const frozen = database('shop_new_1_0', { marker: { ...marker, held: { before: null } } });
  const HELD =
    `; ALTER DATABASE "shop" SET backout.restore TO '{"is":"live","run":"rollback-shop-1","backup":"${SHA}","token":1,"database":"shop","held":{"before":null}}'` +
    '; ALTER DATABASE "shop" SET default_transaction_read_only TO on';
  const UNTIL =
    '; and DROP DATABASE "shop_new_1_0", which holds only notes. Its writes are then held again by the freeze, until that is lifted: `backout unfreeze SERVICE`. Then start again.';

  test('the one that goes back by its name keeps the marker by which its writes are freed', () => {
    const old = database('shop_old_20261121_093800', { marker: keptMarker() });
    expect(() => refuse(facts([frozen, old]))).toThrow(
      `${START}ALTER DATABASE "shop_old_20261121_093800" RENAME TO "shop"${HELD}${UNTIL}`,
    );
  });

  test('the one from the safety copy is held as the one before was', () => {
    expect(() => refuse(facts([frozen]))).toThrow(
      `${START}createdb -T template0 of that name, then pg_restore -d shop /b/.rollback-shop-1.dump${HELD}${UNTIL}`,
    );
  });
});
