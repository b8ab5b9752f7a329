/** Lifting a freeze by itself: under the lock of the service, until it is proved or a person leaves it. */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
} from '@temporalio/workflow';
import type { RollbackResult } from '../../src/domain/rollback.ts';
import { resolve } from './conduct.ts';
import { endWithoutPlan } from './freeze-end.ts';
import { Freeze } from './freeze.ts';
import { requireRequest } from './input.ts';
import { freeLock, takeLock } from './lock.ts';
import { ENDED, Rollback } from './rollback.ts';
import { asOurBug } from './run-step.ts';

export async function conductUnfreeze(input: unknown[]): Promise<RollbackResult> {
  const rollback = new Rollback('full', requireRequest(input));
  try {
    const resolved = await resolve(rollback);
    const freeze = new Freeze(rollback, resolved);
    const lock = await takeLock(resolved, rollback.ref);
    try {
      await freeze.liftOrAsk();
    } finally {
      await CancellationScope.nonCancellable(async () => {
        freeze.close();
        await freeLock(lock);
        freeze.announce('ended');
        await freeze.settled();
      });
    }
    return endWithoutPlan(rollback, freeze.status);
  } catch (error) {
    throw error instanceof ApplicationFailure || isCancellation(error) ? error : asOurBug(error);
  } finally {
    // Nothing is approved here: whoever sent a signed decision all the same gets an answer.
    rollback.approvals.close(ENDED);
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  }
}
