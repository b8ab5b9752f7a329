/** How a freeze ends that no rollback came of. */
import { ApplicationFailure } from '@temporalio/workflow';
import { freezeOutcomeSentence, isFrozen } from '../../src/domain/freeze.ts';
import type { FreezeStatus } from '../../src/domain/freeze.ts';
import type { RollbackResult } from '../../src/domain/rollback.ts';
import type { Freeze } from './freeze.ts';
import type { Rollback } from './rollback.ts';

/** Thrown when all is rolled back and verified, and a person leaves it frozen since it could not be lifted. */
export class LeftFrozen extends Error {
  constructor() {
    super('left frozen');
  }
}

/** Tells those who page people and those who tell customers: of a release before the report, for which nobody is to be called. */
export async function tellOfEnd(rollback: Rollback, freeze: FreezeStatus): Promise<void> {
  const outcome = outcomeOf(freeze);
  const said = freezeOutcomeSentence(freeze);
  await Promise.all([rollback.escalation.ended(outcome, said), rollback.publicUpdates.ended(outcome, said)]);
}

const outcomeOf = (freeze: FreezeStatus) => (isFrozen(freeze) ? 'left-frozen' : 'released');

/** What is told and written of a freeze that has ended. */
export async function recordFreeze(freeze: Freeze): Promise<void> {
  freeze.announce('ended');
  await freeze.report();
  await freeze.settled();
}

/** A service that is still frozen is no success in Temporal's eyes either. */
export async function endWithoutPlan(rollback: Rollback, freeze: FreezeStatus): Promise<RollbackResult> {
  const outcome = outcomeOf(freeze);
  rollback.note({ what: `Outcome: ${outcome}` });
  rollback.end(outcome);
  if (outcome === 'left-frozen') await tellOfEnd(rollback, freeze);
  const { startedAt, endedAt, incidentFolder } = rollback.status;
  const result: RollbackResult = {
    outcome,
    summary: freezeOutcomeSentence(freeze),
    service: freeze.service,
    environment: freeze.environment,
    from: '',
    to: '',
    startedAt,
    trafficSafeAt: null,
    endedAt: endedAt ?? startedAt,
    incidentFolder,
  };
  if (outcome === 'released') return result;
  throw ApplicationFailure.create({
    type: 'Aborted',
    nonRetryable: true,
    message: result.summary,
    details: [result],
  });
}
