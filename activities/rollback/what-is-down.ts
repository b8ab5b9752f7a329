/**
 * When a step of a rollback fails: is more broken than the release? Then it says so, and offers the recovery that the
 * rollback can do itself (requirements K2, K3).
 */
import { describeRelease } from '../../src/domain/plan.ts';
import type { StepName } from '../../src/domain/plan.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { FailureType } from '../../src/domain/failure.ts';
import { asSentence } from '../../src/domain/report/plain.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import type { Deps } from '../deps.ts';
import type { StepInput } from '../types.ts';
import type { Running } from './activity.ts';
import { databaseState } from './recover.ts';
import { driverOf } from './steps.ts';

export type Failing = { input: StepInput; step: StepName; running: Running };

/**
 * Failures that a release or database that is down can be the cause of, and the try from which on somebody is asked: after
 * ten, about half a minute, a server that was only restarting would be back; being unhealthy was waited for already.
 */
const ASK_FROM_TRY: Partial<Record<FailureType, number>> = {
  DatabaseUnreachable: 10,
  DidNotStart: 3,
  NotHealthy: 1,
};

/** Performs a step; where it fails because more is down, the failure says so. */
export async function orSayWhatIsDown<Result>(
  deps: Deps,
  failing: Failing,
  perform: () => Promise<Result>,
): Promise<Result> {
  try {
    return await perform();
  } catch (error) {
    if (!(error instanceof BackoutFailure)) throw error;
    if (failing.running.attempt < (ASK_FROM_TRY[error.type] ?? Infinity)) throw error;
    throw (await failureOfWhatIsDown(deps, failing, error.parts)) ?? error;
  }
}

/**
 * A verification that failed is a result; but one that failed because more is down would end the rollback while it could
 * still be mended.
 * @throws BackoutFailure DatabaseLost, NothingServes
 */
export async function refuseWhileDown(
  deps: Deps,
  failing: Failing,
  { proof, verdict }: StepResult,
): Promise<void> {
  if (verdict?.passed !== false) return;
  const changed = 'This step changed nothing: traffic and data are as they were before it.';
  const failure = await failureOfWhatIsDown(deps, failing, { what: proof, changed });
  if (failure !== null) throw failure;
}

/** A plan that can't be made without the database names the recovery that comes first. */
export async function orNameRecovery<Result>(
  service: string,
  perform: () => Promise<Result>,
): Promise<Result> {
  try {
    return await perform();
  } catch (error) {
    if (!(error instanceof BackoutFailure) || error.type !== 'DatabaseUnreachable') throw error;
    throw new BackoutFailure(error.type, {
      ...error.parts,
      next: `If PostgreSQL is down, \`backout recover ${service} --reason WHY\` starts it; then start this rollback again.`,
    });
  }
}

type Said = { what: string; changed: string };

/** Null where nothing else is down, or nobody can tell. A recovery is not offered another one. */
async function failureOfWhatIsDown(
  deps: Deps,
  { input, step, running }: Failing,
  { what, changed }: Said,
): Promise<BackoutFailure | null> {
  if (input.plan.kind === 'recover') return null;
  const { to, config } = input.plan;
  const next =
    `Let the rollback recover it: \`backout decide ${input.rollback.workflowId} ${step} recover --note "WHY"\`. ` +
    `That starts what is down, restarts ${to.name}, and tries this step again.`;
  try {
    const database = await databaseState(deps, config, running.signal);
    if (database.state === 'lost') {
      return new BackoutFailure('DatabaseLost', {
        what: `${asSentence(what)} ${database.detail}`,
        changed,
        next,
      });
    }
    const { releases } = await driverOf(deps, input).observe(running.signal);
    if (releases.some(({ process, health }) => process === 'running' || health === 'healthy')) return null;
    const all = releases.map((release) => `${describeRelease(release)}: ${release.detail}`).join('; ');
    return new BackoutFailure('NothingServes', {
      what: `${asSentence(what)} No release runs: ${asSentence(all)}`,
      changed,
      next,
    });
  } catch (error) {
    // Whatever hinders the look must not hide what went wrong.
    if (running.signal.aborted) throw error;
    return null;
  }
}
