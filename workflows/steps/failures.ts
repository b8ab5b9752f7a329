/** What a failed activity means to a person. */
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { NOTHING_CHANGED } from '../../src/domain/failure.ts';
import type { PlannedStep } from '../../src/domain/plan.ts';

export type StepFailure = { type: string; message: string };

/** What is different after a step whose end nobody has seen, by what it changes. */
const UNSEEN: Record<PlannedStep['changes'], string> = {
  nothing: NOTHING_CHANGED,
  records: 'Records may have been written in part; traffic and data are as they were.',
  processes:
    'It may have been done in part: a process may have been stopped or started; traffic was not moved and no data was changed.',
  configuration:
    'It may have been done in part: flags may have been switched or files put back; traffic was not moved and no data was changed.',
  traffic: 'It may have been done in part: traffic may have been moved; no data was changed.',
  data: 'It may have been done: the database is either the one before or the restored one, whole. Traffic was not moved.',
};

/**
 * The type and message of the failure that matters, out of Temporal's wrapping.
 * @param changes what the activity changes, for a failure that can't tell by itself
 */
export function describeFailure(error: unknown, changes: PlannedStep['changes'] = 'nothing'): StepFailure {
  if (error instanceof ActivityFailure) return describeFailure(error.cause ?? error.message, changes);
  if (error instanceof TimeoutFailure) return describeTimeout(error, changes);
  if (error instanceof ApplicationFailure)
    return { type: error.type ?? 'Unexpected', message: error.message };
  return { type: 'Unexpected', message: error instanceof Error ? error.message : String(error) };
}

/** The failure of a step that a person is asked about: by then nothing is tried again that nobody says so of. */
export function describeGivenUp(error: unknown, changes: PlannedStep['changes']): StepFailure {
  const { type, message } = describeFailure(error, changes);
  return { type, message: message.replaceAll(TRIES_AGAIN, 'Backout has stopped trying.') };
}

/** As activities say it, while Temporal still tries. */
const TRIES_AGAIN = /Backout tries again by itself[^.]*\./g;

function describeTimeout(error: TimeoutFailure, changes: PlannedStep['changes']): StepFailure {
  if (error.cause) {
    const last = describeFailure(error.cause, changes);
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
    message: `${why}${last} ${UNSEEN[changes]} Trying again reads the live state first. Check that a worker runs.`,
  };
}

/** An activity's failure as the workflow's own: same type, same words, so that the UI shows them at the top. */
export function asWorkflowFailure(error: unknown): ApplicationFailure {
  const { type, message } = describeFailure(error);
  return ApplicationFailure.create({ type, message, nonRetryable: true });
}
