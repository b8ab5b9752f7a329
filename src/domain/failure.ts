/**
 * The closed list of ways in which a rollback can fail, and the one class that carries them.
 *
 * A person reads the message at 3 a.m., so it always has the same three parts: what happened, whether
 * traffic or data was changed, and what to do next. Activities throw a `BackoutFailure`; an interceptor
 * turns it into Temporal's `ApplicationFailure` with the same type, so that the names below are also what
 * shows in the Temporal UI.
 */

import { asSentence } from './report/plain.ts';

/** What can heal by itself is retried within the step's budget; what can't goes to a person at once. */
const RETRYABLE = {
  // The request or the configuration must be corrected by a person.
  InvalidRequest: false,
  InvalidConfiguration: false,
  UnknownService: false,
  // The rollback makes no sense, or somebody else is at it.
  AlreadyRunning: false,
  NothingToRollBack: false,
  NoReleaseToReturnTo: false,
  AmbiguousState: false,
  NothingToRecover: false,
  PlanChanged: false,
  TargetLocked: true,
  Fenced: false,
  // How a rollback that did not succeed ends.
  Unverified: false,
  Aborted: false,
  // nginx
  SiteFileBroken: false,
  UpstreamMissing: false,
  ReleaseNotInUpstream: false,
  WouldLeaveNoServer: false,
  SiteFileChanged: true,
  ProofFailed: true,
  // The release to return to does not have the traffic, or answers most of it with errors: the faulty one is left.
  NotServing: false,
  // Reaching and driving a host
  HostUnreachable: true,
  HostKeyRejected: false,
  CredentialsRejected: false,
  PermissionDenied: false,
  ProgramMissing: false,
  CommandFailed: true,
  CommandTimedOut: true,
  // Processes, evidence, messages
  StillRunning: true,
  DidNotStart: true,
  NotHealthy: true,
  // Neither the release to return to nor the one that is left: a recovery is offered.
  NothingServes: false,
  EvidenceNotWritten: true,
  // Incident folders that are kept for too long. The next day's run tries again.
  RecordsNotRemoved: false,
  MessageNotSent: true,
  MessageRefused: false,
  // PostgreSQL
  DatabaseUnreachable: true,
  // It does not answer, and won't by itself: a recovery is offered.
  DatabaseLost: false,
  DatabaseMissing: false,
  // Somebody else holds what the statement needs: a lock, a session, a connection slot.
  DatabaseBusy: true,
  QueryFailed: false,
  NoUsableBackup: false,
  BackupNotMade: true,
  // A restore can't be done as things are, and nothing was changed for it.
  RestoreRefused: false,
  // The backup does not fit, or what came of it does not pass. The live database is untouched.
  RestoreFailed: false,
  // Migrations came since the release to return to, which it is not known to run on.
  MigrationsInTheWay: false,
  // Which ones came could not be found out.
  MigrationsUnreadable: false,
  // Feature flags, and configuration files with their saved copies
  FlagMissing: false,
  FlagServiceUnreachable: true,
  FlagServiceRefused: false,
  // It was switched, and what reads it does not show that.
  FlagNotProved: true,
  // Missing, empty, or not what it should be.
  FileUnusable: false,
  // By somebody else, since the plan was made.
  FileChanged: false,
} as const satisfies Record<string, boolean>;

export type FailureType = keyof typeof RETRYABLE;

/** The parts of every message an operator sees. Each is one or more whole sentences. */
export type FailureParts = {
  /** What happened and where, with the tool's own words when there are some. */
  what: string;
  /** What is different now from before this step, e.g. "Traffic was not changed." */
  changed: string;
  /** What the reader does next. */
  next: string;
};

export const NOTHING_CHANGED = 'Nothing was changed: traffic and data are as they were.';

/** An expected failure with a name from the closed list. Anything else that is thrown is our bug. */
export class BackoutFailure extends Error {
  readonly type: FailureType;
  readonly parts: FailureParts;

  constructor(type: FailureType, parts: FailureParts, options?: ErrorOptions) {
    // A tool's own words often end a part, and have no full stop.
    super([parts.what, parts.changed, parts.next].map((part) => asSentence(part.trim())).join(' '), options);
    this.name = 'BackoutFailure';
    this.type = type;
    this.parts = parts;
  }

  get retryable(): boolean {
    return isRetryable(this.type);
  }
}

/** True when trying the same step again may succeed without anybody's help. */
export function isRetryable(type: FailureType): boolean {
  return RETRYABLE[type];
}

/** Every failure type, for documentation and tests. */
export const FAILURE_TYPES = Object.keys(RETRYABLE) as FailureType[];
