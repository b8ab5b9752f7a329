/** What every kind of rollback shares around its runbook: validation, plan, lock, and a clean end whatever happens. */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
} from '@temporalio/workflow';
import { deadlineFare } from '../../src/domain/history/rollback.ts';
import { describeRelease } from '../../src/domain/plan.ts';
import type { Plan, RunKind } from '../../src/domain/plan.ts';
import { isGoodEnd, unverified } from '../../src/domain/escalation/troubles.ts';
import { undoneChanges } from '../../src/domain/partial/words.ts';
import { isRestoreUnproved } from '../../src/domain/report/data.ts';
import { routeOf } from '../../src/domain/report/kind.ts';
import { outcomeSentence } from '../../src/domain/report/outcome.ts';
import { isSuccess } from '../../src/domain/rollback.ts';
import type { Outcome, RollbackResult } from '../../src/domain/rollback.ts';
import type { RollbackRequest } from '../../src/domain/request.ts';
import type { ResolvedService } from '../../activities/types.ts';
import { configuration, onTarget } from './activities.ts';
import { Announcer } from './announcer.ts';
import { asWorkflowFailure, describeFailure } from './failures.ts';
import { requireRequest } from './input.ts';
import { endWithoutPlan, LeftFrozen } from './freeze-end.ts';
import { freezeFirst } from './freeze-first.ts';
import { freeLock, takeLock } from './lock.ts';
import type { Lock } from './lock.ts';
import { ENDED, Rollback } from './rollback.ts';
import { asOurBug, RollbackAborted } from './run-step.ts';
import { startFollowUp } from './start-follow-up.ts';
import { NotApproved, Steps } from './steps.ts';

/** Seconds in which the live state must have been read. Longer, and a person is better off knowing. */
const PLANNING_BUDGET_SECONDS = 60;
/** Traffic is safe by then: better late than a lock that keeps the next rollback out until it expires. */
const RELEASE_BUDGET_SECONDS = 120;

export type Runbook = (steps: Steps) => Promise<void>;

/** Conducts one rollback from its input to its end. */
export async function conductRollback(
  kind: RunKind,
  input: unknown[],
  runbook: Runbook,
): Promise<RollbackResult> {
  const rollback = new Rollback(kind, requireRequest(input));
  try {
    return await conduct(rollback, runbook);
  } catch (error) {
    throw error instanceof ApplicationFailure || isCancellation(error) ? error : asOurBug(error);
  } finally {
    // Whoever still waits for an answer gets one.
    rollback.approvals.close(ENDED);
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  }
}

async function conduct(rollback: Rollback, runbook: Runbook): Promise<RollbackResult> {
  const resolved = await resolve(rollback);
  if (rollback.request.dryRun) return await dryRun(rollback, resolved);
  if (rollback.request.dataCorruption) return await freezeThenFollow(rollback, resolved, runbook);
  return await followPlan(rollback, resolved, { ...(await lockAndPlan(rollback, resolved)), runbook });
}

/** Writes are stopped before anything is planned. What is held is let through only when all is verified. */
async function freezeThenFollow(
  rollback: Rollback,
  resolved: ResolvedService,
  runbook: Runbook,
): Promise<RollbackResult> {
  if (rollback.kind !== 'full') throw notForThisKind();
  const after = await freezeFirst({
    rollback,
    resolved,
    makePlan: (request) => makePlan(rollback, resolved, request),
  });
  const { freeze } = after;
  if (after.is !== 'full') return await endWithoutPlan(rollback, freeze.status);
  const { lock, plan } = after;
  return await followPlan(rollback, resolved, {
    lock,
    plan,
    runbook: async (steps) => {
      await runbook(steps);
      if (isProvedGood(rollback) && !(await freeze.liftOrAsk())) throw new LeftFrozen();
      freeze.close();
    },
  });
}

type Agreed = { lock: Lock; plan: Plan; runbook: Runbook };

async function followPlan(
  rollback: Rollback,
  resolved: ResolvedService,
  { lock, plan, runbook }: Agreed,
): Promise<RollbackResult> {
  rollback.follow(plan);
  const announcer = new Announcer(rollback);
  const steps = new Steps(rollback, announcer, resolved.taskQueue);
  announcer.announce('started');
  rollback.escalation.start(resolved, plan);
  rollback.publicUpdates.start(resolved);
  steps.tellBegin();

  const ending = await follow(rollback, runbook, steps);
  await CancellationScope.nonCancellable(async () => {
    rollback.conclude(ending.outcome);
    if (ending.outcome === 'unverified')
      rollback.escalation.trouble(unverified(outcomeSentence(rollback.record)));
    if (rollback.kind === 'full') {
      await steps.closeRestore(ending.outcome);
      await steps.startStopped();
    }
    await releaseTarget(rollback, resolved, ending.outcome);
    await freeLock(lock);
    // Nobody is called any more for what is proved good, and customers know it, however long report and messages take.
    if (isGoodEnd(ending.outcome)) await tellOfEnd(rollback, ending.outcome);
    await closeIncident(steps, announcer, ending.outcome);
    await startFollowUp(rollback, resolved);
    rollback.end(ending.outcome);
    if (!isGoodEnd(ending.outcome)) await tellOfEnd(rollback, ending.outcome);
    // Somebody may have said in the last moment that it is over.
    await rollback.events.settled();
  });
  if ('cancellation' in ending) throw ending.cancellation;
  return requireSuccess(rollback);
}

/** Those who page people and those who tell customers. */
async function tellOfEnd(rollback: Rollback, outcome: Outcome): Promise<void> {
  const said = outcomeSentence(rollback.record);
  await Promise.all([rollback.escalation.ended(outcome, said), rollback.publicUpdates.ended(outcome, said)]);
}

/** Follows the runbook, and says how that ended. */
async function follow(
  rollback: Rollback,
  runbook: Runbook,
  steps: Steps,
): Promise<{ outcome: Outcome; cancellation?: unknown }> {
  try {
    // Asked for only where somebody is awaited: traffic waits for nothing else.
    if (rollback.askApprovals()) await steps.awaitApprovals();
    await runbook(steps);
    if (!isProvedGood(rollback)) return { outcome: 'unverified' };
    return { outcome: rollback.succeeded() };
  } catch (error) {
    rollback.leaveUnreached();
    if (isCancellation(error)) return { outcome: 'cancelled', cancellation: error };
    const isEnded =
      error instanceof RollbackAborted || error instanceof NotApproved || error instanceof LeftFrozen;
    if (isEnded) return { outcome: 'aborted' };
    throw error;
  }
}

function isProvedGood(rollback: Rollback): boolean {
  const isVerified = rollback.step('verify').result?.verdict?.passed === true;
  return isVerified && !isRestoreUnproved(rollback) && undoneChanges(rollback).length === 0;
}

export async function resolve(rollback: Rollback): Promise<ResolvedService> {
  try {
    const resolved = await configuration.resolveService(rollback.request);
    rollback.searchAttributes.allow(resolved.searchAttributes);
    rollback.isEphemeral = resolved.isEphemeral === true;
    rollback.approvals.verifyOn(resolved.taskQueue);
    return resolved;
  } catch (error) {
    throw isCancellation(error) ? error : asWorkflowFailure(error);
  }
}

function notForThisKind(): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'InvalidRequest',
    nonRetryable: true,
    message:
      '`dataCorruption` is for a full rollback, which can put data back. Nothing was changed: traffic and data are as they were. ' +
      'Start `fullRollback` with it, or `freezeService`.',
  });
}

/** Side by side, so that the lock costs no time. When there is no plan to follow, the lock is free before we say so. */
async function lockAndPlan(
  rollback: Rollback,
  resolved: ResolvedService,
): Promise<{ lock: Lock; plan: Plan }> {
  const planning = makePlan(rollback, resolved);
  // Awaited below, unless the lock is refused first: then nobody needs the plan.
  planning.catch(() => undefined);
  const lock = await takeLock(resolved, rollback.ref, rollback.kind);
  try {
    const plan = await planning;
    refuseChangedPlan(rollback, plan);
    return { lock, plan };
  } catch (error) {
    await freeLock(lock);
    throw error;
  }
}

/** Planning changes nothing, so when it can't be done the rollback fails at once and says why. */
async function makePlan(
  rollback: Rollback,
  resolved: ResolvedService,
  request: RollbackRequest = rollback.request,
): Promise<Plan> {
  const target = onTarget({
    taskQueue: resolved.taskQueue,
    budgetSeconds: PLANNING_BUDGET_SECONDS,
    summary: 'Read the live state and make the plan',
  });
  try {
    return await target.planRollback({
      kind: rollback.kind,
      request,
      rollback: rollback.ref,
      environment: resolved.environment,
    });
  } catch (error) {
    throw isCancellation(error) ? error : asWorkflowFailure(error);
  }
}

function refuseChangedPlan(rollback: Rollback, plan: Plan): void {
  const seen = rollback.request.planHash;
  if (seen === undefined || seen === plan.hash) return;
  throw ApplicationFailure.create({
    type: 'PlanChanged',
    nonRetryable: true,
    message:
      `The plan that was agreed to (${seen}) is not the plan now (${plan.hash}): ${routeOf(plan)}. ` +
      `The live state has changed in between. ` +
      'Nothing was changed: traffic and data are as they were. Look at the new plan and start again.',
  });
}

async function dryRun(rollback: Rollback, resolved: ResolvedService): Promise<RollbackResult> {
  const plan = await makePlan(rollback, resolved);
  rollback.follow(plan);
  rollback.leaveUnreached();
  rollback.end('dry-run');
  const { config: _frozen, ...summary } = plan;
  return { ...result(rollback), plan: summary };
}

/** A target that can't be told is no reason to hold the records back: its lock expires by itself. */
async function releaseTarget(rollback: Rollback, resolved: ResolvedService, outcome: Outcome): Promise<void> {
  const target = onTarget({
    taskQueue: resolved.taskQueue,
    budgetSeconds: RELEASE_BUDGET_SECONDS,
    summary: 'Free the lock on the target',
  });
  try {
    await target.releaseTarget({
      plan: rollback.plan,
      rollback: rollback.ref,
      outcome,
      trafficSafeAt: rollback.status.trafficSafeAt,
    });
  } catch (error) {
    const { message } = describeFailure(error, 'records');
    rollback.note({
      what: `The lock on the target could not be freed and will expire by itself. ${message}`,
    });
  }
}

/** Report first, so that the message can say where it is; then the report once more, with the message in it. */
async function closeIncident(steps: Steps, announcer: Announcer, outcome: Outcome): Promise<void> {
  steps.tellEnd();
  // A cancelled rollback must end: nobody is asked any more.
  await steps.report({ whenFailing: outcome === 'cancelled' ? 'go-on' : 'ask' });
  await steps.settled();
  await announcer.settled();
  await steps.announceEnd();
  await steps.sealReport();
}

/** Only a proved rollback is a success in Temporal's eyes too. */
function requireSuccess(rollback: Rollback): RollbackResult {
  const final = result(rollback);
  if (isSuccess(final.outcome)) return final;
  throw ApplicationFailure.create({
    type: final.outcome === 'aborted' ? 'Aborted' : 'Unverified',
    nonRetryable: true,
    message: final.summary,
    details: [final],
  });
}

function result(rollback: Rollback): RollbackResult {
  const { status, plan } = rollback;
  return {
    outcome: status.outcome ?? 'unverified',
    summary: outcomeSentence(rollback.record),
    service: plan.service,
    environment: plan.environment,
    from: describeRelease(plan.from),
    to: describeRelease(plan.to),
    startedAt: status.startedAt,
    trafficSafeAt: status.trafficSafeAt,
    endedAt: status.endedAt ?? status.startedAt,
    incidentFolder: status.incidentFolder,
    deadline: deadlineFare(plan.deadline, {
      safeAt: status.trafficSafeAt,
      endedAt: status.endedAt ?? status.startedAt,
    }),
  };
}
