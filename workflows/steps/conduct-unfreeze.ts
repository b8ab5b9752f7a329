/** Lifting a freeze by itself: under the lock of the service, until it is proved or a person leaves it. */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
} from '@temporalio/workflow';
import { isFrozen } from '../../src/domain/freeze.ts';
import type { RollbackResult } from '../../src/domain/rollback.ts';
import { resolve } from './conduct.ts';
import { endWithoutPlan, recordFreeze, tellOfEnd } from './freeze-end.ts';
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
    let isDecided = false;
    try {
      await freeze.liftOrAsk();
      isDecided = true;
    } finally {
      await CancellationScope.nonCancellable(async () => {
        freeze.close();
        await freeLock(lock);
        if (isDecided && !isFrozen(freeze.status)) await tellOfEnd(rollback, freeze.status);
        await recordFreeze(freeze);
      });
    }
    return await endWithoutPlan(rollback, freeze.status);
  } catch (error) {
    throw error instanceof ApplicationFailure || isCancellation(error) ? error : asOurBug(error);
  } finally {
    // Nothing is approved here: whoever sent a signed decision all the same gets an answer.
    rollback.approvals.close(ENDED);
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  }
}
