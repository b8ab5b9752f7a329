/** What a rollback was asked to do: the first thing in its history, whatever became of it. */
import { defaultPayloadConverter } from '@temporalio/common';
import type { Client } from '@temporalio/client';

type Asked = { service?: string; environment?: string; dryRun?: boolean };

/** Empty where the input is none that a rollback understands, or is forgotten. */
export async function requestOf(
  { connection, options: { namespace } }: Client,
  execution: { workflowId: string; runId: string },
): Promise<Asked> {
  try {
    const { history } = await connection.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution,
      maximumPageSize: 1,
    });
    const [payload] = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    return payload === undefined ? {} : readAsked(defaultPayloadConverter.fromPayload(payload));
  } catch {
    return {};
  }
}

/** Anybody may start a workflow with anything. */
function readAsked(input: unknown): Asked {
  if (typeof input !== 'object' || input === null) return {};
  const { service, environment, dryRun } = input as Record<string, unknown>;
  return {
    ...(typeof service === 'string' ? { service } : {}),
    ...(typeof environment === 'string' ? { environment } : {}),
    ...(dryRun === true ? { dryRun } : {}),
  };
}
