/** What the doctor says of a database, from what was seen of it. */
import { describe, expect, it } from 'vitest';
import {
  judgeBackups,
  judgeLeft,
  judgePrograms,
  judgeRole,
  judgeRoom,
  judgeUnread,
  notedRuns,
} from '../../../../activities/postgres/readiness/judge.ts';
import type { Kept } from '../../../../activities/postgres/restore/expired.ts';
import type { Backup, BackupReason } from '../../../../src/domain/backup.ts';
import { databaseSchema } from '../../../../src/domain/database.ts';
import { database, facts, keptMarker, liveMarker, newMarker, RUN } from '../restore/support.ts';

const SETTINGS = databaseSchema.parse({
  ...{ name: 'shop', connection: { user: 'Backout' } },
  backups: { folder: '/backups', pattern: '*.dump' },
});
const NAMED = { service: 'shop', environment: 'production' };

describe('the programs', () => {
  const said = (psql: number, dump: number, restore?: number) =>
    [
      `psql (PostgreSQL) ${psql}.4 (Debian ${psql}.4-1)`,
      `pg_dump (PostgreSQL) ${dump}.4`,
      ...(restore === undefined ? [] : [`pg_restore (PostgreSQL) ${restore}.4`]),
    ].join('\n');
  const judge = (printed: string) => judgePrograms(printed, { version: 150018 });

  it('may be as old as the server, or newer', () => {
    expect(judge(said(15, 15, 17))).toBe('psql 15, pg_dump 15, pg_restore 17');
  });

  it('are each named that is missing or older', () => {
    expect(judge(said(15, 14))).toEqual({
      detail: 'there is no pg_restore; pg_dump is of PostgreSQL 14, and the server is 15',
      fix: 'Install the client programs of PostgreSQL 15 or newer there, or set `database.programs` to their folder.',
    });
  });
});

describe('the role', () => {
  const all = { isOwner: true, mayCreate: true, maySignal: true, mayMark: true };
  const none = { isOwner: false, mayCreate: false, maySignal: false, mayMark: false };
  const server = facts([database('shop')]);

  it('may be a superuser, or have all that a restore needs', () => {
    expect(judgeRole(SETTINGS, null, server)).toBe('is a superuser');
    expect(judgeRole(SETTINGS, all, server)).toBe('is no superuser, and has what a restore needs');
  });

  it('is told the statement for each right that it lacks', () => {
    expect(judgeRole(SETTINGS, none, server)).toEqual({
      detail:
        'is no superuser, and does not own the database, has no CREATEDB, may not end sessions, may not note how far a restore is: a restore would fail',
      fix: 'As a superuser: GRANT "app" TO "Backout"; ALTER ROLE "Backout" CREATEDB; GRANT pg_signal_backend TO "Backout"; GRANT SET ON PARAMETER backout.restore TO "Backout".',
    });
  });

  it('must be a superuser before PostgreSQL 15', () => {
    expect(judgeRole(SETTINGS, { ...all, mayMark: false }, { ...server, version: 140009 })).toMatchObject({
      fix: 'As a superuser: ALTER ROLE "Backout" SUPERUSER (nothing less can before PostgreSQL 15).',
    });
  });
});

describe('the backups', () => {
  const NOW = Date.parse('2026-11-21T12:00:00Z');
  const backup = (name: string, at: string): Backup => ({
    ...{ name, path: `/backups/${name}`, isDirectory: false, sizeBytes: 1000, modifiedAt: at },
    ...{ format: 'custom', moment: { at, source: 'dump' }, manifest: null },
  });
  const bad = (name: string, kind: BackupReason['kind'], text: string) => ({
    ...{ backup: backup(name, '2026-11-21T11:00:00.000Z'), reason: { kind, text } },
  });
  const looked = { named: NAMED, settings: SETTINGS, now: NOW };
  const good = backup('a.dump', '2026-11-21T03:00:00.000Z');

  it('are good when a good one is of the last day', () => {
    const others = [bad('old.dump', 'older', 'is older than a.dump')];
    expect(judgeBackups({ chosen: good, others }, looked)).toBe(
      'the newest good one is a.dump, made 2026-11-21 03:00:00 UTC, 9 h 0 min 0 s ago',
    );
  });

  it('are named that are newer and not good', () => {
    const others = [bad('b.dump', 'empty', 'is empty')];
    expect(judgeBackups({ chosen: good, others }, looked)).toMatch(
      / ago; newer, and not good: b\.dump is empty$/,
    );
  });

  it('are too old after a day, and two hours for the next one', () => {
    const made = (at: string) => judgeBackups({ chosen: backup('a.dump', at), others: [] }, looked);
    expect(made('2026-11-20T10:00:01.000Z')).toMatch(/25 h 59 min 59 s ago$/);
    expect(made('2026-11-20T10:00:00.000Z')).toEqual({
      optional: true,
      detail: 'the newest good one is a.dump, made 2026-11-20 10:00:00 UTC, 26 h 0 min 0 s ago',
      fix: 'A restore would lose all that came since. See why none was made for more than a day; `backout backup shop --env production` makes one.',
    });
  });

  it('are none, or none that is good: then no full rollback is possible', () => {
    const fix =
      'Without one there is no full rollback. `backout backup shop --env production` makes one; see also `database.backups`.';
    expect(judgeBackups({ chosen: null, others: [] }, looked)).toEqual({
      ...{ detail: 'no file matches *.dump', fix },
    });
    const others = ['a', 'b', 'c', 'd', 'e'].map((name) => bad(name, 'empty', 'is empty'));
    expect(judgeBackups({ chosen: null, others }, looked)).toEqual({
      ...{ detail: 'none is good: a is empty; b is empty; c is empty; 2 more', fix },
    });
  });

  it('are not called good when reading them takes too long', () => {
    expect(judgeUnread(good, { named: NAMED, now: NOW, withinMs: 20_000 })).toEqual({
      optional: true,
      detail: 'the newest, a.dump, was made 9 h 0 min 0 s ago; no good one was found within 20 s',
      fix: 'Run `backout backups shop --env production`: it reads them to their end, however long that takes.',
    });
  });
});

describe('the room for a second copy', () => {
  const server = facts([database('shop')]);

  it('is as much as the database, and a fifth', () => {
    expect(judgeRoom(server, 120_000_000)).toBe('120.0 MB are free, 120.0 MB are needed');
    expect(judgeRoom(server, 119_999_999)).toEqual({
      detail: '120.0 MB are free, 120.0 MB are needed',
      fix: 'Make room on its disk, or set `restore.strategy: in-place`.',
    });
  });

  it('is not claimed where it can not be known', () => {
    expect(judgeRoom(server, null)).toMatch(/^not known: /);
  });
});

describe('what earlier restores have left', () => {
  const judge = (server: ReturnType<typeof facts>, ended: string[], kept: Kept[] = []) =>
    judgeLeft({ facts: server, kept, ended }, 'shop', NAMED);
  const copy = (isOver: boolean): Kept => ({
    ...{ kind: 'database', name: 'shop_old_20261101_010203', until: '2026-11-08T01:02:03.000Z', isOver },
  });
  const half = facts([
    database('shop', { marker: liveMarker() }),
    database('shop_new_x_3', { marker: newMarker({ ready: false }) }),
    database('other', { marker: liveMarker({ run: 'of-other' }) }),
  ]);

  it('is nothing, or what is kept for its time', () => {
    expect(judge(facts([database('shop')]), [])).toBe('nothing is left of any');
    expect(judge(facts([database('shop', { marker: keptMarker() })]), [], [copy(false)])).toBe(
      'shop_old_20261101_010203 is kept until 2026-11-08 01:02:03 UTC',
    );
  });

  it('asks only after rollbacks of this database', () => {
    expect(notedRuns(half, 'shop')).toEqual([RUN]);
  });

  it("is nobody's fault while its rollback runs", () => {
    expect(judge(half, [])).toBe(`${RUN} is at work on it`);
  });

  it('is cleared away by the next rollback, where one has ended half done', () => {
    expect(judge(half, [RUN])).toEqual({
      optional: true,
      detail: `${RUN} has ended and left its restore half done`,
      fix: 'The next full rollback clears it away.',
    });
  });

  it('is lifted by hand where writes are held', () => {
    const held = facts([database('shop', { marker: liveMarker({ held: { before: null } }) })]);
    expect(judge(held, [RUN])).toEqual({
      optional: true,
      detail: `${RUN} has ended and left the database read-only`,
      fix: '`backout unfreeze shop --env production --reason WHY` lets it be written again.',
    });
  });

  it('is dropped by hand where the live database tells nothing of it, and on time where it was kept', () => {
    const beside = facts([database('shop'), database('shop_new_x_3', { marker: newMarker() })]);
    expect(judge(beside, [RUN], [copy(true)])).toEqual({
      optional: true,
      detail: `"shop_new_x_3" is left of ${RUN}, which has ended; kept for long enough: shop_old_20261101_010203`,
      fix: 'Nobody needs it: DROP DATABASE "shop_new_x_3". `backout backups shop --env production --drop-expired` drops it; so does the next full rollback that succeeds.',
    });
  });
});
