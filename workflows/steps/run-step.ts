/** One step: try within its budget, then ask a person; never fail and vanish (requirement K1). */
import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import { stepFailed } from '../../src/domain/escalation/troubles.ts';
import { plannedStep } from '../../src/domain/plan.ts';
import type { PlannedStep, StepName } from '../../src/domain/plan.ts';
import { onTry } from '../../src/domain/report/steps.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import type { Announcer } from './announcer.ts';
import { describeGivenUp } from './failures.ts';
import { recover } from './recover.ts';
import type { Rollback } from './rollback.ts';
import { now } from './rollback.ts';

/** Thrown when a person decides to end the rollback. */
export class RollbackAborted extends Error {
  readonly step: StepName;

  constructor(step: StepName) {
    super(`aborted at ${step}`);
    this.step = step;
  }
}

export type StepOptions = {
  /** `ask`: wait for a person. `go-on`: note the failure; what follows matters more than this step. */
  whenFailing: 'ask' | 'go-on';
};

export type StepRunner = {
  rollback: Rollback;
  announcer: Announcer;
  /** Of the workers that reach the target. */
  taskQueue: string;
};

/**
 * Performs a step, again and again if a person says so.
 * @returns the result, or null when the step was not needed, was skipped, or failed where that is tolerated
 */
export async function runStep(
  { rollback, announcer, taskQueue }: StepRunner,
  step: { name: StepName; perform: (planned: PlannedStep) => Promise<StepResult> } & StepOptions,
): Promise<StepResult | null> {
  const planned = plannedStep(rollback.plan, step.name);
  if (planned.notNeeded !== undefined) {
    rollback.update(step.name, { state: 'not-needed' });
    return null;
  }
  for (let round = 1; ; round++) {
    rollback.update(step.name, {
      state: 'running',
      startedAt: rollback.step(step.name).startedAt ?? now(),
      rounds: round,
    });
    try {
      const result = await step.perform(planned);
      finish(rollback, step.name, result);
      return result;
    } catch (error) {
      // A cancelled rollback and a bug in workflow code are not for a person to decide.
      if (isCancellation(error) || error instanceof TypeError || error instanceof ReferenceError) throw error;
      const failure = describeGivenUp(error, planned.changes);
      rollback.update(step.name, { failure, finishedAt: now(), state: 'failed' });
      rollback.note({ what: `Failed: ${planned.title}. ${failure.message}`, step: step.name });
      if (step.whenFailing === 'go-on') return null;
      rollback.escalation.trouble(stepFailed(planned, failure.message));
      for (let isToRetry = false; !isToRetry;) {
        announcer.announce('waiting-for-decision');
        const { decision } = await rollback.decision(step.name);
        switch (decision) {
          case 'skip':
            rollback.update(step.name, { state: 'skipped' });
            return null;
          case 'abort':
            rollback.update(step.name, { state: 'aborted' });
            throw new RollbackAborted(step.name);
          case 'retry':
            isToRetry = true;
            break;
          case 'recover': {
            rollback.update(step.name, { state: 'running' });
            const unmended = await recover(rollback, step.name, taskQueue);
            isToRetry = unmended === null;
            if (unmended !== null) {
              // A round of its own: people are asked again, and that message must not be taken for the one before.
              rollback.update(step.name, { failure: unmended, finishedAt: now(), rounds: ++round });
            }
          }
        }
      }
    }
  }
}

/**
 * Records that a step is done, with its proof. It ended when that was read: the workflow's own clock may say another time
 * when a new worker replays it.
 */
export function finish(rollback: Rollback, name: StepName, result: StepResult): void {
  if (result.incidentFolder !== undefined) rollback.evidenceIn(result.incidentFolder);
  const finishedAt = endOf(rollback.step(name).startedAt, result.provedAt);
  rollback.update(name, { state: result.outcome, result, failure: null, finishedAt });
  const evidence = result.evidence?.[0]?.name;
  rollback.note({
    at: finishedAt,
    what: `${rollback.step(name).title}: ${result.proof}${onTry(result)}`,
    step: name,
    ...(evidence === undefined ? {} : { evidence }),
  });
}

/** Of two clocks, the worker's may be behind: nothing ends before it began. */
export function endOf(startedAt: string | null, provedAt: string): string {
  return startedAt !== null && Date.parse(provedAt) < Date.parse(startedAt) ? startedAt : provedAt;
}

/** A bug of ours as a failure that ends the workflow, instead of a task that is retried for ever. */
export function asOurBug(error: unknown): ApplicationFailure {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return ApplicationFailure.create({
    type: 'Bug',
    nonRetryable: true,
    message: `A bug in Backout: ${message}`,
  });
}
