/**
 * A restore in place, for where no second copy fits: the release is stopped, a safety copy made, and the database restored
 * under its own name. Whatever dies, the database comes back as a whole, or stays out of reach and a person is asked.
 */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { LossCount } from '../../src/domain/loss.ts';
import { databaseOf } from '../../src/domain/plan.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import type { Deps } from '../deps.ts';
import { makeSafetyCopy, refuseNoRoomForCopy, safetyCopyOf } from '../postgres/backups/safety.ts';
import type { Postgres } from '../postgres/client.ts';
import { createInPlace } from '../postgres/restore/in-place.ts';
import type { InPlace, InPlaceResult } from '../postgres/restore/in-place.ts';
import { DAY_MS } from '../postgres/restore/job.ts';
import { createRestore } from '../postgres/restore/restore.ts';
import type { StepInput } from '../types.ts';
import type { Running } from './activity.ts';
import { countIn } from './loss.ts';
import { jobOf, openPostgres, settingsOf } from './database-job.ts';
import { alreadyThere, refuseChangedBackup, replacedSince } from './database.ts';
import { leftBehind } from './left-behind.ts';

/** Looks whether it could be done, while everything serves: what is in the way is found before anything is stopped. */
export async function prepareInPlace(deps: Deps, input: StepInput, running: Running): Promise<StepResult> {
  const { postgres, restore } = open(deps, input, running);
  const { signal } = running;
  const plan = databaseOf(input.plan);
  const run = input.rollback.workflowId;
  await refuseChangedBackup(postgres, plan, signal);
  const takenOver = input.plan.request.takeOver?.owner;
  const left = await leftBehind(deps, { postgres, run, takenOver, signal });
  if (left !== null) await createRestore(postgres, jobOf(input, running)).abandon(left);
  if (await isRestored(restore)) return await proveInPlace(deps, input, running);
  await restore.check();
  await refuseNoRoomForCopy(postgres, plan);
  return {
    outcome: 'done',
    proof: `${plan.backup} is whole, and nothing is in the way of restoring it in place; the live database is untouched`,
    details: [],
    provedAt: new Date().toISOString(),
  };
}

/** As `proveRestored`, for a restore in place. @throws BackoutFailure PlanChanged */
export async function proveInPlace(deps: Deps, input: StepInput, running: Running): Promise<StepResult> {
  const { postgres, restore, order } = open(deps, input, running);
  const { run } = order;
  if (!(await isRestored(restore))) throw replacedSince(postgres, run);
  const { backup } = databaseOf(input.plan);
  return alreadyThere(postgres, {
    run,
    backup,
    kept: `the safety copy ${safetyCopyOf(postgres, order).path}`,
  });
}

/** Asked only where it is done, which changes nothing. */
const isRestored = async (restore: InPlace): Promise<boolean> =>
  (await restore.stage()) === 'done' && (await restore.restore()).is === 'restored';

type Stopping = {
  /** Stops the release again, where somebody has started it meanwhile. */
  stop: () => Promise<unknown>;
};

/**
 * Safety copy, then the restore. Run again after anything was killed, it goes on from what is there: with the live
 * database still there, with a new safety copy; without it, with the one that was made.
 * @throws BackoutFailure RestoreFailed when the database before is live again, because the backup did not fit; else what
 * the database is says `changed`. The release is stopped in any case
 */
export async function restoreInPlace(
  deps: Deps,
  input: StepInput,
  { stop, ...running }: Running & Stopping,
): Promise<StepResult> {
  const { postgres, restore, order } = open(deps, input, running);
  try {
    const stage = await anew(restore, running);
    let loss: LossCount | null = null;
    if (stage === 'untouched' || stage === 'begun') {
      running.heartbeat('stopping the release');
      await stop();
      running.heartbeat('making the safety copy');
      const since = databaseOf(input.plan).madeAt;
      const { signal } = running;
      [loss] = await Promise.all([
        countIn(postgres, { since, isFinal: true, signal }),
        makeSafetyCopy(postgres, order),
      ]);
    }
    const result = await restore.restore();
    if (result.is === 'put-back') throw didNotFit(postgres, result);
    const done = restored(postgres, input, { result, safety: safetyCopyOf(postgres, order).path });
    return loss === null ? done : { ...done, loss };
  } catch (error) {
    throw error instanceof BackoutFailure ? whileStopped(error) : error;
  }
}

/** Where a person wants it tried again after the database before was put back, it begins once more. */
async function anew(restore: InPlace, { attempt }: Running): ReturnType<InPlace['stage']> {
  const stage = await restore.stage();
  if (stage !== 'done' || attempt > 1) return stage;
  const { is } = await restore.restore();
  if (is === 'restored') return stage;
  await restore.settle();
  return 'untouched';
}

function restored(
  postgres: Postgres,
  { plan }: StepInput,
  { result, safety }: { result: InPlaceResult; safety: string },
): StepResult {
  const { keepOldDays } = postgres.settings.restore;
  return {
    outcome: result.already ? 'already' : 'done',
    proof: `${postgres.describe()} is restored in place from ${databaseOf(plan).backup}; the safety copy of the one before is ${safety}, kept for ${keepOldDays} days`,
    details: [...result.details, ...result.warnings],
    provedAt: new Date().toISOString(),
    kept: {
      where: `the safety copy ${safety}`,
      until: new Date(Date.now() + keepOldDays * DAY_MS).toISOString(),
    },
  };
}

/** The database before is back, unless the restored one is live already: that is not taken back. */
export async function abandonInPlace(deps: Deps, input: StepInput, running: Running): Promise<StepResult> {
  const { postgres, restore } = open(deps, input, running);
  const stage = await restore.stage();
  const { is, already, warnings } = await restore.putBack();
  await restore.settle();
  const isBefore = is === 'put-back';
  const how = stage === 'away' ? 'the one before this rollback, put back' : 'the one before this rollback';
  return {
    outcome: already ? 'already' : 'done',
    proof: isBefore
      ? `${postgres.describe()} is ${how}`
      : `${postgres.describe()} is the restored one already: that is not taken back`,
    details: warnings,
    provedAt: new Date().toISOString(),
    live: isBefore ? 'before' : 'restored',
  };
}

/** Forgets how far it came. Only once it is recorded that it was done: a step run again would begin anew. */
export async function settleInPlace(deps: Deps, input: StepInput, running: Running): Promise<void> {
  await open(deps, input, running).restore.settle();
}

function open(deps: Deps, input: StepInput, running: Running) {
  const { plan } = input;
  const postgres = openPostgres(deps, settingsOf(plan));
  const job = jobOf(input, running);
  const { service, environment } = plan;
  const order = {
    ...{ service, environment, run: job.run, token: job.token, signal: running.signal },
  };
  return {
    postgres,
    order,
    restore: createInPlace(postgres, { ...job, safety: safetyCopyOf(postgres, order) }),
  };
}

function didNotFit(postgres: Postgres, { because, warnings }: InPlaceResult): BackoutFailure {
  const why = because ?? 'An earlier attempt found that the backup does not fit.';
  return new BackoutFailure('RestoreFailed', {
    what: [`The backup could not be restored in place. ${why}`, ...warnings].join(' '),
    changed: `${postgres.describe()} is the one before this rollback, put back as a whole.`,
    next: 'See whether it is the right backup, and what it lacks.',
  });
}

/** The same failure, with what else is so at that moment, and what each answer does. */
function whileStopped(error: BackoutFailure): BackoutFailure {
  const { what, changed, next } = error.parts;
  return new BackoutFailure(
    error.type,
    {
      what,
      changed: `${changed} The release is stopped: requests fail.`,
      next: `${next} \`retry\` tries again; \`skip\` and \`abort\` put the database before back, where it is not there, and start the release.`,
    },
    { cause: error },
  );
}
