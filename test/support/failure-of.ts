/** What an activity failed with, as Temporal would get it. */
import { ApplicationFailure } from '@temporalio/activity';
import { BackoutFailure } from '../../src/domain/failure.ts';

/** @throws where it did not fail, or in another way */
export async function failureOf(work: Promise<unknown>): Promise<BackoutFailure | ApplicationFailure> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof BackoutFailure || error instanceof ApplicationFailure) return error;
  throw new Error(`expected a failure, got ${String(error)}`);
}
