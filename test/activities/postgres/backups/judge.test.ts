import { describe, expect, it } from 'vitest';
import type { Contents } from '../../../../activities/postgres/backups/contents.ts';
import { judgeMoment, judgeReading, noUsableBackup } from '../../../../activities/postgres/backups/judge.ts';
import type { Surroundings } from '../../../../activities/postgres/backups/judge.ts';
import type { Backup } from '../../../../src/domain/backup.ts';

const BACKUP: Backup = {
  name: 'shop.dump',
  path: '/backups/shop.dump',
  isDirectory: false,
  sizeBytes: 10,
  modifiedAt: '2026-03-01T00:00:00.000Z',
  format: 'custom',
  moment: { at: '2026-03-01T00:00:00.000Z', source: 'dump' },
  manifest: null,
};
const CONTENTS: Contents = {
  tables: ['products.public'],
  roles: ['shop_owner', 'pg_monitor'],
  hasRows: true,
  complete: true,
  cutInRows: false,
  restrict: false,
  drops: false,
  connects: false,
  database: 'shop',
  serverVersion: '15.4',
};
const SERVER: Surroundings = {
  database: 'shop',
  serverMajor: 15,
  roles: new Set(['postgres', 'shop_owner']),
  tables: new Set(['products.public', 'orders.public']),
  knowsRestrict: true,
  databaseBytes: 100_000_000,
  freeBytes: 120_000_000,
};

const judge = (contents: Partial<Contents>, server: Partial<Surroundings> = {}, backup = BACKUP) =>
  judgeReading(
    backup,
    { ok: true, contents: { ...CONTENTS, ...contents }, sha256: null },
    { ...SERVER, ...server },
  );

describe('a backup that was read', () => {
  it('is good when it is whole and fits the server', () => {
    expect(judge({})).toBeNull();
    expect(judge({ database: null, serverVersion: null })).toBeNull();
    expect(judge({ serverVersion: '9.6.24' })).toBeNull();
  });

  it.each<[string, Partial<Contents>, Partial<Surroundings>, string]>([
    [
      'no-room',
      {},
      { freeBytes: 119_999_999 },
      "needs about 120 MB on the server's disk, where 120 MB are free",
    ],
    [
      'missing-role',
      { roles: ['a', 'B c'] },
      {},
      'refers to the roles "a", "B c", which the server does not have: create them first',
    ],
    [
      'newer-server',
      { serverVersion: '16beta1' },
      {},
      'was made from PostgreSQL 16beta1, and the server is PostgreSQL 15',
    ],
    ['other-database', { database: 'crm' }, {}, 'is of database "crm", not of "shop"'],
    [
      'other-database',
      { database: null, tables: ['people.public'] },
      {},
      'is of another database: none of its tables is in "shop"',
    ],
  ])('is refused for %s', (kind, contents, server, text) => {
    expect(judge(contents, server)).toEqual({ kind, text });
  });

  it('is not refused when the live database has lost all of its tables', () => {
    expect(judge({}, { tables: new Set(['ransom.public']) })).toBeNull();
  });

  it('is not refused for what can not be known', () => {
    expect(judge({}, { freeBytes: null })).toBeNull();
    expect(judge({ tables: ['other.public'], hasRows: false }, { tables: new Set() })).toBeNull();
  });

  it('needs the room that its manifest says', () => {
    const manifest = {
      format: 'backout.backup/1' as const,
      ...{ service: 'shop', environment: 'production', database: 'shop', file: 'shop.dump' },
      ...{ startedAt: '2026-03-01T00:00:00Z', endedAt: '2026-03-01T00:00:00Z', dump: 'custom' as const },
      ...{ sizeBytes: 10, sha256: 'x', serverVersion: '15.4', databaseBytes: 200_000_000 },
    };
    expect(judge({}, {}, { ...BACKUP, manifest })?.text).toBe(
      "needs about 240 MB on the server's disk, where 120 MB are free",
    );
  });
});

describe('the moment of a backup', () => {
  it('must be before the release', () => {
    expect(judgeMoment(BACKUP, '2026-03-01T00:00:01.000Z')).toBeNull();
    expect(judgeMoment(BACKUP, null)).toBeNull();
    expect(judgeMoment(BACKUP, '2026-03-01T00:00:00.000Z')).toEqual({
      kind: 'after-release',
      text: 'was made at 2026-03-01T00:00:00.000Z (the dump itself says), not before the faulty release went live at 2026-03-01T00:00:00.000Z',
    });
  });

  it('that is known to the second may be any in that second', () => {
    const within = '2026-03-01T00:00:00.500Z';
    expect(judgeMoment(BACKUP, within)?.kind).toBe('after-release');
    const exact = { ...BACKUP, moment: { ...BACKUP.moment, source: 'manifest' as const } };
    expect(judgeMoment(exact, within)).toBeNull();
  });
});

it('no usable backup: says which there are and what is wrong with each', () => {
  const failure = noUsableBackup(
    { chosen: null, others: [{ backup: BACKUP, reason: { kind: 'empty', text: 'is empty' } }] },
    { where: 'database "shop" on db-1', folder: '/backups', pattern: '*' },
  );
  expect(failure.type).toBe('NoUsableBackup');
  expect(failure.message).toBe(
    'There is no backup in /backups that database "shop" on db-1 could be restored from. shop.dump is empty. Nothing ' +
      'was changed: the live database is untouched. Put a good backup from before the release there, correct ' +
      '`database.backups`, or fix forward.',
  );
});
