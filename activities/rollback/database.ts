/** The database's part of a full rollback: what the plan says of it, and the steps that restore it (D1 to D4). */
import type { Backup, BackupChoice } from '../../src/domain/backup.ts';
import type { DatabaseSettings } from '../../src/domain/database.ts';
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import { databaseOf } from '../../src/domain/plan.ts';
import type { DatabasePlan } from '../../src/domain/plan.ts';
import { formatDuration, formatTime } from '../../src/domain/report/format.ts';
import type { RollbackRequest } from '../../src/domain/request.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import type { Deps } from '../deps.ts';
import { checksum, requireBackup, requireNamed } from '../postgres/backups/choose.ts';
import { safetyCopyOf } from '../postgres/backups/safety.ts';
import { createPostgres } from '../postgres/client.ts';
import type { Postgres } from '../postgres/client.ts';
import { countNewerRows } from '../postgres/newer-rows.ts';
import { refuseAway } from '../postgres/restore/away.ts';
import { restoredBefore } from '../postgres/restore/expired.ts';
import { find, readFacts } from '../postgres/restore/facts.ts';
import { createInPlace } from '../postgres/restore/in-place.ts';
import type { RestoreJob } from '../postgres/restore/job.ts';
import { createRestore } from '../postgres/restore/restore.ts';
import type { Restore } from '../postgres/restore/restore.ts';
import type { StepInput } from '../types.ts';
import type { Running } from './activity.ts';
import { noMoment } from './released-at.ts';
import type { FaultyRelease } from './released-at.ts';
import { isEnded } from './steps.ts';

/** An attempt's token in the markers has room for twelve digits: hundredths of a second since 1970. */
const TOKEN_UNIT_MS = 10;

type Planning = {
  request: RollbackRequest;
  config: ServiceEnvironment;
  /** Who asks: the workflow ID. */
  run: string;
  /** The release that is left. */
  faulty: FaultyRelease;
  signal: AbortSignal;
};

/**
 * Chooses the backup and reads it from end to end, and sees whether the restore can be done. Changes nothing.
 * @throws BackoutFailure NoUsableBackup with why each is not taken; RestoreRefused; InvalidRequest, InvalidConfiguration
 */
export async function planDatabase(
  deps: Deps,
  { request, config, run, faulty, signal }: Planning,
): Promise<DatabasePlan> {
  const postgres = openPostgres(deps, databaseSettings(request.service, config));
  const facts = await readFacts(postgres, signal);
  refuseAway(postgres, facts, (of) => safetyCopyOf(postgres, { service: request.service, run: of }).path);
  const choice = await choose(postgres, { ...request, faulty }, signal);
  const { chosen } = choice;
  const [sha256, newer] = await Promise.all([
    // A manifest whose checksum is not the file's is no usable backup.
    chosen.manifest?.sha256 ?? checksum(postgres, chosen, signal),
    countNewerRows(postgres, { since: chosen.moment.at, signal }),
  ]);
  const format = formatOf(chosen);
  const backup = { path: chosen.path, format, sha256 };
  const left = await leftBehind(deps, { postgres, run, takenOver: request.takeOver?.owner, signal });
  // What a rollback that has ended left beside it is cleared away before this one begins.
  const token = Number.MAX_SAFE_INTEGER;
  const job = { run: left ?? run, token, backup, signal };
  await (postgres.settings.restore.strategy === 'in-place'
    ? createInPlace(postgres, { ...job, safety: backup }).check()
    : createRestore(postgres, job).check());
  const newest = newer.flatMap(({ newest: at }) => (at === null ? [] : [at])).sort();
  return {
    database: `PostgreSQL ${postgres.describe()}`,
    strategy: postgres.settings.restore.strategy,
    backup: chosen.name,
    path: chosen.path,
    madeAt: chosen.moment.at,
    madeAtSource: chosen.moment.source,
    sizeBytes: chosen.sizeBytes,
    sha256,
    format,
    lastChangeAt: newest.at(-1) ?? null,
    newerRows: newer.map(({ table, rows, problem }) => ({ table, rows, problem })),
    ...restoredBefore(facts, { live: postgres.settings.name, sha256 }),
    ...(Array.isArray(chosen.manifest?.migrations) ? { migrations: chosen.manifest.migrations } : {}),
    passedOver: choice.others.map(({ backup: other, reason }) => `${other.name} ${reason.text}`),
  };
}

export async function prepareRestore(deps: Deps, input: StepInput, running: Running): Promise<StepResult> {
  const { postgres, restore } = openRestore(deps, input, running);
  const plan = databaseOf(input.plan);
  await refuseChangedBackup(postgres, plan, running.signal);
  const left = await leftBehind(deps, {
    postgres,
    run: input.rollback.workflowId,
    takenOver: input.plan.request.takeOver?.owner,
    signal: running.signal,
  });
  if (left !== null) await restore.abandon(left);
  const { already, database, details, warnings } = await restore.prepare();
  return {
    outcome: already ? 'already' : 'done',
    proof: `${plan.backup} is restored as database "${database}" beside the live one, which is untouched`,
    details: [...details, ...warnings],
    provedAt: new Date().toISOString(),
  };
}

export async function restoreDatabase(deps: Deps, input: StepInput, running: Running): Promise<StepResult> {
  const { postgres, restore } = openRestore(deps, input, running);
  const { already, kept, sessions, switchMs } = await restore.swap();
  const ended = sessions.reduce((sum, { count }) => sum + count, 0);
  const how = already
    ? 'was so already'
    : `the switch took ${formatDuration(switchMs)}, ${ended} sessions were ended`;
  return {
    outcome: already ? 'already' : 'done',
    proof: `${postgres.describe()} is the restored one (${how}); the one before is kept as "${kept.database}"${until(kept.until)}`,
    details: [],
    provedAt: new Date().toISOString(),
  };
}

export async function abandonRestore(deps: Deps, input: StepInput, running: Running): Promise<StepResult> {
  const { postgres, restore } = openRestore(deps, input, running);
  const { swapped, dropped } = await restore.abandon(undefined, {
    keepHold: input.plan.request.dataCorruption,
  });
  return {
    outcome: dropped.length === 0 ? 'already' : 'done',
    proof: swapped
      ? `${postgres.describe()} is the restored one already: that is not taken back`
      : `What was restored beside ${postgres.describe()} is removed; the live database is untouched`,
    details: dropped.map((name) => `dropped "${name}"`),
    provedAt: new Date().toISOString(),
    live: swapped ? 'restored' : 'before',
  };
}

const until = (at: string): string => (at === '' ? '' : `, for reading, at least until ${formatTime(at)}`);

export function openPostgres(
  { hosts, env }: Pick<Deps, 'hosts' | 'env'>,
  settings: DatabaseSettings,
): Postgres {
  return createPostgres({ host: hosts.get(settings.host), settings, env });
}

/** What is restored, by which attempt, until when. */
export function jobOf(
  { plan, rollback }: StepInput,
  { scheduledAt, endsAt, signal, heartbeat }: Running,
): RestoreJob {
  const { path, format, sha256 } = databaseOf(plan);
  return {
    run: rollback.workflowId,
    token: Math.floor(scheduledAt / TOKEN_UNIT_MS),
    backup: { path, format, sha256 },
    timeoutMs: Math.max(1, endsAt - Date.now()),
    signal,
    onProgress: heartbeat,
  };
}

function openRestore(
  deps: Deps,
  input: StepInput,
  running: Running,
): { postgres: Postgres; restore: Restore } {
  const postgres = openPostgres(deps, settingsOf(input.plan));
  return { postgres, restore: createRestore(postgres, jobOf(input, running)) };
}

/** As they were when the plan was made. */
export const settingsOf = ({ service, config }: StepInput['plan']): DatabaseSettings =>
  databaseSettings(service, config);

function databaseSettings(service: string, { database }: ServiceEnvironment): DatabaseSettings {
  if (database === undefined) {
    throw new BackoutFailure('InvalidConfiguration', {
      what: `${service} has no \`database\` in its configuration, so there is nothing that a full rollback could restore.`,
      changed: NOTHING_CHANGED,
      next: 'Add it (see docs/targets/postgresql.md), or start a traffic-only rollback.',
    });
  }
  return database;
}

async function choose(
  postgres: Postgres,
  { backup, releasedAt, faulty }: Pick<RollbackRequest, 'backup' | 'releasedAt'> & Pick<Planning, 'faulty'>,
  signal: AbortSignal,
): Promise<BackupChoice & { chosen: Backup }> {
  if (backup !== undefined) return await requireNamed(postgres, { name: backup, signal });
  if (releasedAt !== undefined) {
    return await requireBackup(postgres, { releasedAt: new Date(releasedAt).toISOString(), signal });
  }
  throw await noMoment(faulty);
}

/** RESTORE is typed for one backup: whatever has been put in its place since is not restored. */
export async function refuseChangedBackup(
  postgres: Postgres,
  { path, backup, sha256 }: DatabasePlan,
  signal: AbortSignal,
): Promise<void> {
  if ((await checksum(postgres, { path }, signal)) === sha256) return;
  throw new BackoutFailure('PlanChanged', {
    what: `${backup} is no longer the file that the plan was made with: ${path} has changed since.`,
    changed: 'No data was changed: the live database is untouched.',
    next: 'See who writes there, and start the rollback again: it makes a new plan.',
  });
}

type Looking = { postgres: Postgres; run: string; takenOver: string | undefined; signal: AbortSignal };

/** Another rollback that has ended and left its restore beside the live database. One that still runs keeps it. */
export async function leftBehind(
  deps: Deps,
  { postgres, run, takenOver, signal }: Looking,
): Promise<string | null> {
  const live = find(await readFacts(postgres, signal), postgres.settings.name);
  const marker = live?.marker;
  if (marker?.is !== 'live' || marker.run === run) return null;
  return (await isEnded(deps, takenOver)(marker.run)) ? marker.run : null;
}

function formatOf({ name, format }: Backup): NonNullable<Backup['format']> {
  if (format === null) throw new Error(`${name} was chosen and has no format`);
  return format;
}
