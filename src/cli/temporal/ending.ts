/** How a rollback ended, out of Temporal's wrapping. */
import {
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowFailedError,
} from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { RollbackResult } from '../../domain/rollback.ts';

/**
 * - `result`: it came to its end, whatever that was.
 * - `failed`: it could not begin, or broke down: type and message say why.
 * - `cancelled`, `terminated`: ended from outside.
 */
export type Ending =
  | { kind: 'result'; result: RollbackResult }
  | { kind: 'failed'; type: string; message: string }
  | { kind: 'cancelled' }
  | { kind: 'terminated'; reason: string };

/** Waits for the end. @throws WorkflowNotFoundError and errors of the connection */
export async function endingOf(client: Client, workflowId: string, runId?: string): Promise<Ending> {
  try {
    return {
      kind: 'result',
      result: (await client.workflow.getHandle(workflowId, runId).result()) as RollbackResult,
    };
  } catch (error) {
    return endingFrom(error);
  }
}

/** The ending in what `result()` throws. Throws on what is not an ending. */
export function endingFrom(error: unknown): Ending {
  if (!(error instanceof WorkflowFailedError)) throw error;
  const { cause } = error;
  if (cause instanceof CancelledFailure) return { kind: 'cancelled' };
  if (cause instanceof TerminatedFailure) return { kind: 'terminated', reason: cause.message };
  if (cause instanceof TimeoutFailure) return { kind: 'terminated', reason: 'its time was up' };
  if (cause instanceof ApplicationFailure) {
    const [result] = (cause.details ?? []) as [RollbackResult?];
    if ((cause.type === 'Unverified' || cause.type === 'Aborted') && result?.outcome !== undefined)
      return { kind: 'result', result };
    return { kind: 'failed', type: cause.type ?? 'Unexpected', message: cause.message };
  }
  return { kind: 'failed', type: 'Unexpected', message: cause?.message ?? error.message };
}
