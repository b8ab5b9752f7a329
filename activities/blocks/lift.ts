/** Blocking and unblocking by hand. Neither needs a worker: the server starts and ends workflows by itself. */
import {
  defaultPayloadConverter,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { BLOCK_MEMO, BLOCK_WORKFLOW, blockWorkflowId } from '../../src/domain/blocks/block.ts';
import type { Block, BlockPlace, BlockRequest } from '../../src/domain/blocks/block.ts';
import { describePlace } from '../../src/domain/blocks/words.ts';
import { oneLine, shorten } from '../../src/domain/report/plain.ts';
import { askBlock } from './ask.ts';

/** grpc's NOT_FOUND: it has ended meanwhile. */
const NOT_FOUND = 5;

/** Temporal takes 400 bytes; a character has at most 4. */
const SUMMARY_CHARACTERS = 100;

/** @returns `already` where it was blocked before: that block stays as it is */
export async function startBlock(
  client: Client,
  request: BlockRequest,
  taskQueue: string,
): Promise<'blocked' | 'already'> {
  const place = { ...request, environment: request.environment ?? null };
  try {
    await client.workflow.start(BLOCK_WORKFLOW, {
      workflowId: blockWorkflowId(place),
      taskQueue,
      args: [request],
      memo: { [BLOCK_MEMO]: request },
      staticSummary: shorten(`Blocked: ${describePlace(place)}`, SUMMARY_CHARACTERS),
    });
    return 'blocked';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'already';
    throw error;
  }
}

/**
 * Lets a version go. Who and why stay with the workflow that stood for the block, for as long as Temporal keeps it.
 * @returns what was lifted; null where it was not blocked
 */
export async function liftBlock(
  client: Client,
  place: BlockPlace,
  { by, reason }: { by: string; reason: string },
): Promise<Block | null> {
  const found = await askBlock(client, place);
  if (found.state !== 'blocked') return null;
  try {
    await client.workflowService.terminateWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution: { workflowId: blockWorkflowId(place) },
      reason: oneLine(`unblocked by ${by}: ${reason}`),
      details: { payloads: [defaultPayloadConverter.toPayload({ by, reason })] },
      identity: by,
    });
    return found.block;
  } catch (error) {
    if (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND) return null;
    throw error;
  }
}
