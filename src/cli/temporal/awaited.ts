/** The result of a run that a command has just started and waits for. */
import { ActivityFailure, TimeoutFailure, WorkflowFailedError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { FIRST_TASK_WITHIN_MS, isTakenUp, wasTakenBack } from './workers.ts';

/** No worker has begun it in time: it was taken back before it did anything. */
export class NotBegun extends Error {}

/** A worker took it up at the very moment when it was taken back: what it has done is not known. */
class EndedLate extends Error {}

/** How long a worker may take to begin; shorter in tests. */
type Waiting = { interrupt: AbortSignal; beginWithinMs?: number };

/**
 * Waits for the result. A run that no worker takes up is taken back, so that it does not begin when nobody waits any longer.
 * @throws NotBegun, or what the run or the interrupt throws
 */
export async function awaited(
  client: Client,
  handle: WorkflowHandle,
  { interrupt, beginWithinMs = FIRST_TASK_WITHIN_MS }: Waiting,
): Promise<unknown> {
  const untaken = new AbortController();
  const look = () =>
    isTakenUp(client, handle.workflowId).then(
      (isTaken) => {
        if (!isTaken) untaken.abort();
      },
      // Who can't be asked now is waited for.
      () => undefined,
    );
  const timer = setTimeout(() => void look(), beginWithinMs);
  const signal = AbortSignal.any([interrupt, untaken.signal]);
  try {
    return await client.connection.withAbortSignal(signal, () => handle.result());
  } catch (error) {
    if (!untaken.signal.aborted || interrupt.aborted) throw error;
    if (await wasTakenBack(handle, 'no worker took it up')) throw new NotBegun();
    throw new EndedLate();
  } finally {
    clearTimeout(timer);
  }
}

/** Was it ended before it could answer? */
export function hasTimedOut(error: unknown): boolean {
  if (error instanceof EndedLate) return true;
  return error instanceof WorkflowFailedError && error.cause instanceof TimeoutFailure;
}

/** What an activity threw: Temporal wraps it twice. */
export function rootOf(error: unknown): unknown {
  const isWrapper = error instanceof WorkflowFailedError || error instanceof ActivityFailure;
  return isWrapper && error.cause !== undefined ? rootOf(error.cause) : error;
}
