/** What a change of people's decisions adds to the timeline. Pure. */
import type { TimelineEntry } from '../rollback.ts';
import { emptyApprovals } from './state.ts';
import type { ApprovalDecision, Approvals, RestoreDecision, Who } from './state.ts';
import { listed } from './words.ts';

/** Everything that has been decided so far, in order: by whom, and what that name is worth. */
export function decidedSoFar(approvals: Approvals): TimelineEntry[] {
  return approvalNotes(emptyApprovals(approvals.runId), approvals);
}

/** The entries for what is new in `after`, in order. */
export function approvalNotes(before: Approvals, after: Approvals): TimelineEntry[] {
  const given = after.approvals.slice(before.approvals.length);
  return [
    ...given.map(({ note, ...who }) => ({
      ...who,
      what: `Approved${note === undefined ? '' : `: ${note}`}`,
    })),
    ...(before.decision === null && after.decision !== null ? decisionNotes(after.decision) : []),
    ...(before.restoreDecision === null && after.restoreDecision !== null
      ? [restoreNote(after.restoreDecision)]
      : []),
  ];
}

function decisionNotes(decision: ApprovalDecision): TimelineEntry[] {
  const { at } = decision;
  switch (decision.outcome) {
    case 'not-needed':
      return [];
    case 'approved':
      return [{ at, what: `The rollback may go ahead: approved by ${listed(decision.by, 'and')}` }];
    case 'broken-glass': {
      const what = `BREAK-GLASS: goes ahead without the approvals: ${decision.reason}`;
      return [{ ...whoOf(decision), what }];
    }
    case 'rejected':
      return [{ ...whoOf(decision), what: `Rejected: ${decision.reason}` }];
    case 'expired':
      return [{ at, what: 'Nobody gave the approvals in time' }];
  }
}

function restoreNote(decision: RestoreDecision): TimelineEntry {
  const { at } = decision;
  switch (decision.outcome) {
    case 'confirmed': {
      const { by, backup } = decision;
      const what = `RESTORE typed, for backup ${backup}`;
      return by === null
        ? { at, what: `${what}, by somebody who gave no name` }
        : { ...whoOf({ ...decision, by }), what };
    }
    case 'rejected':
      return { ...whoOf(decision), what: `The restore of the database was rejected: ${decision.reason}` };
    case 'expired':
      return { at, what: 'Nobody typed RESTORE in time: the database stays as it is' };
  }
}

/** By whom, when, and what that name is worth. */
function whoOf({ at, by, assurance, key }: Who): Who {
  return { at, by, assurance, ...(key === undefined ? {} : { key }) };
}
