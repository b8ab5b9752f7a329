/** `backout history`: what was rolled back when, and how that ended. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { withTemporal } from '../temporal/connect.ts';
import { requestOf } from '../temporal/request-of.ts';
import { endingOf } from '../temporal/ending.ts';
import type { Ending } from '../temporal/ending.ts';
import { ANY_ROLLBACK } from '../temporal/start.ts';
import { renderHistory } from '../view/history.ts';
import type { Ended } from '../view/history.ts';

export type HistoryOptions = GlobalOptions & {
  service?: string;
  /** A number, as typed. */
  limit: string;
  /** Dry runs too. */
  all?: boolean;
  json?: boolean;
};

/** Endings asked for at once. */
const BATCH = 20;

export async function history(options: HistoryOptions, io: Io): Promise<number> {
  const limit = readLimit(options.limit);
  const ended = await withTemporal(options, io, ({ client }) => listEnded(client, { ...options, limit }));
  io.out(options.json ? `${JSON.stringify(ended, null, 2)}\n` : renderHistory(ended));
  return EXIT.ok;
}

/** @throws CliError `usage` */
export function readLimit(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw usageError(`--limit must be a whole number from 1 to 9999, not "${text}".`);
}

type Filter = { limit: number; service?: string; all?: boolean };

/** Newest first, as the server lists them. Reads on until enough of them pass the filter. */
async function listEnded(client: Client, filter: Filter): Promise<Ended[]> {
  const query = `${ANY_ROLLBACK} AND ExecutionStatus != "Running"`;
  const ended: Ended[] = [];
  let batch: WorkflowExecutionInfo[] = [];
  const flush = async () => {
    const described = await Promise.all(batch.map((info) => describe(client, info)));
    ended.push(...described.filter((rollback) => isWanted(rollback, filter)));
    batch = [];
  };
  for await (const info of client.workflow.list({ query, pageSize: BATCH })) {
    // Also where a dry run failed: it was never more than a question.
    if (filter.all === true || info.memo?.['dryRun'] !== true) batch.push(info);
    if (batch.length === BATCH) await flush();
    if (ended.length >= filter.limit) break;
  }
  await flush();
  return ended.slice(0, filter.limit);
}

function isWanted({ service, outcome }: Ended, filter: Filter): boolean {
  if (filter.all !== true && outcome === 'dry-run') return false;
  return filter.service === undefined || service === filter.service;
}

async function describe(client: Client, info: WorkflowExecutionInfo): Promise<Ended> {
  const { workflowId, runId, startTime, closeTime } = info;
  const ending = await endingOf(client, workflowId, runId);
  const result = ending.kind === 'result' ? ending.result : null;
  const attributes = info.searchAttributes as Record<string, string[] | undefined>;
  const known = result ?? {
    service: attributes['BackoutService']?.[0],
    environment: attributes['BackoutEnvironment']?.[0],
  };
  // One that failed early, or a namespace without the attributes, still has what it was asked for.
  const asked = known.service === undefined ? await requestOf(client, { workflowId, runId }) : {};
  return {
    workflowId,
    startedAt: startTime.toISOString(),
    endedAt: (closeTime ?? startTime).toISOString(),
    service: known.service ?? asked.service ?? null,
    environment: known.environment ?? asked.environment ?? null,
    outcome: outcomeOf(ending),
    failure: ending.kind === 'failed' ? { type: ending.type, message: ending.message } : null,
    incidentFolder: result?.incidentFolder ?? null,
  };
}

function outcomeOf(ending: Ending): Ended['outcome'] {
  switch (ending.kind) {
    case 'result':
      return ending.result.outcome;
    case 'failed':
    case 'cancelled':
    case 'terminated':
      return ending.kind;
  }
}
