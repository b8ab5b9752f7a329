/** What a waiting rollback shows: what it waits for, until when, and the commands that answer. Pure. */
import { databaseOf } from '../plan.ts';
import type { Plan } from '../plan.ts';
import { formatTime } from '../report/format.ts';
import type { Awaiting, RollbackRef } from '../rollback.ts';
import { approvalAnswers, restoreAnswers, signalLine } from './answers.ts';
import type { Answer } from './answers.ts';
import { whyNobodyApproves } from './policy.ts';
import type { RestoreDecision, Terms } from './state.ts';
import { describePeople, listed } from './words.ts';

/** The approvals that are awaited, once the plan is made. */
export function awaitingApproval(
  plan: Pick<Plan, 'hash'>,
  { terms, ref }: { terms: Terms; ref: Ref },
): Awaiting {
  const { policy, expiresAt } = terms;
  const seats = policy.seats.map(({ who }) => who);
  const whyNobody = whyNobodyApproves(policy, terms.requester);
  const until = expiresAt === null ? '' : `, until ${formatTime(expiresAt)}`;
  const answers = approvalAnswers({
    ...ref,
    planHash: plan.hash,
    isSigned: policy.assurance === 'signed',
    canBreakGlass: policy.breakGlass.length > 0,
    canApprove: whyNobody === null,
  });
  return {
    what:
      whyNobody === null
        ? `Approval of plan ${plan.hash} by ${listed(seats, 'and')}${until}`
        : `Break-glass for plan ${plan.hash}${until}. ${mustBreakGlass(terms, whyNobody)}`,
    since: terms.openedAt,
    step: null,
    answers: lines(answers, policy.assurance === 'signed' ? null : ref),
  };
}

/** One whole sentence without its full stop: who is left to let it go ahead. */
export function mustBreakGlass({ policy }: Pick<Terms, 'policy'>, whyNobody: string): string {
  return `NOBODY CAN APPROVE THIS (${whyNobody}): ${describePeople(policy.people, policy.breakGlass)} must break the glass`;
}

/** The RESTORE that is awaited. */
export function awaitingRestore(
  plan: Pick<Plan, 'hash' | 'database' | 'policy'>,
  { ref, since }: { ref: Ref; since: string },
): Awaiting {
  const { backup, database, restoredBefore } = databaseOf(plan);
  const again =
    restoredBefore === undefined ? '' : `, which was restored already at ${formatTime(restoredBefore.at)}`;
  const isSigned = plan.policy?.restore?.assurance === 'signed';
  return {
    what: `RESTORE, typed by ${whoMayConfirm(plan)}, to put ${database} back to backup ${backup}${again}`,
    since,
    step: 'confirm-restore',
    answers: lines(restoreAnswers({ ...ref, planHash: plan.hash, backup, isSigned }), isSigned ? null : ref),
  };
}

function whoMayConfirm({ policy }: Pick<Plan, 'policy'>): string {
  const people = policy?.restore?.people ?? null;
  return policy === undefined || people === null ? 'a person' : describePeople(policy.people, people);
}

type Ref = Pick<RollbackRef, 'workflowId' | 'runId'>;

/**
 * Our own command of every answer, and Temporal's of the first, which is the one that lets it go ahead.
 * @param ref null where a signature is demanded: Temporal's command makes none
 */
function lines(answers: Answer[], ref: Ref | null): string[] {
  const [first] = answers;
  return [
    ...answers.map(({ command }) => command),
    ...(ref === null || first === undefined ? [] : [signalLine(ref, first)]),
  ];
}

/** Why the database was not restored, as one whole sentence. */
export function whyNotRestored(decision: RestoreDecision | null): string {
  switch (decision?.outcome) {
    case 'rejected':
      return `${decision.by} rejected the restore: ${decision.reason}`;
    case 'expired':
      return `Nobody typed RESTORE until ${formatTime(decision.at)}.`;
    case 'confirmed':
    case undefined:
      return 'A person decided to leave the database as it is.';
  }
}
