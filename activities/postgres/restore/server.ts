/** How the phases of a restore read and change what the server has. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { Postgres } from '../client.ts';
import { sqlStateOf } from '../failures.ts';
import { readFacts } from './facts.ts';
import type { Facts } from './facts.ts';
import type { RestoreJob } from './job.ts';
import { ident, transaction } from './sql.ts';
import { stageOf } from './stage.ts';
import type { Stage } from './stage.ts';
import { CHANGED_MEANWHILE } from './switch.ts';

export type Context = { postgres: Postgres; job: RestoreJob };

const CHANGE_TIMEOUT_MS = 10_000;
/** CREATE and DROP DATABASE work on files, and wait for a checkpoint. */
const FILES_TIMEOUT_MS = 600_000;

export type Seen = { facts: Facts; stage: Stage };

/**
 * The live state.
 * @throws BackoutFailure DatabaseMissing; Fenced when a later attempt of this run is at it
 */
export async function look({ postgres, job }: Context): Promise<Seen> {
  const facts = await readFacts(postgres, job.signal);
  const { name } = postgres.settings;
  const { run, holder = run, backup, beyond } = job;
  const asked = { live: name, run, holder, sha256: backup.sha256 };
  const stage = stageOf(facts, beyond === undefined ? asked : { ...asked, beyond });
  if (stage === null) {
    throw new BackoutFailure('DatabaseMissing', {
      what: `There is no ${postgres.describe()}.`,
      changed: 'No data was changed.',
      next: 'Correct `database.name`, or see who removed or renamed it.',
    });
  }
  const later = stage.is === 'begun' || stage.is === 'ready' ? stage.marker.token : 0;
  if (later <= job.token) return { facts, stage };
  throw new BackoutFailure('Fenced', {
    what: `A later attempt of this rollback restores ${postgres.describe()}.`,
    changed: 'This attempt changed nothing.',
    next: 'Nothing is to be done here: look at the rollback that goes on.',
  });
}

/** All of the statements or none, about databases as a whole. @throws BackoutFailure as `Postgres.execute` */
export async function change({ postgres, job }: Context, statements: readonly string[]): Promise<void> {
  try {
    await postgres.execute(transaction(statements, { timeoutMs: CHANGE_TIMEOUT_MS }), {
      database: postgres.settings.connection.maintenanceDatabase,
      timeoutMs: 2 * CHANGE_TIMEOUT_MS,
      ...(job.signal === undefined ? {} : { signal: job.signal }),
    });
  } catch (error) {
    throw asAWhole(error, postgres.describe());
  }
}

/** What failed was one transaction: nothing of it stands. */
export function asAWhole(error: unknown, where: string): unknown {
  const sqlState = sqlStateOf(error);
  if (sqlState === null || !(error instanceof BackoutFailure)) return error;
  if (sqlState !== CHANGED_MEANWHILE) {
    return new BackoutFailure(
      error.type,
      { ...error.parts, changed: 'No data was changed: the transaction failed as a whole.' },
      { cause: error },
    );
  }
  return new BackoutFailure('DatabaseBusy', {
    what: `Something else has changed ${where} or what is beside it at the same moment.`,
    changed: 'This attempt changed nothing.',
    next: 'Backout tries again by itself, from the state as it is then.',
  });
}

/** Statements that can't be in a transaction. */
export async function onFiles({ postgres, job }: Context, statement: string): Promise<void> {
  await postgres.execute(`${statement};\n`, {
    database: postgres.settings.connection.maintenanceDatabase,
    timeoutMs: FILES_TIMEOUT_MS,
    ...(job.signal === undefined ? {} : { signal: job.signal }),
  });
}

/** With whoever is still at it, as a restore of an earlier attempt that lives on. */
export async function drop(context: Context, database: string): Promise<void> {
  await onFiles(context, `DROP DATABASE IF EXISTS ${ident(database)} WITH (FORCE)`);
}
