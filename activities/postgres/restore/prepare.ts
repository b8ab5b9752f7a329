/** Everything of a restore that can be done while the live database serves: the new one beside it, whole and checked. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { carryOver, createDatabase, wantedOf } from './carry-over.ts';
import { runChecks } from './checks.ts';
import { extensionOwners, setExtensionOwners } from './extensions.ts';
import type { Owners } from './extensions.ts';
import { find, mayMark } from './facts.ts';
import type { Database, Facts } from './facts.ts';
import { DAY_MS } from './job.ts';
import { isReachable, load } from './load.ts';
import { setMarker } from './marker.ts';
import type { MarkerOf } from './marker.ts';
import { newName } from './names.ts';
import { readNeeds } from './needs.ts';
import { withProgress } from './progress.ts';
import { refusals } from './refusals.ts';
import { freeBytes } from './room.ts';
import { change, drop, look, onFiles } from './server.ts';
import type { Context, Seen } from './server.ts';
import { leftovers } from './stage.ts';
import { lock, stillAsRead } from './switch.ts';

export type Prepared = {
  /** It was there already, from an earlier attempt. */
  already: boolean;
  database: string;
  /** What was proved, for the report. */
  details: string[];
  warnings: string[];
};

/**
 * Refuses what can't work, with nothing changed and all reasons at once.
 * @throws BackoutFailure RestoreRefused
 */
export async function refuse(
  context: Context,
  { facts, stage }: Seen,
  strategy: 'swap' | 'in-place' = 'swap',
): Promise<void> {
  const { postgres, job } = context;
  const { settings } = postgres;
  if (job.backup.format === 'directory' && !isReachable(settings)) {
    throw refused(postgres.describe(), [
      'A backup in directory format must lie where the database runs: set `backups.where: database`.',
    ]);
  }
  const options = signalOf(context);
  const [needs, free, isFit] = await Promise.all([
    readNeeds(postgres, job.backup, { timeoutMs: job.timeoutMs ?? DAY_MS, ...options }),
    stage.is === 'untouched'
      ? freeBytes(postgres, facts.live.dataDirectory, job.signal)
      : Promise.resolve(null),
    mayMark(postgres, facts, job.signal),
  ]);
  const reasons = refusals(facts, {
    ...{ live: settings.name, run: job.run, needs, freeBytes: free, strategy },
    maintenanceDatabase: settings.connection.maintenanceDatabase,
    unfitRole: isFit ? null : settings.connection.user,
  });
  if (reasons.length > 0) throw refused(postgres.describe(), reasons);
}

export function refused(where: string, reasons: string[]): BackoutFailure {
  return new BackoutFailure('RestoreRefused', {
    what: `The restore of ${where} can't be done as things are. ${reasons.join(' ')}`,
    changed: 'No data was changed: the live database is untouched.',
    next: 'Mend that and try again.',
  });
}

/**
 * Restores into a new database, checks it and gives it all that the live one has. A ready one is taken as it is; what
 * an earlier attempt left half done is dropped and begun again.
 */
export async function prepare(context: Context): Promise<Prepared> {
  const seen = await look(context);
  const { stage } = seen;
  if (stage.is === 'swapped') return nothingToDo(stage.live.name);
  if (stage.is === 'ready') return nothingToDo(stage.restored.name);
  await Promise.all([context.job.proveBackup?.(), refuse(context, seen)]);
  const database = await begin(context, seen);
  await dropLeftovers(context);
  await create(context, { live: stage.live, database });
  const began = Date.now();
  const warnings = await fill(context, database);
  const details = await finish(context, database, (Date.now() - began) / 1000);
  return { already: false, database, details, warnings };
}

const nothingToDo = (database: string): Prepared => ({
  ...{ already: true, database, details: [], warnings: [] },
});

/** Notes on the live database that this run restores, and where: from here on no other run may. */
export async function begin(context: Context, { stage }: Seen): Promise<string> {
  const { job } = context;
  const { live } = stage;
  const marker: MarkerOf<'live'> = {
    ...{ is: 'live', run: job.run, backup: job.backup.sha256, token: job.token },
    database: newName(live.name, job),
    held: live.marker?.is === 'live' ? live.marker.held : null,
  };
  await change(context, [lock(live.name), stillAsRead([live]), setMarker(live.name, marker)]);
  return marker.database;
}

/** What earlier attempts of this run have begun. Their programs, where they live on, lose their database. */
export async function dropLeftovers(context: Context, except?: string): Promise<string[]> {
  const { postgres, job } = context;
  const { facts } = await look(context);
  const asked = { live: postgres.settings.name, run: job.run, sha256: job.backup.sha256, token: job.token };
  const old = leftovers(facts, except === undefined ? asked : { ...asked, except });
  for (const { name } of old) await drop(context, name);
  return old.map(({ name }) => name);
}

async function create(
  context: Context,
  { live, database }: { live: Database; database: string },
): Promise<void> {
  const { facts } = await look(context);
  await onFiles(context, createDatabase(database, live, facts.version));
  await mark(context, { database, ready: false });
}

/** @returns warnings */
async function fill(context: Context, database: string): Promise<string[]> {
  const owners = await extensionOwners(context.postgres, context.postgres.settings.name);
  const { facts } = await look(context);
  return await fillFrom(context, { database, owners, facts });
}

type Filling = {
  database: string;
  owners: Owners;
  facts: Facts;
  /** See `load`. */
  lenient?: boolean;
};

/** The backup's content, with the owners of its extensions, ready to be planned for. @returns warnings */
export async function fillFrom(
  context: Context,
  { database, owners, facts, lenient = false }: Filling,
): Promise<string[]> {
  const { postgres, job } = context;
  const tell = job.onProgress?.bind(job);
  const about = { postgres, database, ...(tell === undefined ? {} : { tell }) };
  const leftOut = await withProgress(about, () => load(postgres, job, { database, lenient }));
  const others = await setExtensionOwners(postgres, { wanted: owners, database, facts });
  await withProgress(about, () => analyze(context, database));
  return [
    ...leftOut.map((what) => `Not everything works as before: ${what}`),
    ...others.map(
      (name) =>
        `Extension "${name}" has another owner than before: only a superuser could give it the one it had.`,
    ),
  ];
}

/** Without it the first queries would be planned blindly. */
async function analyze({ postgres, job }: Context, database: string): Promise<void> {
  await postgres.execute('ANALYZE;\n', {
    database,
    timeoutMs: job.timeoutMs ?? DAY_MS,
    ...(job.signal === undefined ? {} : { signal: job.signal }),
  });
}

/** Gives it what belongs to the live database, so that checks run as the application will, and marks it ready. */
async function finish(context: Context, database: string, seconds: number): Promise<string[]> {
  const { stage, facts } = await look(context);
  const restored = existing(facts, database);
  const carried = carryOver(wantedOf(stage.live), restored);
  await change(context, [lock(stage.live.name), stillAsRead([stage.live, restored]), ...carried]);
  const details = await runChecks(context.postgres, database, signalOf(context));
  const { sizeBytes: bytes } = context.job;
  await mark(context, {
    database,
    ready: true,
    ...(bytes === undefined ? {} : { took: { bytes, seconds } }),
  });
  return details;
}

async function mark(
  context: Context,
  { database, ...noted }: { database: string } & Pick<MarkerOf<'new'>, 'ready' | 'took'>,
): Promise<void> {
  const { job } = context;
  const { stage, facts } = await look(context);
  const live = stage.live.name;
  await change(context, [
    lock(live),
    stillAsRead([stage.live, existing(facts, database)]),
    setMarker(database, { is: 'new', run: job.run, backup: job.backup.sha256, live, ...noted }),
  ]);
}

function existing(facts: Facts, database: string): Database {
  const found = find(facts, database);
  if (found) return found;
  throw new BackoutFailure('DatabaseBusy', {
    what: `The database "${database}" that was restored into is gone: another attempt may have begun anew.`,
    changed: 'The live database is untouched.',
    next: 'Backout tries again by itself.',
  });
}

export function signalOf({ job }: Context): { signal?: AbortSignal } {
  return job.signal === undefined ? {} : { signal: job.signal };
}
