/**
 * Which message from a person counts, and what it changes. Pure: signals, updates and timers all end here.
 *
 * Time is given in with each call (ISO 8601, UTC, by the workflow's clock) and never runs backwards. What ran out
 * before that time has run out, whether or not a timer has fired yet.
 */
import { judge, backupShown, keyOf, nonceOf } from './judge.ts';
import type { Judgement } from './judge.ts';
import { parseApprovalMessage } from './messages.ts';
import type { ApprovalMessageName } from './messages.ts';
import { findPerson } from './people.ts';
import { fillSeats } from './quorum.ts';
import { mayGoAhead, plusMinutes } from './state.ts';
import type { Approvals, Proof, Received, Terms } from './state.ts';

/** At most this many refused messages are kept: somebody's loop must not grow the history without end. */
const MAX_REFUSED = 100;

/** The plan is made: approvals are awaited, if the policy wants any. Early messages are judged now. */
export function askApprovals(approvals: Approvals, terms: Terms): Approvals {
  if (approvals.terms !== null) throw new Error('the approvals are asked for already');
  const at = terms.openedAt;
  const decision = terms.policy.seats.length === 0 ? { outcome: 'not-needed' as const, at } : null;
  return judgeKept({ ...approvals, terms, decision }, at);
}

/** RESTORE is awaited from now on, for this backup. A RESTORE that came early for it counts now. */
export function askRestore(approvals: Approvals, { backup, at }: { backup: string; at: string }): Approvals {
  const restore = approvals.terms?.policy.restore;
  if (!restore || !mayGoAhead(approvals))
    throw new Error('RESTORE is asked for before the rollback may go ahead');
  if (approvals.restoreAsked !== null) throw new Error('RESTORE is asked for already');
  const restoreAsked = { since: at, expiresAt: plusMinutes(at, restore.expiresMinutes), backup };
  return judgeKept({ ...approvals, restoreAsked }, at);
}

/** Ends what nobody answered in time. Safe to call at any time. */
export function expire(approvals: Approvals, at: string): Approvals {
  const { terms, decision, restoreAsked, restoreDecision } = approvals;
  if (terms?.expiresAt && decision === null && isOver(terms.expiresAt, at)) {
    return judgeKept({ ...approvals, decision: { outcome: 'expired', at: terms.expiresAt } }, at);
  }
  if (restoreAsked !== null && restoreDecision === null && isOver(restoreAsked.expiresAt, at)) {
    return { ...approvals, restoreDecision: { outcome: 'expired', at: restoreAsked.expiresAt } };
  }
  return approvals;
}

const isOver = (expiresAt: string, at: string): boolean => new Date(at) >= new Date(expiresAt);

/** What would become of a message now. For validators, which answer before anything is changed. */
export function judgeNow(approvals: Approvals, received: Received): Judgement {
  return judge(expire(approvals, received.at), received);
}

/**
 * The message's effect. A refused one is recorded with the reason; nothing is ever thrown for what people send.
 * @param now when it begins to count: later than it came, where its signature had to be verified first
 */
export function receive(approvals: Approvals, received: Received, now = received.at): Approvals {
  return judged(expire(approvals, received.at), received, now);
}

function judged(approvals: Approvals, received: Received, now: string): Approvals {
  const judgement = judge(approvals, received);
  switch (judgement.verdict) {
    case 'counts':
      return apply(approvals, received, now);
    case 'kept':
      return { ...approvals, kept: [...approvals.kept, bound(approvals, received)] };
    case 'refused':
      return refuse(approvals, { ...received, why: judgement.why });
  }
}

/** As `receive`, for content as it came over the wire. */
export function receiveContent(
  approvals: Approvals,
  { name, content, ...rest }: { name: ApprovalMessageName; content: unknown; at: string; proof: Proof },
): Approvals {
  const parsed = parseApprovalMessage(name, content);
  if ('message' in parsed) return receive(approvals, { message: parsed.message, ...rest });
  return refuse(expire(approvals, rest.at), { message: { name }, at: rest.at, why: parsed.why });
}

/** Keeps a refused message, so that its sender can see what became of it. */
export function refuse(
  approvals: Approvals,
  { message, at, why }: { message: { name: string; by?: string | undefined }; at: string; why: string },
): Approvals {
  if (approvals.refused.length >= MAX_REFUSED) return approvals;
  const from = message.by === undefined ? '' : ` (from ${message.by})`;
  return { ...approvals, refused: [...approvals.refused, { at, name: message.name, why: `${why}${from}` }] };
}

/** Judges what was kept, in the order in which it came. What is still too early stays. */
function judgeKept(approvals: Approvals, now: string): Approvals {
  return approvals.kept.reduce<Approvals>((current, received) => judged(current, received, now), {
    ...approvals,
    kept: [],
  });
}

/** A RESTORE that names nothing is about what is shown at the time at which it comes, not about what comes later. */
function bound(approvals: Approvals, received: Received): Received {
  const { message } = received;
  const { terms } = approvals;
  if (message.name !== 'confirmRestore' || terms === null) return received;
  const backup = message.backup ?? backupShown(approvals, terms);
  return {
    ...received,
    message: { ...message, planHash: terms.planHash, ...(backup === null ? {} : { backup }) },
  };
}

/** @param now when it begins to count; it came at `received.at` */
function apply(approvals: Approvals, received: Received, now: string): Approvals {
  const { message, at, proof } = received;
  const { terms, restoreAsked } = approvals;
  if (terms === null) throw new Error('nothing counts before the plan is made');
  const nonce = nonceOf(received);
  const used = { ...approvals, nonces: nonce === null ? approvals.nonces : [...approvals.nonces, nonce] };
  const by = message.by === undefined ? '' : (findPerson(terms.policy.people, message.by)?.id ?? message.by);
  const key = keyOf(proof);
  const who = { at, by, assurance: proof.assurance, ...(key === undefined ? {} : { key }) };
  switch (message.name) {
    case 'approve': {
      const { note } = message;
      const given = [...used.approvals, { ...who, ...(note === undefined ? {} : { note }) }];
      return withQuorum({ ...used, approvals: given }, terms, now);
    }
    case 'breakGlass':
      return { ...used, decision: { outcome: 'broken-glass', reason: message.reason, ...who } };
    case 'reject': {
      const rejected = { outcome: 'rejected' as const, reason: message.reason, ...who };
      return mayGoAhead(used)
        ? judgeKept({ ...used, restoreDecision: rejected }, now)
        : judgeKept({ ...used, decision: rejected }, now);
    }
    case 'confirmRestore': {
      if (restoreAsked === null) throw new Error('RESTORE counts only once it is asked for');
      const { planHash } = terms;
      const { backup } = restoreAsked;
      return {
        ...used,
        restoreDecision: { outcome: 'confirmed', ...who, by: by === '' ? null : by, planHash, backup },
      };
    }
  }
}

function withQuorum(approvals: Approvals, terms: Terms, now: string): Approvals {
  const sitting = fillSeats(
    terms.policy.seats,
    approvals.approvals.map(({ by }) => by),
  );
  const by = sitting.filter((person) => person !== null);
  if (by.length < sitting.length) return approvals;
  return { ...approvals, decision: { outcome: 'approved', at: now, by } };
}
