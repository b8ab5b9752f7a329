/**
 * Keeping the live database from being written when its data are being damaged, before anybody knows from which backup
 * it will be restored, or whether at all. The marker is a restore's own: a restore of the same run goes on from it, and
 * its swap makes a database that can be written live.
 */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { takeOverOptions } from '../../../src/domain/freeze.ts';
import type { Postgres } from '../client.ts';
import { sqlStateOf } from '../failures.ts';
import { abandon } from './abandon.ts';
import { find, mayMark, readFacts, readOnlySetting } from './facts.ts';
import type { Database, Facts } from './facts.ts';
import type { RestoreJob } from './job.ts';
import { holdWrites, isHeld, setMarker } from './marker.ts';
import type { MarkerOf } from './marker.ts';
import { newName } from './names.ts';
import { dropLeftovers } from './prepare.ts';
import { unfit } from './refusals.ts';
import { change, look } from './server.ts';
import type { Context } from './server.ts';
import { lock, RENEW_SESSIONS, stillAsRead } from './switch.ts';

export type FreezeJob = Pick<RestoreJob, 'run' | 'token' | 'signal'> & {
  /** Has this other rollback or freeze ended? What one has left that has ended is taken over. */
  isEnded(run: string): Promise<boolean>;
};

export type Frozen = {
  /** An earlier attempt, or an earlier freeze, has done it. */
  already: boolean;
  /** What goes on writing all the same, in whole sentences. */
  warnings: string[];
};

export type Thawed = {
  /** Something was held. */
  held: boolean;
  /** What keeps sessions from writing all the same, in whole sentences. */
  warnings: string[];
};

/** What read-only transactions are refused with: read_only_sql_transaction. */
const READ_ONLY = '25006';

/** By process: when a session of others began shows only to those who may read all statistics. */
const SESSIONS = `SELECT pid FROM pg_stat_activity
WHERE datname = :'live' AND usename IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'`;
const LEFT = `SELECT usename, count(*) FROM pg_stat_activity
WHERE datname = :'live' AND pid = ANY (string_to_array(:'pids', ',')::int[]) GROUP BY 1 ORDER BY 1`;

/** Refused before anything else is looked at, and rolled back where it is not. */
const WRITE_ATTEMPT = 'BEGIN;\nCREATE TABLE backout_write_attempt ();\nROLLBACK;\n';

/**
 * New sessions can only read unless they say otherwise; those that were open are ended. How it was before is noted in
 * the same transaction. Safe to run again, from any worker.
 * @throws BackoutFailure RestoreRefused, Fenced; DatabaseBusy when sessions could not be ended; ProofFailed when a
 * session can write all the same
 */
export async function freeze(postgres: Postgres, job: FreezeJob): Promise<Frozen> {
  const context = contextOf(postgres, job);
  const { facts } = await look(context);
  const live = liveOf(postgres, facts);
  const { marker } = live;
  const earlier = marker?.is === 'live' && marker.run !== job.run ? marker.run : null;
  const reasons = [
    ...(live.markerText !== null && marker?.is !== 'live'
      ? ['Its setting backout.restore is none that a restore leaves on a live database.']
      : []),
    ...(earlier !== null && !(await job.isEnded(earlier))
      ? [`The rollback ${earlier} is at work on it.`]
      : []),
    ...((await mayMark(postgres, facts, job.signal)) ? [] : [unfit(postgres.settings.connection.user)]),
  ];
  if (reasons.length > 0) throw notFrozen(postgres, reasons);
  const held = marker?.is === 'live' ? marker.held : null;
  if (held === null || earlier !== null) {
    const ours: MarkerOf<'live'> = {
      ...{ is: 'live', run: job.run, backup: '', token: job.token, database: newName(live.name, job) },
      held: { before: held === null ? readOnlySetting(live) : held.before },
    };
    await change(context, [
      lock(live.name),
      stillAsRead([live]),
      setMarker(live.name, ours),
      holdWrites(live.name),
    ]);
  }
  // A restore that the earlier one has left beside is nobody's any more.
  if (earlier !== null) await dropLeftovers(asOf(context, earlier));
  await endSessions(context);
  await requireRefused(postgres, job.signal);
  return { already: held !== null, warnings: warningsOf(live, facts) };
}

/**
 * The setting is as it was before the freeze, and new sessions begin with it. What was restored beside and not swapped
 * is removed. Safe to run again.
 * @throws BackoutFailure RestoreRefused while the rollback that holds it goes on; ProofFailed
 */
export async function thaw(postgres: Postgres, job: FreezeJob): Promise<Thawed> {
  const context = contextOf(postgres, job);
  const { facts, stage } = await look(context);
  // The restored database was never frozen.
  if (stage.is === 'swapped') return { held: false, warnings: await proofOfThaw(postgres, job.signal) };
  const { marker } = liveOf(postgres, facts);
  const holder = marker?.is === 'live' && marker.held !== null ? marker.run : null;
  if (holder !== null && holder !== job.run && !(await job.isEnded(holder)))
    throw notFrozen(postgres, [
      `The rollback ${holder} is at work on it and holds its writes; if you know that it has ended, start again with ` +
        `\`${takeOverOptions(holder)}\`.`,
    ]);
  if (holder !== null) await abandon(context, holder, { liftFreeze: true });
  await endSessions(context);
  return { held: holder !== null, warnings: await proofOfThaw(postgres, job.signal) };
}

/** Which backup is meant is not known yet: that is what people are asked. */
function contextOf(postgres: Postgres, { run, token, signal }: FreezeJob): Context {
  const backup = { path: '', format: 'plain', sha256: '' } as const;
  return { postgres, job: { run, token, backup, ...(signal === undefined ? {} : { signal }) } };
}

/** Of a run that has ended no attempt is a later one than ours. */
function asOf({ postgres, job }: Context, run: string): Context {
  return { postgres, job: { ...job, run, token: Number.MAX_SAFE_INTEGER } };
}

function liveOf({ settings }: Postgres, facts: Facts): Database {
  const live = find(facts, settings.name);
  if (live === null) throw new Error('the live database was seen and is gone');
  return live;
}

/** @throws BackoutFailure DatabaseBusy when one that is there now could not be ended */
async function endSessions({ postgres, job }: Context): Promise<void> {
  const { name, connection } = postgres.settings;
  const options = {
    database: connection.maintenanceDatabase,
    ...(job.signal === undefined ? {} : { signal: job.signal }),
  };
  const sessions = await postgres.query(SESSIONS, { ...options, variables: { live: name } });
  await postgres.execute(RENEW_SESSIONS, { ...options, variables: { live: name } });
  const pids = sessions.map(([pid]) => pid).join(',');
  const left = await postgres.query(LEFT, { ...options, variables: { live: name, pids } });
  if (left.length === 0) return;
  throw new BackoutFailure('DatabaseBusy', {
    what: `Sessions in ${postgres.describe()} could not be ended: ${left.map(([user, count]) => `${count} of ${user ?? 'the server'}`).join(', ')}.`,
    changed: 'What new sessions may do was changed; these go on as they began. No data was changed by this.',
    next: 'See whose they are (pg_stat_activity), and whether our role may end them: it must be a superuser for those of superusers, else have pg_signal_backend. Backout tries again by itself.',
  });
}

async function requireRefused(postgres: Postgres, signal: AbortSignal | undefined): Promise<void> {
  try {
    await postgres.execute(WRITE_ATTEMPT, signal === undefined ? {} : { signal });
  } catch (error) {
    if (sqlStateOf(error) === READ_ONLY) return;
    throw error;
  }
  throw new BackoutFailure('ProofFailed', {
    what: `A new session in ${postgres.describe()} can still write, although it is set to read only.`,
    changed: 'Its default was changed; no data was changed by this.',
    next: 'See whether a role or the connection sets `default_transaction_read_only` itself, and stop it by hand.',
  });
}

/** @returns what a person should know all the same */
async function proofOfThaw(postgres: Postgres, signal: AbortSignal | undefined): Promise<string[]> {
  const options = signal === undefined ? {} : { signal };
  const [[readOnly = null] = []] = await postgres.query(
    "SELECT current_setting('transaction_read_only')",
    options,
  );
  const live = liveOf(postgres, await readFacts(postgres, signal));
  if (readOnly === 'off') return [];
  // One that was so before the freeze is so again.
  if (readOnlySetting(live) !== null)
    return ['Its own setting keeps new sessions from writing, as it did before the freeze.'];
  throw new BackoutFailure('ProofFailed', {
    what: `New sessions in ${postgres.describe()} can still only read, although its own setting is as it was.`,
    changed: 'The freeze of the database is lifted; no data was changed.',
    next: 'See what else sets `default_transaction_read_only`: the server, a role, or a server in recovery.',
  });
}

/** What a read-only default does not keep from writing. */
function warningsOf(live: Database, { live: { subscriptions, prepared } }: Facts): string[] {
  const exempt = live.settings.filter(
    ({ role, name, value }) => role !== null && isHeld(name) && value !== 'on',
  );
  return [
    ...exempt.map(({ role }) => `Sessions of role "${role}" can write: it has a setting of its own.`),
    ...subscriptions.map((name) => `Subscription "${name}" goes on writing: disable it by hand.`),
    ...prepared.map((gid) => `Prepared transaction "${gid}" can still be committed.`),
  ];
}

function notFrozen(postgres: Postgres, reasons: string[]): BackoutFailure {
  return new BackoutFailure('RestoreRefused', {
    what: `The writes of ${postgres.describe()} can't be held or freed as things are. ${reasons.join(' ')}`,
    changed: 'No data was changed, and who may write was not changed.',
    next: 'Mend that and try again.',
  });
}
