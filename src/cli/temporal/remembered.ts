/** Rollbacks as Temporal remembers them: open and closed, of every kind, newest first. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { asProved, newestFirst, outcomeOfFailure, timeToMitigate } from '../../domain/history/rollback.ts';
import type { RememberedRollback } from '../../domain/history/rollback.ts';
import { describeRelease } from '../../domain/plan.ts';
import { listKnown } from '../../search-attributes.ts';
import { askStatus } from './ask-status.ts';
import { endingOf } from './ending.ts';
import type { Ending } from './ending.ts';
import { requestOf } from './request-of.ts';
import { ANY_ROLLBACK, WORKFLOW_TYPES } from './start.ts';

export type RememberedFilter = {
  limit: number;
  service?: string | undefined;
  /** Dry runs too. */
  all?: boolean | undefined;
  /** Started at this time or later, ISO 8601. */
  since?: string | undefined;
};

/** Endings asked for at once. */
const BATCH = 20;
/** One that runs is shown with what its worker says of it, or without. */
const STATUS_WITHIN_MS = 1500;

/** Reads on until enough of them pass the filter. */
export async function rememberedRollbacks(
  client: Client,
  filter: RememberedFilter,
): Promise<RememberedRollback[]> {
  const query = await queryFor(client, filter);
  const found: RememberedRollback[] = [];
  let batch: WorkflowExecutionInfo[] = [];
  const flush = async () => {
    const described = await Promise.all(batch.map((info) => describe(client, info, filter.all === true)));
    found.push(
      ...described.flatMap((rollback) => (rollback !== null && isWanted(rollback, filter) ? [rollback] : [])),
    );
    batch = [];
  };
  for await (const info of client.workflow.list({ query, pageSize: BATCH })) {
    // Also where a dry run failed: it was never more than a question.
    if (filter.all === true || info.memo?.['dryRun'] !== true) batch.push(info);
    if (batch.length === BATCH) await flush();
    if (found.length >= filter.limit) break;
  }
  await flush();
  // Temporal lists by the end.
  return newestFirst(found.slice(0, filter.limit));
}

/** By service where the namespace has the attribute; those that ended before they had it are looked at one by one. */
async function queryFor(client: Client, { service, since }: RememberedFilter): Promise<string> {
  const parts = [ANY_ROLLBACK];
  if (since !== undefined) parts.push(`StartTime >= "${since}"`);
  if (service !== undefined && (await hasServiceAttribute(client)))
    parts.push(`(BackoutService = "${service}" OR BackoutService IS NULL)`);
  return parts.join(' AND ');
}

async function hasServiceAttribute({ connection, options: { namespace } }: Client): Promise<boolean> {
  try {
    const { operatorService } = connection as unknown as Parameters<typeof listKnown>[0];
    return (await listKnown({ operatorService }, namespace)).includes('BackoutService');
  } catch {
    // Not everybody may ask; everything is found without it, too.
    return false;
  }
}

function isWanted({ service, outcome }: RememberedRollback, filter: RememberedFilter): boolean {
  if (filter.all !== true && outcome === 'dry-run') return false;
  return filter.service === undefined || service === filter.service;
}

/** Null for a dry run that failed, unless dry runs are wanted: only what it was asked for tells that it was one. */
async function describe(
  client: Client,
  info: WorkflowExecutionInfo,
  withDryRuns: boolean,
): Promise<RememberedRollback | null> {
  const isRunning = info.status.name === 'RUNNING';
  const known = isRunning ? await describeRunning(client, info) : await describeEnded(client, info);
  const attributes = info.searchAttributes as Record<string, string[] | undefined>;
  const service = known.service ?? attributes['BackoutService']?.[0];
  // One that failed early, or a namespace without the attributes, still has what it was asked for.
  const isToAsk = service === undefined || known.failure !== null;
  const asked = isToAsk ? await requestOf(client, info) : {};
  if (asked.dryRun === true && !withDryRuns) return null;
  return asProved({
    ...known,
    workflowId: info.workflowId,
    kind: kindOf(info.type),
    startedAt: info.startTime.toISOString(),
    endedAt: isRunning ? null : (info.closeTime ?? info.startTime).toISOString(),
    service: service ?? asked.service ?? null,
    environment: known.environment ?? attributes['BackoutEnvironment']?.[0] ?? asked.environment ?? null,
  });
}

const kindOf = (type: string): string =>
  Object.entries(WORKFLOW_TYPES).find(([, workflow]) => workflow === type)?.[0] ?? type;

type Known = Omit<
  RememberedRollback,
  'workflowId' | 'kind' | 'startedAt' | 'endedAt' | 'service' | 'environment'
> & {
  service: string | undefined;
  environment: string | undefined;
};

async function describeRunning(
  client: Client,
  { workflowId, runId, startTime }: WorkflowExecutionInfo,
): Promise<Known> {
  const status = await askStatus(client, { workflowId, runId }, STATUS_WITHIN_MS).catch(() => null);
  const plan = status?.plan ?? null;
  const trafficSafeAt = status?.trafficSafeAt ?? null;
  const began = plan?.deadline.from ?? startTime.toISOString();
  return {
    service: plan?.service,
    environment: plan?.environment,
    from: plan === null ? null : describeRelease(plan.from),
    to: plan === null ? null : describeRelease(plan.to),
    outcome: 'running',
    failure: null,
    trafficSafeAt,
    deadline: null,
    timeToMitigateMs: timeToMitigate(began, trafficSafeAt),
    incidentFolder: status?.incidentFolder ?? null,
  };
}

async function describeEnded(client: Client, { workflowId, runId }: WorkflowExecutionInfo): Promise<Known> {
  const ending = await endingOf(client, workflowId, runId);
  const result = ending.kind === 'result' ? ending.result : null;
  const deadline = result?.deadline ?? null;
  return {
    service: result?.service,
    environment: result?.environment,
    from: result?.from || null,
    to: result?.to || null,
    outcome: outcomeOf(ending),
    failure: ending.kind === 'failed' ? { type: ending.type, message: ending.message } : null,
    trafficSafeAt: result?.trafficSafeAt ?? null,
    deadline,
    timeToMitigateMs:
      result === null ? null : timeToMitigate(deadline?.from ?? result.startedAt, result.trafficSafeAt),
    incidentFolder: result?.incidentFolder ?? null,
  };
}

function outcomeOf(ending: Ending): RememberedRollback['outcome'] {
  switch (ending.kind) {
    case 'result':
      return ending.result.outcome;
    case 'failed':
      return outcomeOfFailure(ending.type);
    case 'cancelled':
    case 'terminated':
      return ending.kind;
  }
}
