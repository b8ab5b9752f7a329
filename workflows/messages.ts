/**
 * Every message that a rollback takes.
 *
 * Signals are for the Temporal UI and the `temporal` CLI: they are always accepted by the server, so a refused
 * one is recorded and shown in `status`. Updates carry the same content for our own CLI and page: their
 * validators answer at once why a message is refused; a signature is verified before its update is answered. Queries
 * change nothing.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { FollowUpStatus } from '../src/domain/follow-up/status.ts';
import type { EscalationStatus } from '../src/domain/escalation/state.ts';
import type { Loss } from '../src/domain/loss.ts';
import type { RollbackStatus, TimelineEntry } from '../src/domain/rollback.ts';
import type { PublicUpdatesStatus } from '../src/domain/status-page/state.ts';

/** Answers a step that waits: `{"step":"stop-faulty","decision":"retry|skip|abort|recover","by":"anna","note":"…"}`. */
export const decideStepSignal = defineSignal<[unknown]>('decideStep');
export const decideStepUpdate = defineUpdate<string, [unknown]>('decideStep');

/** "Go ahead": `{"by":"anna","note":"…"}`. */
export const approveSignal = defineSignal<[unknown]>('approve');
export const approveUpdate = defineUpdate<string, [unknown]>('approve');

/** "Don't": `{"by":"anna","reason":"…"}`. Ends the rollback, or leaves the database as it is. */
export const rejectSignal = defineSignal<[unknown]>('reject');
export const rejectUpdate = defineUpdate<string, [unknown]>('reject');

/** "Go ahead without the approvals": `{"by":"anna","reason":"…"}`. Loud, and only for who may. */
export const breakGlassSignal = defineSignal<[unknown]>('breakGlass');
export const breakGlassUpdate = defineUpdate<string, [unknown]>('breakGlass');

/** The word that lets the database be restored: `"RESTORE"`, or `{"phrase":"RESTORE","by":"anna"}`. */
export const confirmRestoreSignal = defineSignal<[unknown]>('confirmRestore');
export const confirmRestoreUpdate = defineUpdate<string, [unknown]>('confirmRestore');

/**
 * Counts again what a restore would lose, for whoever looks while RESTORE is awaited; refused while the last is fresh. Who
 * is about to type it says so: `{"before": "RESTORE"}`, and gets a new count unless the last is only seconds old.
 */
export const countLossUpdate = defineUpdate<Loss | null, [unknown]>('countLoss');

/** Answers a freeze: `{"decision":"full|release|abort|retry","by":"anna","backup":"FILE"}`. Only a frozen run takes it. */
export const decideFreezeSignal = defineSignal<[unknown]>('decideFreeze');
export const decideFreezeUpdate = defineUpdate<string, [unknown]>('decideFreeze');

/** "I have seen it": `{"by":"anna"}`. */
export const acknowledgeSignal = defineSignal<[unknown]>('acknowledge');
export const acknowledgeUpdate = defineUpdate<string, [unknown]>('acknowledge');

/** "It is over": `{"by":"anna","resolution":"…"}`. */
export const resolveSignal = defineSignal<[unknown]>('resolve');
export const resolveUpdate = defineUpdate<string, [unknown]>('resolve');

/** The plan, the steps, and what is awaited with the exact command that answers. */
export const statusQuery = defineQuery<RollbackStatus>('status');
/** What happened, in order. */
export const timelineQuery = defineQuery<TimelineEntry[]>('timeline');

/** How an escalation stands: who was paged, who acknowledged, who is next. */
export const escalationStatusQuery = defineQuery<EscalationStatus>('escalationStatus');

/** What stands on the status page, and when it is told next. */
export const publicUpdatesStatusQuery = defineQuery<PublicUpdatesStatus>('publicUpdatesStatus');

/** From a rollback to its escalation or its public updates: what has happened. */
export const rollbackSaidSignal = defineSignal<[unknown]>('rollbackSaid');
/** From an escalation to its rollback: who was paged. */
export const escalationSaidSignal = defineSignal<[unknown]>('escalationSaid');
/** From the public updates to their rollback: what customers were told. */
export const pageSaidSignal = defineSignal<[unknown]>('pageSaid');

/** Frees the lock workflow. Sent by the rollback that holds it, when it ends. */
export const releaseLockSignal = defineSignal<[]>('releaseLock');

/** "It is done", of a follow-up: `{"item":"report-reviewed","by":"anna","note":"…"}`. */
export const tickSignal = defineSignal<[unknown]>('tick');
export const tickUpdate = defineUpdate<string, [unknown]>('tick');
/** What a follow-up has seen, what is open, and what was written. */
export const followUpStatusQuery = defineQuery<FollowUpStatus>('status');

export const SIGNALS = {
  decideStep: decideStepSignal,
  acknowledge: acknowledgeSignal,
  resolve: resolveSignal,
} as const;

export const UPDATES = {
  decideStep: decideStepUpdate,
  acknowledge: acknowledgeUpdate,
  resolve: resolveUpdate,
} as const;

/** What people decide with. They end in src/domain/approval/reducer.ts. */
export const APPROVAL_SIGNALS = {
  approve: approveSignal,
  reject: rejectSignal,
  breakGlass: breakGlassSignal,
  confirmRestore: confirmRestoreSignal,
} as const;

export const APPROVAL_UPDATES = {
  approve: approveUpdate,
  reject: rejectUpdate,
  breakGlass: breakGlassUpdate,
  confirmRestore: confirmRestoreUpdate,
} as const;

export const APPROVAL_DESCRIPTIONS = {
  approve: 'Let the rollback go ahead: {"by": "you", "note": "…"}',
  reject: 'End the rollback, or leave the database as it is: {"by": "you", "reason": "why"}',
  breakGlass: 'Go ahead without the approvals: {"by": "you", "reason": "why"}',
  confirmRestore: 'Let the database be restored: "RESTORE", or {"phrase": "RESTORE", "by": "you"}',
} as const;

export const MESSAGE_DESCRIPTIONS = {
  decideStep:
    'Answer a step that waits: {"step": "…", "decision": "retry" | "skip" | "abort" | "recover", "by": "you", "note": "why"}',
  acknowledge: 'Say that you have seen it: {"by": "you", "note": "…"}',
  resolve: 'Say that the incident is over: {"by": "you", "resolution": "what was done"}',
} as const;
