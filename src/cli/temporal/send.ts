/** Sends a message to a running rollback and hears at once whether it was taken. */
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { ApprovalMessageName } from '../../domain/approval/messages.ts';
import type { MessageName } from '../../domain/messages.ts';
import { CliError, refusedMessage } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Session } from './connect.ts';

const ANSWER_WITHIN_MS = 10_000;

/**
 * @throws CliError `usage` with the rollback's own words when it refuses the message; `unreachable` when no worker
 * answers in time; and WorkflowNotFoundError
 */
export async function send(
  { client, program }: Session,
  workflowId: string,
  message: { name: MessageName | ApprovalMessageName | 'decideFreeze' | 'tick'; content: object },
): Promise<void> {
  try {
    const answer = await client.connection.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
      client.workflow
        .getHandle(workflowId)
        .executeUpdate<string, [object]>(message.name, { args: [message.content] }),
    );
    if (answer.startsWith('refused: ')) throw refused(answer.slice('refused: '.length), program);
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError)
      throw refused(error.cause?.message ?? error.message, program);
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw noAnswer(workflowId, program);
    // A rollback that has ended looks to the server like one that was never there.
    if (error instanceof WorkflowNotFoundError && (await exists(client, workflowId))) throw over(workflowId);
    throw error;
  }
}

export const over = (workflowId: string): CliError =>
  refusedMessage(`The rollback ${workflowId} has ended: it takes no messages any more.`);

async function exists(client: Client, workflowId: string): Promise<boolean> {
  return await client.workflow
    .getHandle(workflowId)
    .describe()
    .then(
      () => true,
      () => false,
    );
}

/** A command in its words is printed so that it reaches the same Temporal. */
const refused = (why: string, program: string): CliError =>
  refusedMessage(`The rollback refused the message: ${why.replaceAll('`backout ', `\`${program} `)}.`);

/** The server hands it to the next worker, unless it is restarted first: it keeps for good only what a worker has taken. */
function noAnswer(workflowId: string, program: string): CliError {
  return new CliError(
    EXIT.unreachable,
    `No worker answered for ${workflowId} within ${ANSWER_WITHIN_MS / 1000} s, so it is not known whether anything has changed. ` +
      `The message was sent and counts when a worker is there: start one with \`${program} worker\`, look with ` +
      `\`${program} status ${workflowId}\`, and send it again only if it is not there.`,
  );
}
