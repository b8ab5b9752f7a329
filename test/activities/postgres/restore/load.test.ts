import { describe, expect, test } from 'vitest';
import { loadCommand, loadFailure, onlyViews } from '../../../../activities/postgres/restore/load.ts';
import { databaseSchema } from '../../../../src/domain/database.ts';
import type { DatabaseSettingsInput } from '../../../../src/domain/database.ts';

const settings = (given: Partial<DatabaseSettingsInput> = {}) =>
  databaseSchema.parse({ name: 'shop', backups: { folder: '/b' }, ...given });
const into = { database: "a'b", jobs: 3 };
const backup = (format: 'plain' | 'plain-gz' | 'custom' | 'directory') => ({
  ...{ path: "/b/o'clock", format, sha256: 'x' },
});
const PG_RESTORE = ['pg_restore', '--exit-on-error', '--no-password', '-d', `dbname='a\\'b'`];
const PSQL = ['psql', '-X', '-q', '-w', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', '-'];

describe('loading a backup', () => {
  test.each([
    ['plain', { argv: PSQL, source: { file: "/b/o'clock", unpack: 'cat' } }],
    ['plain-gz', { argv: PSQL, source: { file: "/b/o'clock", unpack: 'gunzip' } }],
    ['custom', { argv: [...PG_RESTORE, '-j', '3', "/b/o'clock"], source: null }],
    ['directory', { argv: [...PG_RESTORE, '-j', '3', "/b/o'clock"], source: null }],
  ] as const)(
    'of the format %s is one program, several at once where the format allows',
    (format, expected) => {
      expect(loadCommand(backup(format), settings(), into)).toEqual(expected);
    },
  );

  test('an archive outside of the container goes in through a pipe, by one reader', () => {
    expect(loadCommand(backup('custom'), settings({ container: 'db' }), into)).toEqual({
      argv: PG_RESTORE,
      source: { file: "/b/o'clock", unpack: 'cat' },
    });
    const inside = settings({ container: 'db', backups: { folder: '/b', where: 'database' } });
    expect(loadCommand(backup('custom'), inside, into).source).toBe(null);
  });
});

describe('a load that failed', () => {
  const failed = (stderr: string, exitCode = 1) =>
    loadFailure('database "new"', 'pg_restore', { exitCode, stderr, stdout: '', durationMs: 1 });

  test('is begun again when it was cut, and not when the backup does not fit', () => {
    expect(failed('', 137)).toMatchObject({ type: 'CommandFailed', retryable: true });
    expect(failed('pg_restore: error: a worker process died unexpectedly')).toMatchObject({
      type: 'CommandFailed',
    });
    expect(failed('server closed the connection unexpectedly')).toMatchObject({
      type: 'DatabaseUnreachable',
    });
    const own = failed(
      'pg_restore: error: could not execute query: ERROR:  role "x" does not exist\npg_restore: error: a worker process died unexpectedly',
    );
    expect(own).toMatchObject({ type: 'RestoreFailed', retryable: false });
    expect(own.message).toContain('role "x" does not exist');
    expect(own.message).toContain('The live database is untouched.');
  });
});

describe('what may be left out when there is nothing else to go back to', () => {
  const VIEW = `pg_restore: from TOC entry 1; 0 1 MATERIALIZED VIEW DATA totals app
pg_restore: error: could not execute query: ERROR:  permission denied for table orders
Command was: REFRESH MATERIALIZED VIEW public.totals;

`;
  const TABLE = `pg_restore: error: could not execute query: ERROR:  relation "a" already exists
Command was: CREATE TABLE a ();
`;
  const ignored = (count: number) => `pg_restore: warning: errors ignored on restore: ${count}\n`;
  const left = (stderr: string) => onlyViews({ exitCode: 1, stderr, stdout: '', durationMs: 1 });

  test('is a materialized view that can not be filled', () => {
    expect(left(VIEW + ignored(2))).toEqual([
      'REFRESH MATERIALIZED VIEW public.totals: permission denied for table orders.',
    ]);
  });

  test('is nothing else, nor what is not told', () => {
    expect(left(VIEW + TABLE + ignored(2))).toBe(null);
    expect(left(`pg_restore: error: could not open file\n${VIEW}${ignored(2)}`)).toBe(null);
    expect(left(VIEW)).toBe(null);
  });
});
