/** What every activity shares: it heartbeats, ends its commands when cancelled, and fails in Temporal's terms. */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import type { Info } from '@temporalio/activity';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { asSentence } from '../../src/domain/report/plain.ts';
import { mayBeLate, refuseLate } from './late.ts';

/** Well below the heartbeat time-out, so that one missed beat is not taken for a dead worker. */
const HEARTBEAT_INTERVAL_MS = 1000;

/** What a running activity knows of itself. */
export type Running = {
  /** 1 for the first try, then counting up. */
  attempt: number;
  /** When this try was scheduled, in milliseconds by Temporal's clock: a later try has a later time. */
  scheduledAt: number;
  /** When the first try was scheduled, by the same clock. */
  firstScheduledAt: number;
  /** When the time of all tries is up, in milliseconds by this worker's clock. */
  endsAt: number;
  /** Aborted when the workflow is cancelled or the worker shuts down. */
  signal: AbortSignal;
  heartbeat: (detail: string) => void;
};

const NO_DATA = 'Traffic may have been changed by this step, data was not.';

/**
 * Makes an activity of a function.
 * @param mayHaveChanged what is said of a failure that nobody expected
 * @returns a function that Temporal can call: failures keep their type, and say whether trying again makes sense
 */
export function activity<Input, Result>(
  perform: (input: Input, running: Running) => Promise<Result>,
  mayHaveChanged = NO_DATA,
): (input: Input) => Promise<Result> {
  return async (input) => {
    const context = Context.current();
    let detail = '';
    const beat = setInterval(() => context.heartbeat(detail), HEARTBEAT_INTERVAL_MS);
    try {
      if (mayBeLate(context.info)) await refuseLate(context);
      const result = await perform(input, {
        attempt: context.info.attempt,
        ...timesOf(context.info),
        signal: context.cancellationSignal,
        heartbeat: (said) => {
          detail = said;
          context.heartbeat(said);
        },
      });
      return withAttempt(result, context.info.attempt);
    } catch (error) {
      // A command that was killed because of the cancellation fails in its own way: the cause is the cancellation.
      if (context.cancellationSignal.aborted) await context.cancelled;
      throw asActivityFailure(error, mayHaveChanged);
    } finally {
      clearInterval(beat);
    }
  };
}

/** Tells of earlier tries: they failed, or their worker died. Only what proves something has room for it. */
export function withAttempt<Result>(result: Result, attempt: number): Result {
  const isProof = typeof result === 'object' && result !== null && 'proof' in result;
  return isProof && attempt > 1 ? { ...result, attempt } : result;
}

/** Without comparing Temporal's clock with this machine's. */
function timesOf(info: Info): Pick<Running, 'scheduledAt' | 'firstScheduledAt' | 'endsAt'> {
  const { scheduleToCloseTimeoutMs, scheduledTimestampMs, currentAttemptScheduledTimestampMs } = info;
  const gone = currentAttemptScheduledTimestampMs - scheduledTimestampMs;
  return {
    scheduledAt: Math.floor(currentAttemptScheduledTimestampMs),
    firstScheduledAt: Math.floor(scheduledTimestampMs),
    endsAt: Date.now() + scheduleToCloseTimeoutMs - gone,
  };
}

function asActivityFailure(error: unknown, mayHaveChanged: string): unknown {
  if (error instanceof BackoutFailure) {
    return ApplicationFailure.create({
      type: error.type,
      message: error.message,
      nonRetryable: !error.retryable,
      details: [error.parts],
      cause: error,
    });
  }
  // These say already what Temporal is to do.
  const isTemporals = error instanceof ApplicationFailure || error instanceof CancelledFailure;
  return isTemporals ? error : unexpected(error, mayHaveChanged);
}

/** Retried, since it may be a disk or a connection as well as a mistake of ours. */
function unexpected(error: unknown, mayHaveChanged: string): ApplicationFailure {
  const cause = error instanceof Error ? error : new Error(String(error));
  return ApplicationFailure.create({
    type: 'Unexpected',
    message:
      `Something that Backout does not expect, most likely a bug in it: ${asSentence(cause.message)} ` +
      `${mayHaveChanged} ` +
      'Trying again is safe: it reads the live state first. Report it with the log of the worker.',
    cause,
  });
}
