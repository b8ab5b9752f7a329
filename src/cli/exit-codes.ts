/** What the exit code of `backout` says to a script. Numbers never change their meaning. */
import type { FailureType } from '../domain/failure.ts';

export const EXIT = {
  /** Done: rolled back and verified, or the question was answered, or the check found nothing wrong. */
  ok: 0,
  /** It could not be done. The message says what was changed. */
  failed: 1,
  /** Wrong arguments, wrong input, wrong configuration. Nothing was changed. */
  usage: 2,
  /** Traffic was switched, but the release returned to is not proved good. Not a success. */
  notVerified: 3,
  /** A person ended it: decided `abort`, cancelled or terminated it, or did not say yes to the plan. */
  aborted: 4,
  /** The rollback waits for a person's decision; or a service is frozen, which only a person ends. */
  waiting: 5,
  /**
   * Temporal can't be reached, or no worker takes work. This command changed nothing itself; an answer that was sent counts
   * when a worker is there. `--local` needs neither.
   */
  unreachable: 6,
  /** Another rollback of the same service and environment runs, or holds the target. */
  alreadyRunning: 7,
  /** There is no such rollback. */
  notFound: 8,
  /** The version is blocked from deployment. */
  blocked: 9,
  /** Ctrl-C. A rollback that a worker runs goes on. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_TYPE: Partial<Record<FailureType, ExitCode>> = {
  InvalidRequest: EXIT.usage,
  InvalidConfiguration: EXIT.usage,
  UnknownService: EXIT.usage,
  AlreadyRunning: EXIT.alreadyRunning,
  TargetLocked: EXIT.alreadyRunning,
  Unverified: EXIT.notVerified,
  Aborted: EXIT.aborted,
};

/** The exit code of a failure by its type; whatever is not listed is `failed`. */
export function exitCodeOf(type: string): ExitCode {
  return BY_TYPE[type as FailureType] ?? EXIT.failed;
}
