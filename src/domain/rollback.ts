/** What is known of one rollback while it runs and after it: the source of status, timeline and report. */
import type { Approvals } from './approval/state.ts';
import type { Acknowledge, Assurance, DecideStep, Resolve } from './messages.ts';
import type { RollbackEscalation } from './escalation/state.ts';
import type { RollbackPublicUpdates } from './status-page/state.ts';
import type { FreezeStatus } from './freeze.ts';
import type { DeadlineFare } from './history/rollback.ts';
import type { Loss, LossCount } from './loss.ts';
import type { AnnouncementEvent } from './notification.ts';
import type { Plan, PlanSummary, StepName } from './plan.ts';
import type { Verdict } from './verification.ts';

/** Identifies a rollback to activities, to the target's lock and in the records. */
export type RollbackRef = {
  workflowId: string;
  runId: string;
  /** ISO 8601. */
  startedAt: string;
  requestedBy: string;
};

/** A file in the incident folder. */
export type EvidenceFile = { name: string; bytes: number; sha256: string; note?: string };

/** What an activity that performs a step returns. */
export type StepResult = {
  /** `already`: the live state was as wanted before anything was done. */
  outcome: 'done' | 'already';
  /** One sentence: what was read back that proves it. */
  proof: string;
  /** Further lines for the report. */
  details: string[];
  /** ISO 8601, by the worker's clock: when the proof was read. */
  provedAt: string;
  /** On which try of Temporal's it was done; missing where that was the first. */
  attempt?: number;
  evidence?: EvidenceFile[];
  /** Absolute path of the incident folder, from the steps that write to it. */
  incidentFolder?: string;
  verdict?: Verdict;
  /** From what takes a restore back: which database is live now. */
  live?: 'before' | 'restored';
  /** From what has restored a database: where the one before is, and until when (ISO 8601) it is kept, where that is known. */
  kept?: { where: string; until: string | null };
  /** From the end of a restore: what it has lost, counted once nobody wrote to the database before any more. */
  loss?: LossCount;
};

export type StepState =
  | 'pending'
  | 'running'
  | 'done'
  | 'already'
  | 'not-needed'
  | 'failed'
  | 'waiting-for-decision'
  | 'skipped'
  | 'aborted'
  | 'not-reached';

export type StepRecord = {
  name: StepName;
  title: string;
  state: StepState;
  startedAt: string | null;
  finishedAt: string | null;
  /** How often it was begun because a person said `retry`; retries by themselves are not counted here. */
  rounds: number;
  result: StepResult | null;
  /** The last failure, as shown to people. */
  failure: { type: string; message: string } | null;
  decision: (DecideStep & { at: string }) | null;
  /** What was read back when the step was undone: everything is as before it. */
  undone?: string;
};

/** A step that nobody has begun yet. */
export function pendingStep(name: StepName, title: string): StepRecord {
  return {
    name,
    title,
    state: 'pending',
    startedAt: null,
    finishedAt: null,
    rounds: 0,
    result: null,
    failure: null,
    decision: null,
  };
}

/**
 * How a rollback ended.
 * - `rolled-back`: traffic is on the release returned to, or (partial) the flags are off and the configuration is back; and
 *   the release that serves passed verification.
 * - `restored`: what a partial rollback had changed is as it was before, and the release passed verification.
 * - `recovered`: what was down is up again, and the release that serves passed verification.
 * - `unverified`: traffic was switched, but the release returned to is not proved good. Not a success.
 * - `aborted`: a person ended it; the status says what was changed.
 * - `cancelled`: the workflow was cancelled from outside.
 * - `dry-run`: nothing was changed.
 * - `released`: what a freeze had held is let through again, and nothing else was changed.
 * - `left-frozen`: a person left it frozen. Not a success.
 */
export type Outcome =
  | 'rolled-back'
  | 'restored'
  | 'recovered'
  | 'unverified'
  | 'aborted'
  | 'cancelled'
  | 'dry-run'
  | 'released'
  | 'left-frozen';

/** Was it done, and is that proved? */
export const isSuccess = (outcome: Outcome | null): boolean =>
  outcome === 'rolled-back' || outcome === 'restored' || outcome === 'recovered';

export type Phase = 'planning' | 'running' | 'waiting' | 'ended';

/** What the rollback waits for, and the exact command that answers. */
export type Awaiting = {
  what: string;
  since: string;
  step: StepName | null;
  answers: string[];
};

export type TimelineEntry = {
  /** ISO 8601. */
  at: string;
  /** One sentence. */
  what: string;
  /** Who did it, where a person did. */
  by?: string;
  assurance?: Assurance;
  /** The fingerprint of the key that signed it. */
  key?: string;
  step?: StepName;
  /** File in the incident folder that shows it. */
  evidence?: string;
  /** Set on the entry that says that people were told of this moment: every channel that wants it has it. */
  announced?: AnnouncementEvent;
};

export type RefusedMessage = { at: string; name: string; why: string };

/** What became of one thing that is done about the faulty version, and when. `what` is whole sentences. */
export type AftercareNote = { done: boolean; what: string; at: string };

/** What is done about the faulty version once traffic has left it. */
export type AftercareStatus = {
  /** Is it blocked from deployment? */
  block?: AftercareNote;
  /** Is it tagged in git? Missing where that is not configured. */
  tag?: AftercareNote;
};

/** Everything the `status` query answers. */
export type RollbackStatus = {
  workflowId: string;
  runId: string;
  kind: Plan['kind'];
  phase: Phase;
  outcome: Outcome | null;
  /** Where requests go now, as last proved: a sentence. */
  traffic: string;
  plan: PlanSummary | null;
  steps: StepRecord[];
  awaiting: Awaiting | null;
  /** Who approved, rejected and typed RESTORE, and what is still awaited of them. */
  approvals: Approvals;
  acknowledgements: (Acknowledge & { at: string })[];
  resolution: (Resolve & { at: string }) | null;
  refusedMessages: RefusedMessage[];
  /** Folder with report and evidence, on the worker; null until it exists. */
  incidentFolder: string | null;
  startedAt: string;
  /** When traffic was proved to be off the faulty release. */
  trafficSafeAt: string | null;
  endedAt: string | null;
  /** Only where data are being damaged: what is held, and what people decided about it. */
  freeze?: FreezeStatus;
  /** When a freeze first proved that requests are held. */
  requestsHeldAt?: string;
  /** Who is paged, or why nobody is. Missing until there is something to page about, and in a dry run. */
  escalation?: RollbackEscalation;
  /** What customers read on the status page. Missing where there is none. */
  publicUpdates?: RollbackPublicUpdates;
  /** The workflow ID of what goes on when this one has ended. */
  followUp?: string;
  /** Missing until traffic has left the faulty version. */
  aftercare?: AftercareStatus;
  /** What a restore would lose or has lost, as last counted. Only once RESTORE is awaited. */
  loss?: Loss;
};

/** What the workflow returns. */
export type RollbackResult = {
  outcome: Outcome;
  /** One sentence that states what happened and where traffic is. */
  summary: string;
  service: string;
  environment: string;
  from: string;
  to: string;
  startedAt: string;
  trafficSafeAt: string | null;
  endedAt: string;
  incidentFolder: string | null;
  /** Missing where there was no plan. */
  deadline?: DeadlineFare;
  /** Only for a dry run. */
  plan?: PlanSummary;
};

/** Everything a report is made of. Comes from the workflow's own state, which its history determines. */
export type IncidentRecord = {
  plan: Plan;
  /** `status.outcome` is null until the rollback has ended. */
  status: RollbackStatus;
  timeline: TimelineEntry[];
};
