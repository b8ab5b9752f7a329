/** One rollback as Temporal remembers it: what `backout history` lists, and `backout metrics` counts. */
import { judgeDeadline } from '../deadline.ts';
import type { Deadline } from '../deadline.ts';
import type { FailureType } from '../failure.ts';
import type { Outcome } from '../rollback.ts';
import type { Severity } from '../request.ts';

/** Was traffic safe in time? */
export type DeadlineFare = {
  severity: Severity;
  /** ISO 8601: when the trouble was noticed, or else the start. */
  from: string;
  /** ISO 8601. */
  at: string;
  /** Null where it ended before that time without having made traffic safe, or on a release that is not proved good: then nobody can say. */
  kept: boolean | null;
};

/** How the deadline fared for a rollback that has ended. */
export function deadlineFare(
  deadline: Deadline,
  { safeAt, endedAt }: { safeAt: string | null; endedAt: string },
): DeadlineFare {
  const { severity, from, at } = deadline;
  if (safeAt !== null) return { severity, from, at, kept: judgeDeadline(deadline, safeAt).kept };
  return { severity, from, at, kept: judgeDeadline(deadline, endedAt).kept ? null : false };
}

/** `refused`: before it changed anything. `failed`: it broke down. */
export type PastOutcome = Outcome | 'failed' | 'refused' | 'terminated';

/** A step that fails so asks a person; a whole run ends so only where it could not begin. */
const REFUSALS: readonly string[] = [
  'InvalidRequest',
  'InvalidConfiguration',
  'UnknownService',
  'AlreadyRunning',
  'NothingToRollBack',
  'NoReleaseToReturnTo',
  'AmbiguousState',
  'NothingToRecover',
  'PlanChanged',
  'MigrationsInTheWay',
] satisfies FailureType[];

/** What to call a run that ended without a result, by the type of its failure. */
export const outcomeOfFailure = (type: string): 'failed' | 'refused' =>
  REFUSALS.includes(type) ? 'refused' : 'failed';

export type RememberedRollback = {
  workflowId: string;
  kind: string;
  /** ISO 8601. */
  startedAt: string;
  /** Null while it runs. */
  endedAt: string | null;
  service: string | null;
  environment: string | null;
  from: string | null;
  to: string | null;
  /** `running`: it has not ended. */
  outcome: PastOutcome | 'running';
  /** Where it ended without a result: why. */
  failure: { type: string; message: string } | null;
  trafficSafeAt: string | null;
  deadline: DeadlineFare | null;
  /** Milliseconds from detection (or the start, where nobody said when) until traffic was safe; null where it never was, or the release is not proved good. */
  timeToMitigateMs: number | null;
  incidentFolder: string | null;
};

/** By their start. */
export const newestFirst = (rollbacks: RememberedRollback[]): RememberedRollback[] =>
  rollbacks.toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));

/** Traffic on a release that is not proved good is no end of the trouble: then nothing is mitigated, and no deadline kept. */
export function asProved(rollback: RememberedRollback): RememberedRollback {
  if (rollback.outcome !== 'unverified') return rollback;
  const { deadline } = rollback;
  return {
    ...rollback,
    timeToMitigateMs: null,
    deadline: deadline?.kept === true ? { ...deadline, kept: null } : deadline,
  };
}

/** @param from ISO 8601: when the trouble was noticed, or else the start */
export function timeToMitigate(from: string, safeAt: string | null): number | null {
  return safeAt === null ? null : Math.max(0, Date.parse(safeAt) - Date.parse(from));
}
