/** The steps of a full rollback that restore the database (D2 to D4). */
import { BackoutFailure } from '../../src/domain/failure.ts';
import { databaseOf } from '../../src/domain/plan.ts';
import type { DatabasePlan } from '../../src/domain/plan.ts';
import { formatDuration, formatTime } from '../../src/domain/report/format.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import type { Deps } from '../deps.ts';
import { checksum } from '../postgres/backups/choose.ts';
import type { Postgres } from '../postgres/client.ts';
import { createRestore } from '../postgres/restore/restore.ts';
import type { Restore } from '../postgres/restore/restore.ts';
import type { StepInput } from '../types.ts';
import type { Running } from './activity.ts';
import { jobOf, openPostgres, settingsOf } from './database-job.ts';
import { leftBehind } from './left-behind.ts';

export async function prepareRestore(deps: Deps, input: StepInput, running: Running): Promise<StepResult> {
  const plan = databaseOf(input.plan);
  const postgres = openPostgres(deps, settingsOf(input.plan));
  const proveBackup = () => refuseChangedBackup(postgres, plan, running.signal);
  const restore = createRestore(postgres, { ...jobOf(input, running), proveBackup });
  const left = await leftBehind(deps, {
    postgres,
    run: input.rollback.workflowId,
    takenOver: input.plan.request.takeOver?.owner,
    signal: running.signal,
  });
  if (left !== null) await restore.abandon(left);
  if ((await restore.stage()) === 'swapped') return await proveRestored(deps, input, running);
  const { already, database, details, warnings } = await restore.prepare();
  return {
    outcome: already ? 'already' : 'done',
    proof: `${plan.backup} is restored as database "${database}" beside the live one, which is untouched`,
    details: [...details, ...warnings],
    provedAt: new Date().toISOString(),
  };
}

/**
 * The live database is the restored one already, by an earlier run or by this one before it was reset. Restores nothing, and
 * clears away what that run has left beside it.
 * @throws BackoutFailure PlanChanged when something else is live by now
 */
export async function proveRestored(deps: Deps, input: StepInput, running: Running): Promise<StepResult> {
  const { postgres, restore } = openRestore(deps, input, running);
  const { run } = jobOf(input, running);
  const { backup } = databaseOf(input.plan);
  const takenOver = input.plan.request.takeOver?.owner;
  const left = await leftBehind(deps, {
    ...{ postgres, takenOver, signal: running.signal },
    run: input.rollback.workflowId,
  });
  if (left !== null) await restore.abandon(left);
  if ((await restore.stage()) !== 'swapped') throw replacedSince(postgres, run);
  const { kept } = await restore.swap();
  const where = `the database "${kept.database}"`;
  return {
    ...alreadyThere(postgres, { run, backup, kept: `${where}${until(kept.until)}` }),
    kept: { where, until: kept.until === '' ? null : kept.until },
  };
}

export function alreadyThere(
  postgres: Postgres,
  { run, backup, kept }: { run: string; backup: string; kept: string },
): StepResult {
  return {
    outcome: 'already',
    proof: `${postgres.describe()} is the one that ${run} restored from ${backup} already: nothing is restored, and what was written since is kept; the one before is ${kept}`,
    details: [],
    provedAt: new Date().toISOString(),
    live: 'restored',
  };
}

export function replacedSince(postgres: Postgres, run: string): BackoutFailure {
  return new BackoutFailure('PlanChanged', {
    what: `${postgres.describe()} is no longer the one that ${run} restored: something else has taken its place.`,
    changed: 'No data was changed.',
    next: 'See who restores or renames databases there, and start the rollback again: it makes a new plan.',
  });
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
    kept: { where: `the database "${kept.database}"`, until: kept.until === '' ? null : kept.until },
  };
}

export async function abandonRestore(deps: Deps, input: StepInput, running: Running): Promise<StepResult> {
  const { postgres, restore } = openRestore(deps, input, running);
  const { swapped, dropped } = await restore.abandon();
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

function openRestore(
  deps: Deps,
  input: StepInput,
  running: Running,
): { postgres: Postgres; restore: Restore } {
  const postgres = openPostgres(deps, settingsOf(input.plan));
  return { postgres, restore: createRestore(postgres, jobOf(input, running)) };
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
