/** Running a transaction that renames databases, beside a helper that ends their sessions. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { Postgres } from '../client.ts';
import { databaseFailure, sqlStateOf } from '../failures.ts';
import type { Session } from './facts.ts';
import { asAWhole } from './server.ts';
import type { Context } from './server.ts';
import { transaction } from './sql.ts';
import { SWITCH } from './switch.ts';

/** Sessions that can't connect wait for so long at most, then for the next try. */
const SWITCH_TIMEOUT_MS = 2500;

/** The rename waited for sessions in vain, or for a lock that somebody else has. */
const TIMED_OUT = ['57014', '55006', '55P03'];

export type Switching = {
  /** The first of them takes the lock. */
  statements: readonly string[];
  /** Whose sessions are ended. */
  oids: readonly number[];
  /** Those that were there, for the message. */
  sessions: readonly Session[];
};

/**
 * All of it or nothing.
 * @returns milliseconds that it took
 * @throws BackoutFailure DatabaseBusy when sessions could not be ended, or something else changed at the same moment
 */
export async function runSwitch(
  { postgres, job }: Context,
  { statements, oids, sessions }: Switching,
): Promise<number> {
  const { name, connection } = postgres.settings;
  const result = await postgres.script(SWITCH, [oids.join(','), name], {
    database: connection.maintenanceDatabase,
    stdin: transaction(statements, { timeoutMs: SWITCH_TIMEOUT_MS }),
    timeoutMs: 10 * SWITCH_TIMEOUT_MS,
    ...(job.signal === undefined ? {} : { signal: job.signal }),
  });
  if (result.exitCode === 0) return result.durationMs;
  const failure = databaseFailure({ where: postgres.describe(), program: 'psql', result });
  throw TIMED_OUT.includes(sqlStateOf(failure) ?? '')
    ? inUse(postgres, sessions)
    : asAWhole(failure, postgres.describe());
}

function inUse(postgres: Postgres, sessions: readonly Session[]): BackoutFailure {
  const whose = sessions.map(
    ({ user, application, count }) => `${count} of ${user ?? 'the server'} (${application || 'no name'})`,
  );
  return new BackoutFailure('DatabaseBusy', {
    what: `The sessions in ${postgres.describe()} could not be ended in time. There were ${whose.join(', ') || 'none that we may see'}.`,
    changed: 'No data was changed, and sessions can be opened again.',
    next: 'See whose they are (pg_stat_activity), and whether our role may end them: it must be a superuser for those of superusers, else have pg_signal_backend. Backout tries again by itself.',
  });
}
