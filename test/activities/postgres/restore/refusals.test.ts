import { expect, test } from 'vitest';
import { refusals } from '../../../../activities/postgres/restore/refusals.ts';
import type { Asked } from '../../../../activities/postgres/restore/refusals.ts';
import { database, facts, keptMarker, liveMarker, needs, RUN } from './support.ts';

const asked = (given: Partial<Asked> = {}): Asked => ({
  ...{ live: 'shop', maintenanceDatabase: 'postgres', run: RUN, needs: needs(), freeBytes: 10e9 },
  ...{ strategy: 'swap', unfitRole: null, ...given },
});
const shop = database('shop');

test('a restore that can be done is not refused, and neither is one that goes on', () => {
  expect(refusals(facts([shop]), asked())).toEqual([]);
  expect(refusals(facts([database('shop', { marker: liveMarker() })]), asked())).toEqual([]);
});

test.each([
  ['There is no database "shop".', facts([]), {}],
  [
    'The server is older than PostgreSQL 13, which could not end what an interrupted restore left running.',
    { ...facts([shop]), version: 120022 },
    {},
  ],
  [
    'Another restore of it is unfinished: that of rollback other.',
    facts([database('shop', { marker: liveMarker({ run: 'other' }) })]),
    {},
  ],
  [
    'Its setting backout.restore is none that a restore leaves on a live database.',
    facts([database('shop', { marker: keptMarker() })]),
    {},
  ],
  [
    'Its setting backout.restore is none that a restore leaves on a live database.',
    facts([{ ...shop, markerText: '{"is":' }]),
    {},
  ],
  [
    '`connection.maintenanceDatabase` is the database itself: sessions in it could not be ended.',
    facts([shop]),
    { maintenanceDatabase: 'shop' },
  ],
  [
    'It does not allow connections, and that was not our doing.',
    facts([database('shop', { allowsConnections: false })]),
    {},
  ],
  [
    'It has prepared transactions: "tx 1", "tx 2". Commit them or roll them back.',
    facts([shop], { prepared: ['tx 1', 'tx 2'] }),
    {},
  ],
  [
    'It has replication slots: "debezium". Whoever reads them would go on with the replaced database: drop them, and set them up again afterwards.',
    facts([shop], { slots: ['debezium'] }),
    {},
  ],
  [
    'It has subscriptions: "from_erp". They would stay with the replaced database: drop them, and create them again afterwards.',
    facts([shop], { subscriptions: ['from_erp'] }),
    {},
  ],
  [
    'The backup needs roles that are not there: "Odd röle", "ghost".',
    facts([shop]),
    { needs: needs({ roles: ['app', 'Odd röle', 'ghost'] }) },
  ],
  [
    'The backup needs extensions that are not installed on the server: "postgis".',
    facts([shop]),
    { needs: needs({ extensions: ['hstore', 'postgis'] }) },
  ],
  [
    'The backup reaches beyond one database: \\connect, CREATE DATABASE. It must be of one database, made by pg_dump without --create.',
    facts([shop]),
    { needs: needs({ commands: ['\\connect', 'CREATE DATABASE'] }) },
  ],
  [
    'The backup is not complete: its last line is missing.',
    facts([shop]),
    { needs: needs({ complete: false }) },
  ],
  [
    'There is no room for a second copy: 119 MB are free, 120 MB are needed. Make room, or set `restore.strategy: in-place`.',
    facts([shop]),
    { freeBytes: 119_000_000 },
  ],
  [
    'The role "app" may not note in the databases how far it is. It must be a superuser or, from PostgreSQL 15 on, be given that by one: GRANT SET ON PARAMETER backout.restore TO "app".',
    facts([shop]),
    { unfitRole: 'app' },
  ],
] as const)('%s', (reason, found, given) => {
  expect(refusals(found, asked(given))).toEqual([reason]);
});

test('room is not asked for where it is not known, or not needed', () => {
  expect(refusals(facts([shop]), asked({ freeBytes: null }))).toEqual([]);
  expect(refusals(facts([shop], { bytes: null }), asked({ freeBytes: 1 }))).toEqual([]);
  expect(refusals(facts([shop]), asked({ freeBytes: 1, strategy: 'in-place' }))).toEqual([]);
});

test('all reasons are told at once', () => {
  const found = facts([shop], { slots: ['debezium'], prepared: ['tx'] });
  expect(refusals(found, asked({ needs: needs({ complete: false }) }))).toHaveLength(3);
});
