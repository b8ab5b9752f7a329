import { describe, expect, it } from 'vitest';
import { databaseFailure, notInside, sqlStateOf } from '../../../activities/postgres/failures.ts';

const failure = (stderr: string, more: { exitCode?: number; alone?: boolean } = {}) => {
  const { exitCode = 3, ...rest } = more;
  return databaseFailure({
    where: 'database "shop" on db-1',
    program: 'psql',
    result: { exitCode, stderr },
    ...rest,
  });
};
const REFUSED = 'psql: error: connection to server at "10.0.0.1", port 5432 failed: ';

describe('what psql says', () => {
  it.each([
    [`${REFUSED}Connection refused`, 'DatabaseUnreachable'],
    [`${REFUSED}FATAL:  the database system is starting up`, 'DatabaseUnreachable'],
    [`${REFUSED}FATAL:  sorry, too many clients already`, 'DatabaseUnreachable'],
    ['psql: error: could not translate host name "x" to address: unknown', 'DatabaseUnreachable'],
    ['server closed the connection unexpectedly', 'DatabaseUnreachable'],
    [`${REFUSED}FATAL:  database "shop" does not exist`, 'DatabaseMissing'],
    [`${REFUSED}FATAL:  password authentication failed for user "a"`, 'CredentialsRejected'],
    [`${REFUSED}fe_sendauth: no password supplied`, 'CredentialsRejected'],
    [`${REFUSED}FATAL:  no pg_hba.conf entry for host "10.0.0.2"`, 'CredentialsRejected'],
    ['psql:<stdin>:1: ERROR:  55P03: lock not available', 'DatabaseBusy'],
    ['psql:<stdin>:1: FEHLER:  40P01: Verklemmung entdeckt', 'DatabaseBusy'],
    ['psql:<stdin>:4: ERROR:  42P01: relation "x" does not exist', 'QueryFailed'],
    ['something odd', 'QueryFailed'],
  ])('%s: %s', (stderr, type) => {
    expect(failure(stderr).type).toBe(type);
  });

  it('is quoted, with whether data was changed and what to do', () => {
    expect(failure(`${REFUSED}Connection refused`).message).toBe(
      'The connection to database "shop" on db-1 could not be made: connection to server at "10.0.0.1", port 5432 ' +
        'failed: Connection refused. No data was changed: the command did not reach the database. See whether ' +
        'PostgreSQL runs there. Backout tries again by itself.',
    );
    expect(failure('server closed the connection unexpectedly').parts.changed).toBe(
      'It may have done its work or a part of it: trying again reads the state of the database first.',
    );
  });

  it('is told by its SQLSTATE, past notices', () => {
    const error = failure(
      'psql:<stdin>:1: NOTICE:  00000: hello\nLOCATION:  exec_stmt, pl.c:1\npsql:<stdin>:2: ERROR:  23505: duplicate key\nLOCATION:  x',
      { alone: false },
    );
    expect(sqlStateOf(error)).toBe('23505');
    expect(error.message).toBe(
      'A statement failed in database "shop" on db-1: duplicate key (SQLSTATE 23505). The statement that failed ' +
        'changed nothing; statements before it in the script stand. See what the server says: the statement will ' +
        'not succeed by being tried again.',
    );
  });

  it('is no SQLSTATE where the server was not asked', () => {
    expect(sqlStateOf(failure('something odd'))).toBeNull();
    expect(sqlStateOf(new Error('x'))).toBeNull();
  });

  it('names a program that is missing', () => {
    expect(failure('backout: 9: exec: psql: not found\n', { exitCode: 127 }).message).toBe(
      'There is no program psql for database "shop" on db-1. No data was changed: the command did not reach the ' +
        'database. Install the PostgreSQL client programs there, or set `database.programs` to their folder.',
    );
  });
});

describe('a container that can not be entered', () => {
  const look = (exitCode: number, stderr: string) =>
    notInside({ where: 'database "shop" in container db on web-1', result: { exitCode, stderr } });

  it('is told from a command that failed inside', () => {
    expect(look(1, 'backout-inside\npsql: error')).toBeNull();
    expect(look(0, '')).toBeNull();
    expect(look(1, 'pg_restore: warning\n'.repeat(3000))).toBeNull();
    expect(look(1, 'Error: No such container: db')?.message).toBe(
      'The command for database "shop" in container db on web-1 could not be run where it is: Error: No such ' +
        'container: db. No data was changed: the command did not reach the database. See whether its container or ' +
        'pod runs. Backout tries again by itself.',
    );
  });

  it('is told from a refusal of sudo', () => {
    expect(look(1, 'sudo: a password is required')?.type).toBe('PermissionDenied');
  });
});
