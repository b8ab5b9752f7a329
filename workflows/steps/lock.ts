/** Taking and freeing the lock of a service and environment. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ApplicationFailure, CancellationScope, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { ChildWorkflowHandle } from '@temporalio/workflow';
import type { RunKind } from '../../src/domain/plan.ts';
import type { RollbackRef } from '../../src/domain/rollback.ts';
import type { LockHolder, ResolvedService } from '../../activities/types.ts';
import { releaseLockSignal } from '../messages.ts';
import type { rollbackLock } from '../rollback-lock.ts';
import { coordination } from './activities.ts';

export type Lock = ChildWorkflowHandle<typeof rollbackLock>;

/** How often a left-over lock is cleared away before we give up: a rival may be quicker each time. */
const TRIES = 3;

export const lockWorkflowId = ({ service, environment }: Pick<ResolvedService, 'service' | 'environment'>) =>
  `backout-lock/${service}/${environment}`;

/**
 * Takes the lock, or fails with `AlreadyRunning` naming the rollback that holds it.
 * Not cancelled with the rollback: it must hold until the clean-up is done.
 */
export async function takeLock(
  resolved: ResolvedService,
  rollback: RollbackRef,
  kind?: RunKind,
): Promise<Lock> {
  const workflowId = lockWorkflowId(resolved);
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const lock = await tryLock(workflowId, resolved, rollback);
    if (lock) return lock;
    const holder = await coordination.inspectLock({ lockWorkflowId: workflowId, rollback });
    if (holder) throw heldBy(holder, kind);
  }
  throw alreadyRunning(
    'already being rolled back by another one, which started at this moment',
    WATCH_OR_END,
  );
}

/** Frees the lock and waits until it is free, so that the next rollback can start once this one has ended. */
export async function freeLock(lock: Lock): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    try {
      await lock.signal(releaseLockSignal);
      await lock.result();
    } catch {
      // Already gone: terminated by hand or by a reset. The lock is free, which is all that is wanted.
    }
  });
}

async function tryLock(
  workflowId: string,
  resolved: ResolvedService,
  rollback: RollbackRef,
): Promise<Lock | null> {
  try {
    return await CancellationScope.nonCancellable(() =>
      startChild<typeof rollbackLock>('rollbackLock', {
        workflowId,
        parentClosePolicy: ParentClosePolicy.TERMINATE,
        staticSummary: `Lock of ${resolved.service} in ${resolved.environment}, held by ${rollback.workflowId}`,
        memo: { holder: rollback },
      }),
    );
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
}

const WATCH_OR_END = 'Watch the one that runs with `backout watch`, or end it first.';

/** Two at once would be at odds about what is to run. */
const offered = (workflowId: string): string =>
  `If it waits because something is down, it recovers the service itself: \`backout decide ${workflowId} recover --note WHY\`, ` +
  'then it tries its step again. Else watch it with `backout watch`, or end it first.';

function heldBy(holder: LockHolder, kind: RunKind | undefined): ApplicationFailure {
  const { workflowId, requestedBy, startedAt, frozen } = holder;
  const by = `${workflowId}, started by ${requestedBy} at ${startedAt}`;
  if (frozen === undefined)
    return alreadyRunning(
      `already being rolled back by ${by}`,
      kind === 'recover' ? offered(workflowId) : WATCH_OR_END,
    );
  return alreadyRunning(`frozen by ${by} (“${frozen}”)`, frozenNext(workflowId));
}

/** The freeze itself goes on to a rollback when it is told to. */
const frozenNext = (workflowId: string): string =>
  `See with \`backout status ${workflowId}\` what it waits for; where that is the freeze, answer it: \`backout decide-freeze ${workflowId} full|release|abort\`.`;

function alreadyRunning(how: string, next: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'AlreadyRunning',
    nonRetryable: true,
    message: `This service and environment is ${how}. ` + `This one changed nothing. ${next}`,
  });
}
