/** Data are being damaged: writes are stopped before anything is planned, and a person decides what follows (A4). */
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { ResolvedService } from '../../activities/types.ts';
import { isFrozen } from '../../src/domain/freeze.ts';
import type { DecideFreeze } from '../../src/domain/freeze.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { RollbackRequest } from '../../src/domain/request.ts';
import { describeFailure } from './failures.ts';
import { Freeze } from './freeze.ts';
import { recordFreeze, tellOfEnd } from './freeze-end.ts';
import { freeLock, takeLock } from './lock.ts';
import type { Lock } from './lock.ts';
import type { Rollback } from './rollback.ts';

/** What follows a freeze: a plan to follow, with the lock that it is followed under; or nothing more than its end. */
export type AfterFreeze =
  { is: 'full'; freeze: Freeze; lock: Lock; plan: Plan } | { is: 'released' | 'left-frozen'; freeze: Freeze };

type Parts = {
  rollback: Rollback;
  resolved: ResolvedService;
  /** Makes the plan of a full rollback. */
  makePlan: (request: RollbackRequest) => Promise<Plan>;
};

/**
 * Freezes, and waits without end for a person. What is held stays held whatever becomes of this run, until somebody
 * lifts it.
 */
export async function freezeFirst({ rollback, resolved, makePlan }: Parts): Promise<AfterFreeze> {
  // Before the lock, so that an answer which comes early is kept.
  const freeze = new Freeze(rollback, resolved);
  const lock = await takeLock(resolved, rollback.ref);
  rollback.escalation.start(resolved, null);
  rollback.publicUpdates.start(resolved);
  try {
    await freeze.hold();
    const after = await untilDecided(freeze, rollback.request, makePlan);
    freeze.close();
    if (after.is === 'full') return { ...after, freeze, lock };
    await freeLock(lock);
    // Nobody is called any more for what is let through again, however long report and messages take.
    if (!isFrozen(freeze.status)) await tellOfEnd(rollback, freeze.status);
    await recordFreeze(freeze);
    return { is: after.is, freeze };
  } catch (error) {
    await CancellationScope.nonCancellable(async () => {
      await freeLock(lock);
      await recordFreeze(freeze);
    });
    throw error;
  }
}

type Decided = { is: 'released' | 'left-frozen' } | { is: 'full'; plan: Plan };

async function untilDecided(
  freeze: Freeze,
  request: RollbackRequest,
  makePlan: Parts['makePlan'],
): Promise<Decided> {
  for (;;) {
    const decision = await freeze.decided();
    switch (decision.decision) {
      case 'retry':
        await freeze.hold();
        break;
      case 'abort':
        return { is: 'left-frozen' };
      case 'release':
        return { is: (await freeze.liftOrAsk()) ? 'released' : 'left-frozen' };
      case 'full':
        try {
          return { is: 'full', plan: await makePlan(asDecided(request, decision)) };
        } catch (error) {
          if (isCancellation(error)) throw error;
          freeze.failed(`A full rollback could not be planned. ${describeFailure(error).message}`);
        }
    }
  }
}

/** Whoever decides `full` asks for the restore, and can't be its second pair of eyes. What they name counts. */
function asDecided(
  { planHash: _seen, ...request }: RollbackRequest,
  { by, backup, releasedAt, to, faulty }: DecideFreeze,
): RollbackRequest {
  const { backup: _backup, releasedAt: _releasedAt, ...rest } = request;
  const named = backup === undefined && releasedAt === undefined ? request : rest;
  return {
    ...named,
    ...(backup === undefined ? {} : { backup }),
    ...(releasedAt === undefined ? {} : { releasedAt }),
    ...(to === undefined ? {} : { to }),
    ...(faulty === undefined ? {} : { faulty }),
    requestedBy: by,
  };
}
