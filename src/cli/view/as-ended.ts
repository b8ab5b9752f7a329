/** The last status of a rollback that has ended, corrected by its end: a workflow that was ended from outside could not. */
import { NOTHING_CHANGED } from '../../domain/failure.ts';
import type { RollbackStatus } from '../../domain/rollback.ts';
import type { Ending } from '../temporal/ending.ts';

export function asEnded(status: RollbackStatus, ending: Ending): RollbackStatus {
  if (ending.kind === 'result') return status;
  return {
    ...status,
    phase: 'ended',
    outcome: status.outcome ?? (ending.kind === 'cancelled' ? 'cancelled' : null),
    awaiting: null,
    ...(status.plan === null && status.freeze === undefined ? { traffic: NOTHING_CHANGED } : {}),
  };
}
