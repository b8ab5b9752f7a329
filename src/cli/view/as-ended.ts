/**
 * The last status of a rollback that has ended, corrected by its end: a workflow that was ended from outside could not, nor
 * does Temporal's history tell of it where no worker answers.
 */
import { NOTHING_CHANGED } from '../../domain/failure.ts';
import type { RollbackResult, RollbackStatus } from '../../domain/rollback.ts';
import type { Ending } from '../temporal/ending.ts';

export function asEnded(status: RollbackStatus, ending: Ending): RollbackStatus {
  if (ending.kind === 'result') return withResult(status, ending.result);
  return {
    ...status,
    phase: 'ended',
    outcome: status.outcome ?? (ending.kind === 'cancelled' ? 'cancelled' : null),
    awaiting: null,
    ...(status.plan === null && status.freeze === undefined ? { traffic: NOTHING_CHANGED } : {}),
  };
}

function withResult(status: RollbackStatus, result: RollbackResult): RollbackStatus {
  return {
    ...status,
    phase: 'ended',
    outcome: result.outcome,
    awaiting: null,
    trafficSafeAt: status.trafficSafeAt ?? result.trafficSafeAt,
    incidentFolder: status.incidentFolder ?? result.incidentFolder,
    endedAt: status.endedAt ?? result.endedAt,
  };
}
