/**
 * The activities as workflows see them: what goes in, what comes out. Workflows import only this type.
 * Every one is safe to run again: it reads the live state first, acts only if it must, and reads back proof.
 */
import type { SignatureQuestion, SignatureVerdict } from './approval/verify-signature.ts';
import type { FreezeMessage } from '../src/domain/announcement-freeze.ts';
import type { Channel } from '../src/domain/announcement-channels.ts';
import type { AnnouncementEvent } from '../src/domain/notification.ts';
import type { TargetReadiness } from '../src/domain/readiness.ts';
import type { Plan, RunKind } from '../src/domain/plan.ts';
import type { Recovery } from '../src/domain/recovery.ts';
import type { RollbackRequest } from '../src/domain/request.ts';
import type {
  EvidenceFile,
  IncidentRecord,
  Outcome,
  RollbackRef,
  StepResult,
} from '../src/domain/rollback.ts';

/** Where a service runs, answered from configuration alone. */
export type ResolvedService = {
  service: string;
  environment: string;
  /** The task queue whose workers can reach the target. */
  taskQueue: string;
  /** The search attributes that the namespace knows; upserting any other would wedge the workflow. */
  searchAttributes: string[];
  /** The channels that are configured. Missing in histories of versions before 0.2. */
  channels?: Channel[];
};

export type PlanInput = {
  kind: RunKind;
  request: RollbackRequest;
  rollback: RollbackRef;
  environment: string;
};

/** What is frozen, and for whom. Made from the request alone: there is no plan yet. */
export type FreezeInput = {
  service: string;
  environment: string;
  reason: string;
  rollback: RollbackRef;
  /** A rollback that a person knows to be dead. */
  takenOver?: string;
};

export type StepInput = { plan: Plan; rollback: RollbackRef };

/** What holds the lock of a service: read from the lock workflow's memo and its owner's state. */
export type LockHolder = {
  workflowId: string;
  runId: string;
  requestedBy: string;
  startedAt: string;
  /** False when the owner has ended, so that its lock is only left over. */
  ownerRunning: boolean;
};

export type AnnouncementInput = {
  event: AnnouncementEvent;
  /** One call tells one channel, so that a retry sends again only what was not sent. See `channelsFor`. */
  channel: Channel;
  record: IncidentRecord;
};

/** A signed decision, as it came, and the name under which its signature must stand in the allowed-signers file. */
export type SignedDecision = Omit<SignatureQuestion, 'signers'>;

export type Activities = {
  /** Finds the service and environment in the configuration. Runs as a local activity: no I/O. */
  resolveService(request: RollbackRequest): Promise<ResolvedService>;
  /** Who holds the lock workflow, and frees it when its owner has ended or is an earlier run of ours. */
  inspectLock(input: { lockWorkflowId: string; rollback: RollbackRef }): Promise<LockHolder | null>;
  /** Reads the live state and makes the plan. Changes nothing. */
  planRollback(input: PlanInput): Promise<Plan>;
  /** Was this decision signed by the person whom it names? Changes nothing. */
  verifyDecision(input: SignedDecision): Promise<SignatureVerdict>;
  /** Stops requests before they reach the service: a maintenance answer. */
  holdRequests(input: FreezeInput): Promise<StepResult>;
  /** Makes the database read-only and ends its sessions; null where the service has none. */
  holdWrites(input: FreezeInput): Promise<StepResult | null>;
  liftRequests(input: FreezeInput): Promise<StepResult>;
  liftWrites(input: FreezeInput): Promise<StepResult | null>;
  /** Sends one message about a freeze to one channel. */
  announceFreeze(input: FreezeMessage & { channel: Channel }): Promise<StepResult>;
  captureBefore(input: StepInput): Promise<StepResult>;
  /** Starts the release to return to where it is stopped, and waits until it is healthy. */
  startPrevious(input: StepInput): Promise<StepResult>;
  shiftTraffic(input: StepInput): Promise<StepResult>;
  captureLogs(input: StepInput): Promise<StepResult>;
  stopFaulty(input: StepInput): Promise<StepResult>;
  /** Is the release returned to healthy, and does it answer? Before its database is touched. */
  checkRelease(input: StepInput & { since: string }): Promise<StepResult>;
  /** Restores the plan's backup beside the live database, which goes on serving, and checks it. */
  prepareRestore(input: StepInput): Promise<StepResult>;
  /** Stops every release of the service, before its database is restored in place. */
  stopApplication(input: StepInput): Promise<StepResult>;
  /**
   * Puts the restored database in the live one's place. The one before is kept: under a dated name or, restored in place, as
   * a safety copy. `keepStopped`: in place, what has been started again meanwhile is stopped first.
   */
  restoreDatabase(input: StepInput & { keepStopped: boolean }): Promise<StepResult>;
  /**
   * Restarts the release returned to, so that nothing of the database before lives on in it. `since` is when the restore
   * was done, ISO 8601 by Temporal's clock: what was started after it is left alone.
   */
  restartApplication(input: StepInput & { since: string }): Promise<StepResult>;
  /** What is down beside the release, for a rollback that waits. Changes nothing. */
  diagnose(input: StepInput): Promise<Recovery>;
  /** Starts PostgreSQL where it does not answer, and waits until it does. */
  startDatabase(input: StepInput): Promise<StepResult>;
  /** Restarts the release that has lost its database; one that was started after `since` (ISO 8601) is left alone. */
  reviveApplication(input: StepInput & { since: string }): Promise<StepResult>;
  /**
   * Removes what was prepared and is not wanted any more. Leaves the live database alone; where a restore in place has taken
   * it away, puts it back. `live` says which one it is.
   */
  abandonRestore(input: StepInput): Promise<StepResult>;
  /** Clears away what a restore that is done needed, and after a success what earlier ones have kept for long enough. */
  settleRestore(input: StepInput & { isSuccess: boolean }): Promise<StepResult>;
  verifyRelease(input: StepInput & { since: string }): Promise<StepResult>;
  /** Notes the end in the target's record and frees the target's lock. */
  releaseTarget(input: StepInput & { outcome: Outcome; trafficSafeAt: string | null }): Promise<void>;
  /** Writes report, summary, state after and manifest into the incident folder; writing again replaces them. */
  writeReport(input: { record: IncidentRecord }): Promise<StepResult>;
  /** Could these services be rolled back now? Changes nothing. */
  checkTargets(input: { service?: string; environment?: string }): Promise<TargetReadiness[]>;
  /** Sends one message to one channel. */
  announce(input: AnnouncementInput): Promise<StepResult>;
};

export type { EvidenceFile };
