/** What is known of people's decisions about one rollback. Plain data: it is kept by a workflow and shown in its status. */
import type { Assurance } from '../messages.ts';
import type { RefusedMessage } from '../rollback.ts';
import type { ApprovalMessage } from './messages.ts';
import { requesterOf } from './policy.ts';
import type { Policy } from './policy.ts';

/** How it was established who sent a message. */
export type Proof =
  | { assurance: 'declared' }
  /** The signature was verified, and its challenge says what the message says (challenge.ts). */
  | { assurance: 'signed'; nonce: string; fingerprint: string };

/** A message that could be read, and when it came (ISO 8601, by the workflow's clock). */
export type Received = { message: ApprovalMessage; at: string; proof: Proof };

/** What people decide about. Fixed when the plan is made. */
export type Terms = {
  workflowId: string;
  policy: Policy;
  planHash: string;
  /** The backup that the plan restores, or null. */
  backup: string | null;
  /** A person's id in the policy, or the name as given; null where none was. */
  requester: string | null;
  openedAt: string;
  /** When the approvals must be there. Null where none is awaited. */
  expiresAt: string | null;
};

/** `key`: the fingerprint of the key that signed it. */
export type Who = { at: string; by: string; assurance: Assurance; key?: string };

export type Approval = Who & { note?: string };

/** How the question whether the rollback may go ahead was answered. */
export type ApprovalDecision =
  | { outcome: 'not-needed'; at: string }
  | { outcome: 'approved'; at: string; by: string[] }
  | ({ outcome: 'broken-glass'; reason: string } & Who)
  | ({ outcome: 'rejected'; reason: string } & Who)
  | { outcome: 'expired'; at: string };

/** How the question whether the database may be restored was answered. */
export type RestoreDecision =
  | {
      outcome: 'confirmed';
      at: string;
      by: string | null;
      assurance: Assurance;
      key?: string;
      planHash: string;
      backup: string;
    }
  | ({ outcome: 'rejected'; reason: string } & Who)
  | { outcome: 'expired'; at: string };

export type RestoreQuestion = { since: string; expiresAt: string; backup: string };

export type Approvals = {
  runId: string;
  /** Null until the plan is made. */
  terms: Terms | null;
  /** In the order in which they came; each person once. */
  approvals: Approval[];
  decision: ApprovalDecision | null;
  /** Null until RESTORE is awaited. */
  restoreAsked: RestoreQuestion | null;
  restoreDecision: RestoreDecision | null;
  /** Messages that came early, in order. They are judged when their time comes. */
  kept: Received[];
  refused: RefusedMessage[];
  /** Of signatures that have been used. Each counts once. */
  nonces: string[];
};

export function emptyApprovals(runId: string): Approvals {
  return {
    runId,
    terms: null,
    approvals: [],
    decision: null,
    restoreAsked: null,
    restoreDecision: null,
    kept: [],
    refused: [],
    nonces: [],
  };
}

/** What is decided about, from the plan. `at`: when the question is put, ISO 8601. */
export function makeTerms(
  {
    workflowId,
    policy,
    planHash,
    backup,
    requestedBy,
  }: {
    workflowId: string;
    policy: Policy;
    planHash: string;
    backup: string | null;
    requestedBy: string | undefined;
  },
  at: string,
): Terms {
  return {
    workflowId,
    policy,
    planHash,
    backup,
    requester: requestedBy === undefined ? null : requesterOf(policy, requestedBy),
    openedAt: at,
    expiresAt: policy.seats.length === 0 ? null : plusMinutes(at, policy.expiresMinutes),
  };
}

export function plusMinutes(at: string, minutes: number): string {
  return new Date(new Date(at).getTime() + minutes * 60_000).toISOString();
}

/** True when the rollback may go ahead. */
export function mayGoAhead({ decision }: Approvals): boolean {
  return (
    decision?.outcome === 'approved' ||
    decision?.outcome === 'not-needed' ||
    decision?.outcome === 'broken-glass'
  );
}

/**
 * The confirmation that allows the restore, or null: then nothing may be overwritten.
 * It names the plan and the backup that it is for; the step that restores compares both.
 */
export function restoreCleared(
  approvals: Approvals,
): Extract<RestoreDecision, { outcome: 'confirmed' }> | null {
  const { restoreDecision } = approvals;
  return mayGoAhead(approvals) && restoreDecision?.outcome === 'confirmed' ? restoreDecision : null;
}
