/** What goes wrong between us and a PostgreSQL server, in words for an operator. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { FailureType } from '../../src/domain/failure.ts';
import type { CommandResult } from '../commands/host.ts';
import { INSIDE } from './commands.ts';

const NOT_REACHED = 'No data was changed: the command did not reach the database.';
const MAY_HAVE_ACTED =
  'It may have done its work or a part of it: trying again reads the state of the database first.';
const ROLLED_BACK = 'No data was changed: the statement failed as a whole.';
const EARLIER_STAND = 'The statement that failed changed nothing; statements before it in the script stand.';

/** A failure that the server itself reported. */
export class StatementFailure extends BackoutFailure {
  /** Five characters, such as 55006 for "the database is being used". */
  readonly sqlState: string;

  constructor(
    type: FailureType,
    { sqlState, ...parts }: { sqlState: string; what: string; changed: string; next: string },
  ) {
    super(type, parts);
    this.sqlState = sqlState;
  }
}

/** The server's SQLSTATE, or null when the failure is not one of a statement. */
export function sqlStateOf(error: unknown): string | null {
  return error instanceof StatementFailure ? error.sqlState : null;
}

export type Failed = {
  /** `database "shop" on db-1` */
  where: string;
  /** The program that failed. */
  program: string;
  result: Pick<CommandResult, 'exitCode' | 'stderr'>;
  /** Whether earlier statements of the same script stand when one fails. */
  alone?: boolean;
};

/** Any failed psql, pg_dump, pg_restore … as one of ours. */
export function databaseFailure(failed: Failed): BackoutFailure {
  const { stderr } = failed.result;
  return (
    missingProgram(failed) ??
    connectionFailure(failed) ??
    statementFailure(failed) ??
    new BackoutFailure('QueryFailed', {
      what: `${failed.program} failed for ${failed.where} with exit code ${failed.result.exitCode}: ${said(stderr)}`,
      changed: MAY_HAVE_ACTED,
      next: 'See what it says.',
    })
  );
}

/** Of standard error only the end is kept: after this much of it, the mark at its beginning may be gone. */
const MUCH = 50_000;

/** The command did not get as far as where the database runs. Null when it did. */
export function notInside({ where, result }: Omit<Failed, 'program'>): BackoutFailure | null {
  const { exitCode, stderr } = result;
  if (exitCode === 0 || stderr.includes(INSIDE) || stderr.length > MUCH) return null;
  if (/is not in the sudoers file|a password is required|not allowed to/.test(result.stderr)) {
    return new BackoutFailure('PermissionDenied', {
      what: `sudo refused the command for ${where}: ${said(result.stderr)}`,
      changed: NOT_REACHED,
      next: 'Allow it in sudoers with NOPASSWD, or correct `systemUser`.',
    });
  }
  return new BackoutFailure('DatabaseUnreachable', {
    what: `The command for ${where} could not be run where it is: ${said(result.stderr)}`,
    changed: NOT_REACHED,
    next: 'See whether its container or pod runs. Backout tries again by itself.',
  });
}

/** Null when there is such a program. */
export function missingProgram({ where, program, result }: Failed): BackoutFailure | null {
  if (result.exitCode !== 127 || !/not found|No such file/i.test(result.stderr)) return null;
  return new BackoutFailure('ProgramMissing', {
    what: `There is no program ${program} for ${where}.`,
    changed: NOT_REACHED,
    next: 'Install the PostgreSQL client programs there, or set `database.programs` to their folder.',
  });
}

const CREDENTIALS =
  /authentication failed|no password supplied|no pg_hba\.conf entry|role ".*" does not exist|is not permitted to log in|permission denied for database/;

/** Null when the connection is not what was wrong. */
export function connectionFailure({ where, result }: Omit<Failed, 'program'>): BackoutFailure | null {
  const { stderr } = result;
  const refused =
    /connection to server .*failed|could not connect to server|could not translate host name/.test(stderr);
  const cut =
    /server closed the connection unexpectedly|terminating connection|connection to server was lost|SSL SYSCALL error|could not (receive data from|send data to) server|no connection to the server/.test(
      stderr,
    );
  if (!refused && !cut) return null;
  if (refused && /database ".*" does not exist/.test(stderr)) {
    return new BackoutFailure('DatabaseMissing', {
      what: `There is no ${where}: ${said(stderr)}`,
      changed: NOT_REACHED,
      next: 'Correct `database.name`, or see who removed or renamed it.',
    });
  }
  if (refused && CREDENTIALS.test(stderr)) {
    return new BackoutFailure('CredentialsRejected', {
      what: `The server refused the login to ${where}: ${said(stderr)}`,
      changed: NOT_REACHED,
      next: 'Check `connection` in the configuration, the secret, and pg_hba.conf.',
    });
  }
  return new BackoutFailure('DatabaseUnreachable', {
    what: `The connection to ${where} ${refused ? 'could not be made' : 'was cut'}: ${said(stderr)}`,
    changed: refused ? NOT_REACHED : MAY_HAVE_ACTED,
    next: 'See whether PostgreSQL runs there. Backout tries again by itself.',
  });
}

/** Locks, deadlocks, cancelled for time, too many connections, in use: the next try may meet nobody. */
const BUSY = /^(40001|40P01|55006|55P03|57014|53300)$/;

/** With VERBOSITY=verbose: `psql:<stdin>:1: ERROR:  42P01: relation "x" does not exist`, in any language. */
const SQLSTATE = /^(?:psql:[^\n]*?: )?[^\s:]+: +([0-9A-Z]{5}): ([^\n]*(?:\n(?![A-Z]+:)[^\n]+)*)/m;

function statementFailure({ where, result, alone = true }: Failed): BackoutFailure | null {
  const errors = result.stderr
    .split('\n')
    .filter((line) => !/^(psql:[^\n]*?: )?(NOTICE|WARNING|INFO|DEBUG|LOG):/.test(line));
  const [, sqlState, message = ''] = SQLSTATE.exec(errors.join('\n')) ?? [];
  if (sqlState === undefined) return null;
  const busy = BUSY.test(sqlState);
  return new StatementFailure(busy ? 'DatabaseBusy' : 'QueryFailed', {
    sqlState,
    what: `A statement failed in ${where}: ${firstLine(message)} (SQLSTATE ${sqlState})`,
    changed: alone ? ROLLED_BACK : EARLIER_STAND,
    next: busy
      ? 'Somebody else is at it, or the server is slow. Backout tries again by itself.'
      : 'See what the server says: the statement will not succeed by being tried again.',
  });
}

/** What the tool said last, as a sentence. */
export function said(stderr: string): string {
  const lines = stderr
    .replaceAll('\r', '')
    .split('\n')
    .map((line) => line.trim().replace(/^\w+: (error|fatal): /, ''))
    .filter((line) => line !== '' && line !== INSIDE && !line.startsWith('LOCATION:'));
  const kept = lines.slice(-3).join(' ').slice(-600);
  return asSentence(kept || 'no reason was given');
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
const asSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
