/**
 * Could a full rollback restore this service's database now? What `backout doctor` says of it. Changes nothing, and waits
 * for nothing longer than a person does: a server that hangs is a finding.
 */
import type { Backup, BackupChoice } from '../../src/domain/backup.ts';
import { serverOf } from '../../src/domain/database.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { Finding } from '../../src/domain/readiness.ts';
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import { formatCommand } from '../commands/format.ts';
import type { Deps } from '../deps.ts';
import { chooseBackup } from '../postgres/backups/choose.ts';
import { findBackups } from '../postgres/backups/inspect.ts';
import { refuseNoRoomForCopy, safetyCopyOf } from '../postgres/backups/safety.ts';
import type { Postgres } from '../postgres/client.ts';
import {
  judgeBackups,
  judgeLeft,
  judgePrograms,
  judgeRole,
  judgeRoom,
  judgeUnread,
  notedRuns,
  options,
  versionOf,
} from '../postgres/readiness/judge.ts';
import type { Named, Seen } from '../postgres/readiness/judge.ts';
import { readRights, readVersions } from '../postgres/readiness/look.ts';
import { refuseAway } from '../postgres/restore/away.ts';
import { listKept } from '../postgres/restore/expired.ts';
import { find, readFacts } from '../postgres/restore/facts.ts';
import type { Facts } from '../postgres/restore/facts.ts';
import { createInPlace } from '../postgres/restore/in-place.ts';
import { refusalsOfLive } from '../postgres/restore/refusals.ts';
import { createRestore } from '../postgres/restore/restore.ts';
import { freeBytes } from '../postgres/restore/room.ts';
import { startCommand } from '../postgres/server.ts';
import { openPostgres } from './database-job.ts';
import { endedOwners } from './lock.ts';

/** The server, then the backups, then what a restore would meet: together well below the minute that the doctor waits. */
const WITHIN_MS = 12_000;
/** Backups are found, and read from end to end where that takes no longer. */
const READ_WITHIN_MS = 20_000;

type Reach = Pick<Deps, 'hosts' | 'env' | 'client'>;
type Checking = { deps: Reach; named: Named; postgres: Postgres; facts: Facts };

/** Nothing where no database is configured. */
export async function databaseFindings(
  deps: Reach,
  named: Named,
  { database }: Pick<ServiceEnvironment, 'database'>,
): Promise<Finding[]> {
  if (database === undefined) return [];
  const postgres = openPostgres(deps, database);
  const reading = inTime(WITHIN_MS, (signal) => readServer(postgres, named, signal));
  const server = await finding(postgres.describe(), async () => describeServer(await reading));
  if (!server.ok) return [server];
  const checking = { deps, named, postgres, facts: await reading };
  const { backups, connection, restore } = database;
  const choosing = choose(postgres);
  const looked = await Promise.all([
    finding('psql, pg_dump, pg_restore', () => programs(checking)),
    finding(`role ${connection.user}`, () => role(checking)),
    finding(`backups in ${backups.folder}`, async () => judgeChoice(await choosing, checking)),
    ...(restore.strategy === 'swap' ? [finding('room for a second copy', () => room(checking))] : []),
    finding('earlier restores', () => leftOver(checking)),
    finding('a restore now', () => restorable(checking, choosing)),
  ]);
  return [server, ...looked];
}

/** @throws BackoutFailure with the command that recovers it, where it does not answer */
async function readServer(postgres: Postgres, named: Named, signal: AbortSignal): Promise<Facts> {
  try {
    const facts = await readFacts(postgres, signal);
    refuseAway(postgres, facts, (run) => safetyCopyOf(postgres, { service: named.service, run }).path);
    await postgres.query('SELECT 1', { signal });
    return facts;
  } catch (error) {
    if (!(error instanceof BackoutFailure) || error.type !== 'DatabaseUnreachable') throw error;
    throw new BackoutFailure(error.type, { ...error.parts, next: howToStart(postgres, named) });
  }
}

function howToStart({ settings }: Postgres, named: Named): string {
  const command = startCommand(serverOf(settings));
  if (command === null)
    return 'Start PostgreSQL, if it is down. With `database.server` in the configuration, `backout recover` could.';
  return `If PostgreSQL is down, \`backout recover ${options(named)} --reason WHY\` starts it (${formatCommand(command)} on ${settings.host}).`;
}

const describeServer = (facts: Facts): string => `answers, PostgreSQL ${versionOf(facts)}`;

async function programs({ postgres, facts }: Checking): Promise<Seen> {
  return judgePrograms(await inTime(WITHIN_MS, (signal) => readVersions(postgres, signal)), facts);
}

async function role({ postgres, facts }: Checking): Promise<Seen> {
  const rights = await inTime(WITHIN_MS, (signal) => readRights(postgres, facts, signal));
  return judgeRole(postgres.settings, rights, facts);
}

async function room({ postgres, facts }: Checking): Promise<Seen> {
  const { dataDirectory } = facts.live;
  return judgeRoom(facts, await inTime(WITHIN_MS, (signal) => freeBytes(postgres, dataDirectory, signal)));
}

type Choice = { choice: BackupChoice } | { unread: Backup };

/** The newest good backup, or the newest of all where reading them takes too long. */
async function choose(postgres: Postgres): Promise<Choice> {
  const seen: { newest?: Backup } = {};
  try {
    return await inTime(READ_WITHIN_MS, async (signal) => {
      const [newest] = await findBackups(postgres, signal);
      if (newest !== undefined) seen.newest = newest;
      return { choice: await chooseBackup(postgres, { releasedAt: null, signal }) };
    });
  } catch (error) {
    if (error instanceof OutOfTime && seen.newest !== undefined) return { unread: seen.newest };
    throw error;
  }
}

function judgeChoice(found: Choice, { named, postgres: { settings } }: Checking): Seen {
  const looked = { named, settings, now: Date.now() };
  return 'choice' in found
    ? judgeBackups(found.choice, looked)
    : judgeUnread(found.unread, { ...looked, withinMs: READ_WITHIN_MS });
}

async function leftOver({ deps, named, postgres, facts }: Checking): Promise<Seen> {
  const { name } = postgres.settings;
  const [ended, kept] = await inTime(WITHIN_MS, (signal) =>
    Promise.all([
      endedOwners(deps.client, notedRuns(facts, name)),
      listKept(postgres, named.service, signal),
    ]),
  );
  return judgeLeft({ facts, kept, ended }, name, named);
}

/** As the plan looks, with the backup that it would choose; without one, at the live database alone. */
async function restorable(checking: Checking, choosing: Promise<Choice>): Promise<Seen> {
  const found = await choosing.catch(() => null);
  const chosen = found !== null && 'choice' in found ? found.choice.chosen : null;
  try {
    return await inTime(WITHIN_MS, (signal) => restoreNow(checking, chosen, signal));
  } catch (error) {
    if (!(error instanceof OutOfTime) || chosen === null) throw error;
    return {
      optional: true,
      detail: `not known: looking through ${chosen.name} takes longer than ${WITHIN_MS / 1000} s`,
      fix: `\`backout plan ${options(checking.named)} --full --backup ${chosen.name}\` looks to its end.`,
    };
  }
}

async function restoreNow(checking: Checking, chosen: Backup | null, signal: AbortSignal): Promise<Seen> {
  const { deps, postgres, facts } = checking;
  const { name, connection, restore } = postgres.settings;
  const marker = find(facts, name)?.marker;
  const noted = marker?.is === 'live' ? marker.run : null;
  if (noted !== null && (await endedOwners(deps.client, [noted])).length === 0) return atWork(noted);
  // What a rollback that has ended left is cleared away by the next one: seen as that one's own, it is in nobody's way.
  const run = noted ?? 'backout-doctor';
  const how = restore.strategy === 'swap' ? 'beside the live database' : 'in place';
  if (chosen === null || chosen.format === null) {
    const asked = { live: name, run, maintenanceDatabase: connection.maintenanceDatabase };
    const reasons = refusalsOfLive(facts, asked);
    if (reasons.length > 0) return { detail: reasons.join(' '), fix: 'Mend that.' };
    return `nothing on the server is in the way of a restore ${how}`;
  }
  const { path, format, sizeBytes } = chosen;
  const backup = { path, format, sha256: '' };
  const job = { run, token: Number.MAX_SAFE_INTEGER, backup, signal };
  if (restore.strategy === 'swap') {
    await createRestore(postgres, job).check();
  } else {
    await createInPlace(postgres, { ...job, safety: backup }).check();
    await refuseNoRoomForCopy(postgres, { format, sizeBytes });
  }
  return `${chosen.name} could be restored ${how}`;
}

const atWork = (run: string): Seen => ({
  optional: true,
  detail: `${run} is at work on the database`,
  fix: `Let it finish, or end it. If you know that it is dead: \`--take-over ${run}\`.`,
});

/** No answer in time. */
class OutOfTime extends Error {
  constructor(withinMs: number) {
    super(`no answer within ${withinMs / 1000} s`);
  }
}

/** Ends its commands, and does not wait for their end: a host that hangs may not even do that. */
async function inTime<Answer>(
  withinMs: number,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new OutOfTime(withinMs));
      controller.abort();
    }, withinMs);
  });
  try {
    return await Promise.race([ask(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function finding(name: string, look: () => Promise<Seen>): Promise<Finding> {
  try {
    const seen = await look();
    return typeof seen === 'string' ? { name, ok: true, detail: seen } : { name, ok: false, ...seen };
  } catch (error) {
    if (error instanceof BackoutFailure)
      return { name, ok: false, detail: error.parts.what, fix: error.parts.next };
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof OutOfTime)) return { name, ok: false, detail: message };
    const fix =
      'See whether the host or PostgreSQL hangs or is overloaded; a restore would wait for it, too.';
    return { name, ok: false, detail: message, fix };
  }
}
