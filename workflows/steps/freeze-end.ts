/** How a freeze ends that no rollback came of. */
import { ApplicationFailure } from '@temporalio/workflow';
import { freezeOutcomeSentence, isFrozen } from '../../src/domain/freeze.ts';
import type { FreezeStatus } from '../../src/domain/freeze.ts';
import type { RollbackResult } from '../../src/domain/rollback.ts';
import type { Rollback } from './rollback.ts';

/** Thrown when all is rolled back and verified, and a person leaves it frozen since it could not be lifted. */
export class LeftFrozen extends Error {
  constructor() {
    super('left frozen');
  }
}

/** A service that is still frozen is no success in Temporal's eyes either. */
export function endWithoutPlan(rollback: Rollback, freeze: FreezeStatus): RollbackResult {
  const outcome = isFrozen(freeze) ? 'left-frozen' : 'released';
  rollback.note({ what: `Outcome: ${outcome}` });
  rollback.end(outcome);
  const { startedAt, endedAt } = rollback.status;
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
    incidentFolder: null,
  };
  if (outcome === 'released') return result;
  throw ApplicationFailure.create({
    type: 'Aborted',
    nonRetryable: true,
    message: result.summary,
    details: [result],
  });
}
