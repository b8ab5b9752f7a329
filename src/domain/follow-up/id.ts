/** The name of the follow-up of a rollback, and which rollbacks have one. */
import { isDone, findStep } from '../report/steps.ts';
import type { StepName } from '../plan.ts';
import type { IncidentRecord, RollbackRef } from '../rollback.ts';

const SUFFIX = '-follow-up';
/** As in the IDs that `backout rollback` makes. */
const HAS_TIME = /\d{8}T\d{6}Z/;

/**
 * Derived, so that a rollback has one however often it is started, also after a reset. The start time is added where the
 * workflow ID could be used again, by a pipeline that always gives the same.
 */
export function followUpIdOf({
  workflowId,
  startedAt,
}: Pick<RollbackRef, 'workflowId' | 'startedAt'>): string {
  if (HAS_TIME.test(workflowId)) return `${workflowId}${SUFFIX}`;
  const time = `${new Date(startedAt).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  return `${workflowId}${SUFFIX}-${time}`;
}

/** Is this the ID of a follow-up rather than of a rollback? */
export const isFollowUpId = (id: string): boolean => new RegExp(`${SUFFIX}(-${HAS_TIME.source})?$`).test(id);

/** What was changed by one of these is to be watched, however the rollback ended. */
const CHANGES: readonly StepName[] = ['shift-traffic', 'switch-flags', 'put-back-configuration'];

/** One that was refused, or ended before any of its changes, has left nothing to be watched. A recovery may need to move no traffic. */
export function wantsFollowUp(record: IncidentRecord): boolean {
  switch (record.status.outcome) {
    case 'rolled-back':
    case 'recovered':
    case 'unverified':
      return true;
    case 'aborted':
    case 'cancelled':
      return record.plan.partial?.restores !== true && CHANGES.some((name) => isDoneIn(record, name));
    // The way back of a partial rollback, whose own follow-up goes on.
    case 'restored':
    case 'dry-run':
    case 'released':
    case 'left-frozen':
    case null:
      return false;
  }
}

function isDoneIn(record: IncidentRecord, name: StepName): boolean {
  const step = findStep(record, name);
  return step !== null && isDone(step);
}
