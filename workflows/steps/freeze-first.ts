/** Data are being damaged: writes are stopped before anything is planned, and a person decides what follows (A4). */
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { ResolvedService } from '../../activities/types.ts';
import type { DecideFreeze } from '../../src/domain/freeze.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { RollbackRequest } from '../../src/domain/request.ts';
import { describeFailure } from './failures.ts';
import { Freeze } from './freeze.ts';
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
  try {
    await freeze.hold();
    const after = await untilDecided(freeze, rollback.request, makePlan);
    freeze.close();
    if (after.is === 'full') return { ...after, freeze, lock };
    await endFreeze(freeze, lock);
    return { is: after.is, freeze };
  } catch (error) {
    await CancellationScope.nonCancellable(() => endFreeze(freeze, lock));
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

/** Whoever decides `full` asks for the restore, and can't be its second pair of eyes. */
function asDecided(
  { planHash: _seen, ...request }: RollbackRequest,
  { by, backup, releasedAt }: DecideFreeze,
): RollbackRequest {
  const { backup: _backup, releasedAt: _releasedAt, ...rest } = request;
  const chosen =
    backup === undefined && releasedAt === undefined
      ? request
      : {
          ...rest,
          ...(backup === undefined ? {} : { backup }),
          ...(releasedAt === undefined ? {} : { releasedAt }),
        };
  return { ...chosen, requestedBy: by };
}

async function endFreeze(freeze: Freeze, lock: Lock): Promise<void> {
  await freeLock(lock);
  freeze.announce('ended');
  await freeze.settled();
}
