/** What Backout needs of a kind of target. One implementation per kind, chosen in index.ts; nothing else knows kinds. */
import type {
  Observation,
  PlannedStep,
  Release,
  RollbackKind,
  UnfinishedRollback,
} from '../../src/domain/plan.ts';
import type { DatabaseState, Recovery } from '../../src/domain/recovery.ts';
import type { RollbackRequest } from '../../src/domain/request.ts';
import type { RollbackRef } from '../../src/domain/rollback.ts';
import type { Check, LogMark } from '../../src/domain/verification.ts';
import type { Guard } from '../lock/lock.ts';
import type { EvidenceSink } from '../incident/folder.ts';
import type { Finding } from '../../src/domain/readiness.ts';

/** A driver's part of the plan: what it read, what it chose, what it will do. */
export type TargetPlan = {
  target: string;
  from: Release;
  to: Release;
  observed: Observation;
  /** The steps that touch the target: capture-before, shift-traffic, capture-logs, stop-faulty. */
  steps: PlannedStep[];
  warnings: string[];
  continues: UnfinishedRollback | null;
  /** Whose traces are on the target, and of whom it is the heir. Missing where nobody's are. */
  last?: LastRollback;
  /** How the release returned to is restarted, as people read it. Only for a rollback that restores a database. */
  application?: ApplicationCommands;
};

export type LastRollback = { owner: string; heirOf?: string | undefined };

export type ApplicationCommands = {
  stop: string[];
  /** How every release is stopped, so that nothing of the service is left. */
  stopAll: string[];
  start: string[];
  /** Why the release returned to could not be started again once it is stopped; null when it could. */
  whyNotStartable: string | null;
};

/** What a recovery is asked for. */
export type RecoveryWanted = {
  service: string;
  /** The release that is to serve, where it is named. */
  to: string | undefined;
  database: DatabaseState;
};

/** A driver's part of a recovery's plan: what is broken, and its own steps. */
export type TargetRecovery = Omit<TargetPlan, 'target' | 'application'> & { recovery: Recovery };

/** The release that serves, for what changes flags or configuration. */
export type Serving = {
  to: Release;
  observed: Observation;
  /** The file that is kept with the state before. */
  site: string;
  /** What partial rollbacks have left on the target, as it stands there. */
  record: string | null;
  warnings: string[];
  /** How a release is restarted. */
  application(release: string): Promise<ApplicationCommands>;
};

/** The target's lock, held for changes of what a release reads. */
export type Changing = {
  guard: Guard;
  record: string | null;
  /** Replaces the record of partial rollbacks. */
  write(json: string): Promise<void>;
};

/** What a driver's step is given: who acts, on what, until when. */
export type StepContext = {
  from: Release;
  to: Release;
  /** What planning saw. */
  observed: Observation;
  rollback: RollbackRef;
  /** The rollback whose work stands, and that this one goes on with: it is noted on the target. */
  heirOf?: string;
  /** 1 for the first try of this activity, then counting up: a later attempt fences an earlier one. */
  attempt: number;
  /** When this attempt was scheduled, in milliseconds by Temporal's clock: one that comes late is refused. */
  scheduledAt: number;
  /** When the step's time is up, in milliseconds by the worker's clock. */
  endsAt: number;
  /** Aborted when the activity is cancelled or its worker shuts down: running commands are then killed. */
  signal: AbortSignal;
  /** Tells Temporal that the step is alive. */
  heartbeat(detail: string): void;
  /** Has this other rollback ended? Temporal is asked, and the request may say so (`takeOver`). */
  isEnded(owner: string): Promise<boolean>;
  /** `process`: this rollback can't outlive the worker's process (break-glass). */
  lives: 'temporal' | 'process';
  /** Requests get a maintenance answer meanwhile: proofs need a way through. */
  isFrozen: boolean;
};

/** What holding and lifting is given. There is no plan yet, and no release is chosen. */
export type FreezeContext = Omit<StepContext, 'from' | 'to' | 'observed' | 'isFrozen'> & {
  reason: string;
  /** Nothing else is held any more: it is frozen until both are proved lifted. */
  areWritesLifted: boolean;
};

/** What a step did, and the proof. */
export type DriverProof = { outcome: 'done' | 'already'; proof: string; details: string[] };

export type TargetDriver = {
  /** Reads the live state, chooses from and to, refuses what can't work. Changes nothing. */
  plan(
    request: RollbackRequest,
    context: Pick<StepContext, 'rollback' | 'isEnded' | 'signal'> & { kind: RollbackKind },
  ): Promise<TargetPlan>;
  /** Reads the live state as text for the incident folder. Changes nothing. */
  observe(signal?: AbortSignal): Promise<Observation>;
  /**
   * For how many milliseconds a release's process has run; null when it does not, or nothing tells. Changes nothing.
   */
  age(release: string): Promise<number | null>;
  captureBefore(context: StepContext, sink: EvidenceSink): Promise<DriverProof>;
  /** Starts the release to return to where it is stopped, and waits until it is healthy. */
  startPrevious(context: StepContext): Promise<DriverProof>;
  shiftTraffic(context: StepContext): Promise<DriverProof>;
  /** From now on the release's log errors count: what its log says of the step before is not its fault. */
  markLogs(context: StepContext): Promise<void>;
  captureLogs(context: StepContext, sink: EvidenceSink): Promise<DriverProof>;
  stopFaulty(context: StepContext): Promise<DriverProof>;
  /** Every release is stopped, also those without traffic: nothing of the service uses its database. */
  stopApplication(context: StepContext): Promise<DriverProof>;
  /**
   * The release returned to, started later than `since` and healthy on all its paths, with traffic reaching it again: one
   * that runs from before is ended first, one that does not run is started.
   */
  restartApplication(context: StepContext & { since: string }): Promise<DriverProof>;
  /** Stops requests before they reach the service. Undone by `liftRequests`, exactly. */
  holdRequests(context: FreezeContext): Promise<DriverProof>;
  /** Lets requests through again, and nothing else. */
  liftRequests(context: FreezeContext): Promise<DriverProof>;
  /** What is down, and what mends it. Changes nothing. @throws BackoutFailure NothingToRecover, AmbiguousState */
  planRecovery(
    wanted: RecoveryWanted,
    context: Pick<StepContext, 'rollback' | 'isEnded' | 'signal'>,
  ): Promise<TargetRecovery>;
  /** The release that lost its database, started later than `since` and healthy on all its paths. */
  reviveApplication(context: StepContext & { since: string }): Promise<DriverProof>;
  /** The release that serves. Changes nothing. @throws BackoutFailure AlreadyRunning, AmbiguousState */
  serving(context: Pick<StepContext, 'rollback' | 'isEnded' | 'signal'>): Promise<Serving>;
  /** Takes the target's lock for changes of flags or configuration on the target's host. */
  beginChange(context: StepContext, step: string): Promise<Changing>;
  /** The processes of a release that run. Changes nothing. */
  processIds(release: string): Promise<number[]>;
  /** What partial rollbacks have left on the target. Changes nothing. */
  partialRecord(): Promise<string | null>;
  /** Takes the target's lock for a step whose change is made elsewhere. */
  claim(context: StepContext, step: string): Promise<void>;
  /** One line: what and where the target is. */
  describe(): string;
  /** Notes how the rollback ended, and frees the lock on the target. */
  release(context: StepContext, outcome: string): Promise<void>;
  /** What verification needs: how to ask the release itself, and how to count its log errors since the switch. */
  verificationTargets(to: Release): Promise<VerificationTargets>;
  /** Does all traffic still go to the release? As a check of the verification. */
  checkTraffic(context: Pick<StepContext, 'to' | 'signal' | 'isFrozen'>): Promise<Check>;
  /** Could we roll back now? Changes nothing. */
  check(): Promise<Finding[]>;
};

export type VerificationTargets = {
  /** The release returned to: `$release` and `$version` in queries. */
  release: Release;
  /** Where the release itself answers, without its front door: http://127.0.0.1:8080 */
  releaseUrl: string;
  /** Name of the host under `hosts` that can reach it. */
  host: string;
  /** The release's own log files on that host. */
  logFiles: string[];
  /** Where those files ended just before the switch (see `markLogs`). Missing: log errors are "no data". */
  logMarks?: LogMark[];
  /** The release's systemd units with a journal. */
  journalUnits: string[];
  /** What requests through the front door must carry while it is frozen. */
  passHeaders?: Record<string, string>;
};
