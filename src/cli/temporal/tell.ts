/** Sends what a rollback takes while it runs, and what goes on without it takes when it has ended: acknowledge and resolve. */
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { escalationIdOf } from '../../domain/escalation/state.ts';
import type { EscalationStatus } from '../../domain/escalation/state.ts';
import type { MessageName } from '../../domain/messages.ts';
import { publicUpdatesIdOf } from '../../domain/status-page/state.ts';
import type { PublicUpdatesStatus } from '../../domain/status-page/state.ts';
import type { Session } from './connect.ts';
import { over, send } from './send.ts';

/** The names of queries in workflows/messages.ts, which would load the workflow library. */
const STATUS_QUERY = 'escalationStatus';
const PAGE_QUERY = 'publicUpdatesStatus';

/**
 * To the rollback or, where that has ended, to its escalation while people are still paged about it; that it is resolved,
 * to its public updates, too, while the status page is still told.
 * @throws what `send` throws, and CliError when neither goes on any more
 */
export async function tell(
  session: Session,
  workflowId: string,
  message: { name: Extract<MessageName, 'acknowledge' | 'resolve'>; content: object },
): Promise<void> {
  const { client } = session;
  if ((await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING') {
    return await send(session, workflowId, message);
  }
  const [escalation, updates] = await Promise.all([
    openEscalation(client, workflowId),
    message.name === 'resolve' ? openPublicUpdates(client, workflowId) : null,
  ]);
  const goOn = [escalation, updates].filter((one) => one !== null);
  if (goOn.length === 0) throw over(workflowId);
  for (const one of goOn) await send(session, one, message);
}

/** The workflow that still pages people about a rollback, by the rollback's ID; null when none does. */
export async function openEscalation(client: Client, workflowId: string): Promise<string | null> {
  return await openBeside(client, workflowId, escalationIdOf);
}

/** The workflow that still tells the status page about a rollback, by the rollback's ID; null when none does. */
export async function openPublicUpdates(client: Client, workflowId: string): Promise<string | null> {
  return await openBeside(client, workflowId, publicUpdatesIdOf);
}

/** A workflow beside a rollback, if it still runs. */
async function openBeside(
  client: Client,
  workflowId: string,
  idOf: (workflowId: string, firstRunId: string) => string,
): Promise<string | null> {
  const { raw, runId } = await client.workflow.getHandle(workflowId).describe();
  const beside = idOf(workflowId, raw.workflowExecutionInfo?.firstRunId || runId);
  try {
    const { status } = await client.workflow.getHandle(beside).describe();
    return status.name === 'RUNNING' ? beside : null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** How an escalation stands now; null when no worker answers in time. */
export async function askEscalation(
  client: Client,
  workflowId: string,
  withinMs: number,
): Promise<EscalationStatus | null> {
  return await ask<EscalationStatus>(client, { workflowId, query: STATUS_QUERY }, withinMs);
}

/** What stands on the status page now; null when no worker answers in time. */
export async function askPublicUpdates(
  client: Client,
  workflowId: string,
  withinMs: number,
): Promise<PublicUpdatesStatus | null> {
  return await ask<PublicUpdatesStatus>(client, { workflowId, query: PAGE_QUERY }, withinMs);
}

async function ask<Answer>(
  client: Client,
  { workflowId, query }: { workflowId: string; query: string },
  withinMs: number,
): Promise<Answer | null> {
  return await client.connection
    .withDeadline(Date.now() + withinMs, () => client.workflow.getHandle(workflowId).query<Answer>(query))
    .catch(() => null);
}
