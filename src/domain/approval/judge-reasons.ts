/** Why a message is refused, as sentences without a full stop. Null: no reason. */
import type { Assurance } from '../messages.ts';
import { signedCommand } from './answers.ts';
import type { ApprovalMessage } from './messages.ts';
import { findPerson } from './people.ts';
import { mayTake } from './policy.ts';
import type { Approvals, Received, Terms } from './state.ts';
import { describePeople, listed } from './words.ts';

/** The question whether the rollback may go ahead has its answer. */
export function whyAlreadyDecided({ decision }: Approvals, { policy }: Terms): string | null {
  switch (decision?.outcome) {
    case undefined:
      return null;
    case 'not-needed':
      return `no approval is awaited (${policy.rule}); to stop the rollback, cancel it`;
    case 'approved':
      return `it was approved by ${listed(decision.by, 'and')}, at ${decision.at}`;
    case 'broken-glass':
      return `${decision.by} broke the glass, at ${decision.at}`;
    case 'rejected':
      return `${decision.by} rejected it first, at ${decision.at}: ${decision.reason}`;
    case 'expired':
      return `the time for approvals ended at ${decision.at}`;
  }
}

/** The question whether the database may be restored has its answer. */
export function whyRestoreDecided({ restoreDecision }: Approvals, _terms: Terms): string | null {
  switch (restoreDecision?.outcome) {
    case undefined:
      return null;
    case 'confirmed':
      return `${restoreDecision.by ?? 'somebody'} typed RESTORE first, at ${restoreDecision.at}`;
    case 'rejected':
      return `${restoreDecision.by} rejected the restore first, at ${restoreDecision.at}: ${restoreDecision.reason}`;
    case 'expired':
      return `the time for RESTORE ended at ${restoreDecision.at}`;
  }
}

export function whyOtherPlan(terms: Terms, { planHash }: ApprovalMessage): string | null {
  return planHash === undefined || planHash === terms.planHash
    ? null
    : `it names the plan ${planHash}; this one is ${terms.planHash}: look at it before you decide`;
}

/** The wrong person. */
export function whyNotAllowed(terms: Terms, { message }: Pick<Received, 'message'>): string | null {
  const { policy } = terms;
  const restore = message.name === 'confirmRestore' ? policy.restore : null;
  // Nobody is configured, so anybody may: also somebody who gives no name.
  if (restore !== null && restore.people === null) return null;
  if (message.by === undefined) {
    return 'it does not say who you are: send {"phrase": "RESTORE", "by": "your name"}';
  }
  const may = whoMay(terms, message.name);
  const person = findPerson(policy.people, message.by);
  if (person?.id === terms.requester && isForOthers(terms, message.name)) {
    return `${person?.id} asked for this rollback: somebody else must ${DOES[message.name]}`;
  }
  if (may !== null && (person === null || !may.includes(person.id))) {
    const who =
      person === null
        ? `nobody here goes by the name ${JSON.stringify(message.by)}`
        : `${person.id} may not ${DOES[message.name]}`;
    return `${who}: ${describePeople(policy.people, may)} may`;
  }
  return null;
}

/** Somebody who did not prove who they are, where that is demanded. */
export function whyUnproved(
  terms: Terms,
  { message, proof }: Received,
  demanded: Assurance | undefined,
): string | null {
  if (demanded !== 'signed' || proof.assurance === 'signed') return null;
  return `a signature is demanded here, and a name alone is none: \`${signedCommand(message, terms)}\``;
}

const DOES = {
  approve: 'approve it',
  reject: 'reject it',
  breakGlass: 'break the glass',
  confirmRestore: 'type RESTORE',
} as const satisfies Record<ApprovalMessage['name'], string>;

function isForOthers({ policy }: Terms, name: ApprovalMessage['name']): boolean {
  if (name === 'approve') return !policy.requesterMayApprove;
  return name === 'confirmRestore' && policy.restore?.requesterMayConfirm === false;
}

/** Ids of those who may send this; null: anybody. */
export function whoMay(terms: Terms, name: ApprovalMessage['name']): string[] | null {
  const { policy, requester } = terms;
  const approvers = policy.seats.flatMap((seat) => mayTake(policy, seat, requester));
  switch (name) {
    case 'approve':
      return inOrder(terms, approvers);
    case 'breakGlass':
      return policy.breakGlass;
    case 'confirmRestore': {
      if (policy.restore === null) return [];
      const { people, requesterMayConfirm } = policy.restore;
      return people === null ? null : people.filter((id) => requesterMayConfirm || id !== requester);
    }
    case 'reject': {
      // Whoever asked may withdraw it, and whoever could let it go ahead may say no.
      if (policy.people.length === 0) return null;
      const others = [
        ...policy.breakGlass,
        ...(policy.restore?.people ?? []),
        ...(requester === null ? [] : [requester]),
      ];
      return inOrder(terms, [...approvers, ...others]);
    }
  }
}

/** Each once, in the order of the configuration. */
function inOrder({ policy }: Terms, ids: string[]): string[] {
  return policy.people.map(({ id }) => id).filter((id) => ids.includes(id));
}
