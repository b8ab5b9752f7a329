/** What a failed activity means to a person. */
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';

export type StepFailure = { type: string; message: string };

/** The type and message of the failure that matters, out of Temporal's wrapping. */
export function describeFailure(error: unknown): StepFailure {
  if (error instanceof ActivityFailure) return describeFailure(error.cause ?? error.message);
  if (error instanceof TimeoutFailure) return describeTimeout(error);
  if (error instanceof ApplicationFailure)
    return { type: error.type ?? 'Unexpected', message: error.message };
  return { type: 'Unexpected', message: error instanceof Error ? error.message : String(error) };
}

function describeTimeout(error: TimeoutFailure): StepFailure {
  if (error.cause) {
    const last = describeFailure(error.cause);
    return {
      type: last.type,
      message: `It was tried again until its time was up. The last time: ${last.message}`,
    };
  }
  const { lastHeartbeatDetails: said } = error;
  const last = typeof said === 'string' && said !== '' ? ` The last it said: ${said}.` : '';
  const why =
    error.timeoutType === 'HEARTBEAT'
      ? 'The worker that ran it stopped answering.'
      : 'No worker took it, or it did not end in its time.';
  return {
    type: 'StepTimedOut',
    message: `${why}${last} It may have been done in part: trying again reads the live state first. Check that a worker runs.`,
  };
}

/** An activity's failure as the workflow's own: same type, same words, so that the UI shows them at the top. */
export function asWorkflowFailure(error: unknown): ApplicationFailure {
  const { type, message } = describeFailure(error);
  return ApplicationFailure.create({ type, message, nonRetryable: true });
}
