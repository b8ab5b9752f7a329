/** A workflow that is no rollback can't be watched as one. */
import { refusedMessage } from '../errors.ts';
import { BLOCK_WORKFLOW } from '../../domain/blocks/block.ts';
import type { Session } from './connect.ts';
import { FOLLOW_UP } from './follow-ups.ts';
import { WORKFLOW_TYPES } from './start.ts';

const ROLLBACKS: string[] = Object.values(WORKFLOW_TYPES);

/** @throws CliError `usage` that names the command for it; WorkflowNotFoundError */
export async function refuseOthers({ client, program }: Session, workflowId: string): Promise<void> {
  const { type } = await client.workflow.getHandle(workflowId).describe();
  if (ROLLBACKS.includes(type)) return;
  throw refusedMessage(`${workflowId} is ${wordsOf(type, { program, workflowId })}`);
}

function wordsOf(type: string, { program, workflowId }: { program: string; workflowId: string }): string {
  if (type === FOLLOW_UP)
    return `no rollback, but the follow-up of one: \`${program} status ${workflowId}\` shows it.`;
  if (type === BLOCK_WORKFLOW)
    return `no rollback, but the block of a version: \`${program} blocks\` shows it.`;
  return `no rollback, but a workflow of type ${type}: \`${program} status\` lists the rollbacks that run.`;
}
