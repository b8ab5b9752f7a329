/** Whether a message from a person counts, has to wait for its time, or is refused, and why. */
import {
  whyAlreadyDecided,
  whyNotAllowed,
  whyOtherPlan,
  whyRestoreDecided,
  whyUnproved,
} from './judge-reasons.ts';
import type { ConfirmRestore } from './messages.ts';
import { findPerson, sameName } from './people.ts';
import { mayGoAhead } from './state.ts';
import type { Approvals, Proof, Received, Terms } from './state.ts';

export type Judgement =
  | { verdict: 'counts' }
  /** Too early: it is judged again when its time comes. */
  | { verdict: 'kept' }
  | { verdict: 'refused'; why: string };

/** Early messages that are kept: somebody's loop must not grow the history without end. */
const MAX_KEPT = 50;
const PHRASE = 'RESTORE';

const COUNTS: Judgement = { verdict: 'counts' };
const refused = (why: string): Judgement => ({ verdict: 'refused', why });

/** Judges a message against all that came before it, and against the time at which it came (reducer.ts). */
export function judge(approvals: Approvals, received: Received): Judgement {
  const why = whyNeverGood(approvals, received);
  if (why !== null) return refused(why);
  const { terms } = approvals;
  if (terms === null) return judgeBeforePlan(approvals, received);
  switch (received.message.name) {
    case 'approve':
    case 'breakGlass':
      return judgeGoingAhead(approvals, terms, received);
    case 'reject':
      return judgeRejection(approvals, terms, received);
    case 'confirmRestore':
      return judgeConfirmation(approvals, terms, received);
  }
}

/** What is wrong with it whatever has been decided. */
function whyNeverGood(approvals: Approvals, { message, proof }: Received): string | null {
  if (message.runId !== undefined && message.runId !== approvals.runId) {
    return `it is meant for another run (${message.runId}); this one is ${approvals.runId}`;
  }
  if (sameName(message.by ?? '') === 'your-name') return 'put your own name in place of YOUR-NAME';
  if (message.name === 'confirmRestore' && message.phrase !== PHRASE) {
    return `the word is ${PHRASE}, in capital letters, not ${JSON.stringify(message.phrase)}`;
  }
  if (proof.assurance === 'declared') {
    return message.signed === undefined ? null : 'its signature was not verified';
  }
  if (message.signed === undefined || message.planHash === undefined || message.runId === undefined) {
    return 'a signed message has its signature and names the run and the plan';
  }
  return usedNonces(approvals).includes(proof.nonce)
    ? 'this signature has been used already: sign again'
    : null;
}

export const nonceOf = ({ proof }: Pick<Received, 'proof'>): string | null =>
  proof.assurance === 'signed' ? proof.nonce : null;

/** The fingerprint of the key that signed. */
export const keyOf = (proof: Proof): string | undefined =>
  proof.assurance === 'signed' ? proof.fingerprint : undefined;

/** Nonces that can't be used again: of what counted, and of what is kept. */
export const usedNonces = ({ nonces, kept }: Pick<Approvals, 'nonces' | 'kept'>): string[] => [
  ...nonces,
  ...kept.map(nonceOf).filter((nonce) => nonce !== null),
];

/** Who may decide is not known yet. */
function judgeBeforePlan(approvals: Approvals, received: Received): Judgement {
  const { message } = received;
  if (message.name === 'confirmRestore' && (message.planHash === undefined || message.backup === undefined)) {
    return refused('too early: the plan is not made yet, so nobody can know which backup this is about');
  }
  return keep(approvals, received);
}

function keep(approvals: Approvals, { message }: Received): Judgement {
  const same = JSON.stringify(message);
  if (approvals.kept.some((kept) => JSON.stringify(kept.message) === same)) {
    return refused('it has been received already and is kept until its time comes');
  }
  if (approvals.kept.length >= MAX_KEPT) return refused(`${MAX_KEPT} early messages are kept already`);
  return { verdict: 'kept' };
}

function judgeGoingAhead(approvals: Approvals, terms: Terms, received: Received): Judgement {
  const why =
    whyAlreadyDecided(approvals, terms) ??
    whyOtherPlan(terms, received.message) ??
    whyNotAllowed(terms, received) ??
    whyUnproved(terms, received, terms.policy.assurance) ??
    whyCountedAlready(approvals, terms, received);
  return why === null ? COUNTS : refused(why);
}

/** Nobody takes two seats: not under two names, and not with one key for two people. */
function whyCountedAlready(
  { approvals }: Approvals,
  { policy }: Terms,
  { message, proof }: Received,
): string | null {
  if (message.name !== 'approve') return null;
  const id = findPerson(policy.people, message.by)?.id;
  const same = approvals.find(({ by }) => by === id);
  if (same !== undefined) return `${same.by} approved already, at ${same.at}: nobody counts twice`;
  const key = keyOf(proof);
  const shared = approvals.find((one) => key !== undefined && one.key === key);
  return shared === undefined
    ? null
    : `the key ${key} approved for ${shared.by} already: one key does not stand for two people`;
}

/** A rejection ends the rollback before it was approved, and keeps the database as it is after that. */
function judgeRejection(approvals: Approvals, terms: Terms, received: Received): Judgement {
  const isAboutRestore = mayGoAhead(approvals) && terms.policy.restore !== null;
  const why =
    (isAboutRestore ? whyRestoreDecided(approvals, terms) : whyAlreadyDecided(approvals, terms)) ??
    whyOtherPlan(terms, received.message) ??
    whyNotAllowed(terms, received) ??
    whyUnproved(terms, received, (isAboutRestore ? terms.policy.restore : terms.policy)?.assurance);
  return why === null ? COUNTS : refused(why);
}

function judgeConfirmation(approvals: Approvals, terms: Terms, received: Received): Judgement {
  if (terms.policy.restore === null) return refused('this rollback restores no database');
  const hasEnded = approvals.decision !== null && !mayGoAhead(approvals);
  const why =
    (hasEnded ? whyAlreadyDecided(approvals, terms) : whyRestoreDecided(approvals, terms)) ??
    whyOtherPlan(terms, received.message) ??
    whyOtherBackup(approvals, terms, received.message as ConfirmRestore) ??
    whyNotAllowed(terms, received) ??
    whyUnproved(terms, received, terms.policy.restore.assurance);
  if (why !== null) return refused(why);
  return mayGoAhead(approvals) && approvals.restoreAsked !== null ? COUNTS : keep(approvals, received);
}

/** The backup that RESTORE is about now: the one shown. Null while none is. */
export const backupShown = (approvals: Approvals, terms: Terms): string | null =>
  approvals.restoreAsked?.backup ?? terms.backup;

function whyOtherBackup(approvals: Approvals, terms: Terms, { backup }: ConfirmRestore): string | null {
  const shown = backupShown(approvals, terms);
  if (shown === null) {
    return backup === undefined ? 'too early: it is not known yet which backup would be restored' : null;
  }
  return backup === undefined || backup === shown
    ? null
    : `it names the backup ${backup}; the one that would be restored is ${shown}`;
}
