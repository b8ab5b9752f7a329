/** Follow-ups that run, and what one says of itself. */
import type { Client } from '@temporalio/client';
import type { FollowUpStatus } from '../../domain/follow-up/status.ts';
import { askStatus } from './ask-status.ts';

/** The workflow type, as exported by workflows/index.ts. */
export const FOLLOW_UP = 'followUp';

const MAX_LISTED = 50;

/** Null when no worker answers in time. */
export async function askFollowUp(
  client: Client,
  workflowId: string,
  withinMs: number,
): Promise<FollowUpStatus | null> {
  // It is the same query; what it answers depends on whom it is asked.
  return (await askStatus(client, { workflowId }, withinMs)) as unknown as FollowUpStatus | null;
}

/** The IDs of those that run, newest first. */
export async function runningFollowUps(client: Client): Promise<string[]> {
  const ids: string[] = [];
  const query = `WorkflowType = "${FOLLOW_UP}" AND ExecutionStatus = "Running"`;
  for await (const { workflowId } of client.workflow.list({ query, pageSize: MAX_LISTED })) {
    ids.push(workflowId);
    if (ids.length === MAX_LISTED) break;
  }
  return ids;
}
