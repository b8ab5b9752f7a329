/** Taking and freeing the lock of a service and environment. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ApplicationFailure, CancellationScope, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { ChildWorkflowHandle } from '@temporalio/workflow';
import type { RollbackRef } from '../../src/domain/rollback.ts';
import type { ResolvedService } from '../../activities/types.ts';
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
export async function takeLock(resolved: ResolvedService, rollback: RollbackRef): Promise<Lock> {
  const workflowId = lockWorkflowId(resolved);
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const lock = await tryLock(workflowId, resolved, rollback);
    if (lock) return lock;
    const holder = await coordination.inspectLock({ lockWorkflowId: workflowId, rollback });
    if (holder)
      throw alreadyRunning(`${holder.workflowId}, started by ${holder.requestedBy} at ${holder.startedAt}`);
  }
  throw alreadyRunning('another one, which started at this moment');
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

function alreadyRunning(holder: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'AlreadyRunning',
    nonRetryable: true,
    message:
      `This service and environment is already being rolled back by ${holder}. ` +
      'This rollback changed nothing. Watch the one that runs with `backout watch`, or end it first.',
  });
}
