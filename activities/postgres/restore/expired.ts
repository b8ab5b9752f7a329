/** What restores have kept of the databases before, and whose time is over. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { DatabasePlan } from '../../../src/domain/plan.ts';
import { digest, safetyPrefix } from '../backups/safety.ts';
import type { Postgres } from '../client.ts';
import { readFacts } from './facts.ts';
import type { Facts } from './facts.ts';
import { DAY_MS } from './job.ts';
import { replacedAt } from './names.ts';
import { ident } from './sql.ts';

/** A replaced database, or the file of a safety copy. */
export type Kept = {
  kind: 'database' | 'safety copy';
  /** The database's name, or the file's path. */
  name: string;
  /** Until when it is kept, ISO 8601. */
  until: string;
  isOver: boolean;
};

export type Expired = {
  dropped: Kept[];
  /** Their time is over, but somebody is in them. */
  inUse: Kept[];
  kept: Kept[];
};

/**
 * Those that were live under this name, and are not now: the live database is never one, whatever is noted on it, nor one
 * that somebody has renamed: that is none of ours to drop. Pure.
 */
export function keptDatabases(facts: Facts, live: string): Kept[] {
  const now = Date.parse(`${facts.now}Z`);
  return facts.databases.flatMap(({ name, marker }) =>
    marker?.is === 'kept' && marker.live === live && name !== live && replacedAt(name) !== null
      ? [{ kind: 'database', name, until: marker.until, isOver: Date.parse(marker.until) <= now } as const]
      : [],
  );
}

/** The last restore of this very backup that still shows: in the database that it replaced. Pure. */
export function restoredBefore(
  facts: Facts,
  { live, sha256 }: { live: string; sha256: string },
): Pick<DatabasePlan, 'restoredBefore'> {
  const replaced = facts.databases.flatMap(({ name, marker }) => {
    const at = replacedAt(name);
    const isIts = marker?.is === 'kept' && marker.live === live && marker.backup === sha256 && name !== live;
    return isIts && at !== null ? [{ at, run: marker.run, kept: name }] : [];
  });
  const latest = replaced.sort((a, b) => a.at.localeCompare(b.at)).at(-1);
  return latest === undefined ? {} : { restoredBefore: latest };
}

/** How long the last restore of this database took, and of how large a backup, while what it replaced is kept. Pure. */
export function lastRestore(facts: Facts, live: string): Pick<DatabasePlan, 'lastRestore'> {
  const noted = facts.databases.flatMap(({ name, marker }) =>
    marker?.is === 'kept' && marker.live === live && marker.took !== undefined
      ? [{ name, took: marker.took }]
      : [],
  );
  const last = noted.sort((a, b) => a.name.localeCompare(b.name)).at(-1);
  return last === undefined ? {} : { lastRestore: last.took };
}

/** The database that a run replaced last, where it is kept. Pure. */
export function keptBy(facts: Facts, { live, run }: { live: string; run: string }): string | null {
  const names = facts.databases.flatMap(({ name, marker }) =>
    marker?.is === 'kept' && marker.live === live && marker.run === run && name !== live ? [name] : [],
  );
  return names.sort().at(-1) ?? null;
}

/** Arguments: folder, beginning of the names. Prints now and the time of the file, in seconds since 1970, and its name. */
const LIST_COPIES = String.raw`
cd "$1" || exit 210
now=$(date +%s)
for name in "$2"*.dump; do
  [ ! -f "$name" ] || printf '%s\t%s\t%s\n' "$now" "$(stat -L -c %Y -- "$name")" "$name"
done
true`;

/** Argument: a file. */
const REMOVE = String.raw`
rm -f -- "$1"`;

async function safetyCopies(postgres: Postgres, service: string, facts: Facts): Promise<Kept[]> {
  const { backups, restore } = postgres.settings;
  const { exitCode, stdout } = await postgres.beside(LIST_COPIES, [backups.folder, safetyPrefix(service)]);
  if (exitCode !== 0) return [];
  const needed = unfinished(facts);
  return stdout.split('\n').flatMap((line) => {
    const [now = '', at = '', name] = line.split('\t');
    if (name === undefined || needed.some((run) => name.includes(digest(run)))) return [];
    const until = Number(at) * 1000 + restore.keepOldDays * DAY_MS;
    const path = `${backups.folder}/${name}`;
    const isOver = until <= Number(now) * 1000;
    return [{ kind: 'safety copy', name: path, until: new Date(until).toISOString(), isOver } as const];
  });
}

/** Restores in place that have not come to their end: their safety copy may be all that there is. */
const unfinished = (facts: Facts): string[] =>
  facts.databases.flatMap(({ marker }) =>
    marker?.is === 'ledger' || marker?.is === 'live' ? [marker.run] : [],
  );

/** All that is kept. Changes nothing. */
export async function listKept(postgres: Postgres, service: string, signal?: AbortSignal): Promise<Kept[]> {
  const facts = await readFacts(postgres, signal);
  return [...keptDatabases(facts, postgres.settings.name), ...(await safetyCopies(postgres, service, facts))];
}

/**
 * Drops those whose time is over, each by the clock of where it is. A database that somebody looks into stays. Safe to run
 * again.
 */
export async function dropExpired(
  postgres: Postgres,
  service: string,
  signal?: AbortSignal,
): Promise<Expired> {
  const result: Expired = { dropped: [], inUse: [], kept: [] };
  for (const one of await listKept(postgres, service, signal)) {
    if (!one.isOver) result.kept.push(one);
    else if (await dropped(postgres, one)) result.dropped.push(one);
    else result.inUse.push(one);
  }
  return result;
}

/** False when somebody is in it. */
async function dropped(postgres: Postgres, { kind, name }: Kept): Promise<boolean> {
  if (kind === 'safety copy') return (await postgres.beside(REMOVE, [name])).exitCode === 0;
  try {
    await postgres.execute(`DROP DATABASE IF EXISTS ${ident(name)};\n`, {
      database: postgres.settings.connection.maintenanceDatabase,
      timeoutMs: 600_000,
    });
    return true;
  } catch (error) {
    if (error instanceof BackoutFailure && error.type === 'DatabaseBusy') return false;
    throw error;
  }
}
