/** Questions that the Temporal server itself answers about a workflow: always the newest truth, and no worker is needed. */
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';

/**
 * Null for a workflow that Temporal does not know. Not so for a namespace that is not there: that is thrown, as whatever the
 * connection throws.
 * @param runId default: the newest run
 */
export async function describeWorkflow(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<WorkflowExecutionDescription | null> {
  try {
    return await client.workflow.getHandle(workflowId, runId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
