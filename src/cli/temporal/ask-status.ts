/** Asks a rollback for its status. */
import {
  QueryNotRegisteredError,
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
} from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { RollbackStatus } from '../../domain/rollback.ts';

/** The name of the query in workflows/messages.ts, which would load the workflow library. */
const STATUS_QUERY = 'status';

/** temporal's grpc FAILED_PRECONDITION, RESOURCE_EXHAUSTED, UNAVAILABLE: no worker, too many at once, no server now. */
const LATER = [9, 8, 14];

/**
 * The status, or null when nobody answers in time: no worker runs, or the server is away for a moment.
 * @throws WorkflowNotFoundError when there is no such rollback
 */
export async function askStatus(
  client: Client,
  rollback: { workflowId: string; runId?: string | undefined },
  withinMs: number,
): Promise<RollbackStatus | null> {
  const handle = client.workflow.getHandle(rollback.workflowId, rollback.runId);
  try {
    return await client.connection.withDeadline(Date.now() + withinMs, () =>
      handle.query<RollbackStatus>(STATUS_QUERY),
    );
  } catch (error) {
    if (isTemporary(error)) return null;
    throw error;
  }
}

function isTemporary(error: unknown): boolean {
  // The first task has not yet run to where it answers questions.
  if (error instanceof QueryNotRegisteredError) return true;
  if (isGrpcDeadlineError(error) || isGrpcCancelledError(error)) return true;
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(cause) && LATER.includes(cause.code);
}
