/** A message that was not taken, as a failure that Temporal retries when it should. */
import { ApplicationFailure } from '@temporalio/activity';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { FailureParts } from '../../src/domain/failure.ts';
import type { Trouble } from './judge.ts';

export const ONLY_TELLS = 'Traffic and data were not changed by this: it only tells people.';

type Words = {
  what: string;
  changed: string;
  /** Said where Backout tries again by itself. */
  again: string;
};

/**
 * @returns BackoutFailure MessageRefused or MessageNotSent, or an ApplicationFailure of that type with the delay that
 *   was asked for. Without the original error as its cause, which may hold secrets.
 */
export function failureOf(trouble: Trouble, { what, changed, again }: Words): Error {
  if (trouble.kind === 'refused')
    return new BackoutFailure('MessageRefused', { what, changed, next: trouble.next });
  const later = new BackoutFailure('MessageNotSent', { what, changed, next: again });
  if (trouble.afterMs === undefined) return later;
  return ApplicationFailure.create({
    type: later.type,
    message: later.message,
    details: [later.parts],
    nextRetryDelay: trouble.afterMs,
  });
}

/**
 * @param to whom it was for, and where its secret is: "PagerDuty (routing key in the environment variable PD_KEY)"
 * @returns as `failureOf`
 */
export function notTaken(to: string, trouble: Trouble): Error {
  return failureOf(trouble, {
    what: `${to} did not take the message: ${trouble.why}.`,
    changed: ONLY_TELLS,
    again:
      'Backout tries again by itself. If it goes on, check the network of the worker and the status of that service.',
  });
}

/** A setting or secret that can't be used, found before anything was sent. */
export function unusable(to: string, { why, next }: { why: string; next: string }): BackoutFailure {
  return new BackoutFailure('InvalidConfiguration', {
    what: `${to} can't be reached: ${why}.`,
    changed: ONLY_TELLS,
    next,
  });
}

/** What a failure of sending says, for those who list failures. Throws on what is none. */
export function partsOf(error: unknown): FailureParts {
  if (error instanceof BackoutFailure) return error.parts;
  const [parts] = error instanceof ApplicationFailure ? (error.details ?? []) : [];
  if (parts === undefined) throw error;
  return parts as FailureParts;
}
