/** Is a version blocked? Asked of the Temporal server by workflow ID: always the newest truth, and no worker is needed. */
import { defaultPayloadConverter } from '@temporalio/client';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { BLOCK_MEMO, BLOCK_WORKFLOW, blockWorkflowId, FREE } from '../../src/domain/blocks/block.ts';
import type { Block, BlockPlace, BlockRequest, BlockState, Lifted } from '../../src/domain/blocks/block.ts';
import { describeWorkflow } from '../temporal/describe.ts';

/** The states in which a workflow has ended for good. Whatever else there may be counts as running. */
const ENDED: readonly string[] = ['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT'];

/** temporal.api.enums.v1.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT */
const CLOSE_EVENT = 2;

/** @throws what the server or the connection throws: a question that was not answered is never "free" */
export async function askBlock(client: Client, place: BlockPlace): Promise<BlockState> {
  const found = await describeWorkflow(client, blockWorkflowId(place));
  if (found === null) return FREE;
  const block = toBlock(place, found);
  if (!ENDED.includes(found.status.name)) return { state: 'blocked', block };
  // One that could not begin has never blocked anything.
  if (found.status.name === 'FAILED') return FREE;
  return { state: 'lifted', block, lifted: await readLifted(client, found) };
}

/** Reads what a workflow that stands for a block says of itself, by its memo alone. */
export function toBlock(
  place: BlockPlace,
  { memo, startTime }: Pick<WorkflowExecutionDescription, 'memo' | 'startTime'>,
): Block {
  const said = (memo?.[BLOCK_MEMO] ?? {}) as Partial<BlockRequest>;
  return {
    ...place,
    // As it was written when it was blocked: `v1.5.0` finds `1.5.0`.
    version: said.version ?? place.version,
    by: said.by ?? 'somebody who gave no name',
    reason: said.reason ?? 'no reason was given',
    rollback: said.rollback ?? null,
    since: startTime.toISOString(),
  };
}

/** Who ended it: the last event of its history. */
export async function readLifted(
  { connection, options: { namespace } }: Client,
  { workflowId, runId, closeTime }: Pick<WorkflowExecutionDescription, 'workflowId' | 'runId' | 'closeTime'>,
): Promise<Lifted> {
  const { history } = await connection.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId, runId },
    historyEventFilterType: CLOSE_EVENT,
  });
  const at = (closeTime ?? new Date(0)).toISOString();
  const ended = history?.events?.at(-1)?.workflowExecutionTerminatedEventAttributes;
  const [payload] = ended?.details?.payloads ?? [];
  const said = payload ? defaultPayloadConverter.fromPayload<{ by?: string; reason?: string }>(payload) : {};
  return {
    by: said.by ?? (ended?.identity || 'somebody who gave no name'),
    reason: said.reason ?? (ended?.reason || 'no reason was given'),
    at,
  };
}

/**
 * Blocks as Temporal's list has them, newest first, a moment behind the truth: for people to look at, never to decide by.
 * @param ended also those that were lifted, for as long as Temporal keeps them
 */
export async function listBlocks(client: Client, ended: boolean): Promise<BlockState[]> {
  const running = ended ? '' : ' AND ExecutionStatus = "Running"';
  const found: BlockState[] = [];
  for await (const info of client.workflow.list({ query: `WorkflowType = "${BLOCK_WORKFLOW}"${running}` })) {
    const { service, version, environment = null } = (info.memo?.[BLOCK_MEMO] ?? {}) as Partial<BlockRequest>;
    // Started by hand with something that is no block.
    if (service === undefined || version === undefined || info.status.name === 'FAILED') continue;
    const block = toBlock({ service, version, environment }, info);
    const isEnded = ENDED.includes(info.status.name);
    found.push(
      isEnded
        ? { state: 'lifted', block, lifted: await readLifted(client, info) }
        : { state: 'blocked', block },
    );
  }
  return found;
}
