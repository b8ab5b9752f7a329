/** A recovery inside a rollback that waits because something else is down: under the rollback's own locks. */
import { isCancellation } from '@temporalio/workflow';
import type { Activities, StepInput } from '../../activities/types.ts';
import type { StepName } from '../../src/domain/plan.ts';
import type { MendingStep } from '../../src/domain/recovery.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import { onTarget } from './activities.ts';
import { describeGivenUp } from './failures.ts';
import type { StepFailure } from './failures.ts';
import { now } from './rollback.ts';
import type { Rollback } from './rollback.ts';

/** Seconds in which the live state must have been read. */
const DIAGNOSIS_SECONDS = 60;

type Mending = {
  perform: (target: Activities) => Promise<StepResult>;
  budgetSeconds: number;
  summary: string;
};

/**
 * Starts what is down, for the step of a rollback that waits for it. Traffic is left to the rollback, and so is a release
 * that it has stopped for a restore.
 * @returns why it could not be done, or null: then the step is to be tried again
 */
export async function recover(
  rollback: Rollback,
  step: StepName,
  taskQueue: string,
): Promise<StepFailure | null> {
  const input: StepInput = { plan: rollback.plan, rollback: rollback.ref };
  const since = now();
  try {
    const looking = onTarget({ taskQueue, budgetSeconds: DIAGNOSIS_SECONDS, summary: 'See what is down' });
    const { troubles, todo } = await looking.diagnose(input);
    rollback.note({ what: `Recovery begun: ${troubles.join(' ')}`, step });
    const needed = mendings(input, since);
    for (const name of todo) {
      const mending = needed[name];
      if (mending === null || (name !== 'start-database' && isStoppedForRestore(rollback))) continue;
      const { perform, ...options } = mending;
      const { proof } = await perform(onTarget({ taskQueue, ...options }));
      rollback.note({ what: `Recovery: ${proof}`, step });
    }
    return null;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const failure = describeGivenUp(error, 'processes');
    // What is healed meanwhile needs nothing but another try.
    if (failure.type === 'NothingToRecover') return null;
    rollback.note({ what: `The recovery failed. ${failure.message}`, step });
    return { type: failure.type, message: `The recovery could not be done. ${failure.message}` };
  }
}

/** Between these two steps the release must not run: the rollback itself starts it. */
function isStoppedForRestore(rollback: Rollback): boolean {
  if (rollback.kind !== 'full') return false;
  return rollback.isDone('stop-application') && !rollback.isDone('restart-application');
}

function mendings(input: StepInput, since: string): Record<MendingStep, Mending | null> {
  const { budgets } = input.plan.config;
  const to = input.plan.to.name;
  return {
    'start-database': {
      perform: (target) => target.startDatabase(input),
      budgetSeconds: budgets.startDatabaseSeconds,
      summary: 'Recovery: start PostgreSQL',
    },
    'start-previous': {
      perform: (target) => target.startPrevious(input),
      budgetSeconds: budgets.startPreviousSeconds,
      summary: `Recovery: start ${to}`,
    },
    'restart-application': {
      perform: (target) => target.reviveApplication({ ...input, since }),
      budgetSeconds: budgets.restartApplicationSeconds,
      summary: `Recovery: restart ${to}`,
    },
    'shift-traffic': null,
  };
}
