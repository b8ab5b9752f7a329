/** Starts a rollback on the configured Temporal. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { RunKind } from '../../domain/plan.ts';
import type { RollbackRequestInput } from '../../domain/request.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { workflowIdFor } from '../workflow-id.ts';
import type { Session } from './connect.ts';
import { requireWorker } from './workers.ts';

export type Started = { workflowId: string; runId: string };

/** The workflow types, as exported by workflows/index.ts. */
export const WORKFLOW_TYPES = {
  'traffic-only': 'trafficOnlyRollback',
  full: 'fullRollback',
  partial: 'partialRollback',
  recover: 'recoverService',
  freeze: 'freezeService',
  unfreeze: 'unfreezeService',
} as const satisfies Record<RunKind | 'freeze' | 'unfreeze', string>;
type Kind = keyof typeof WORKFLOW_TYPES;

/** Finds rollbacks of every kind among all workflows. */
export const ANY_ROLLBACK = `WorkflowType IN (${Object.values(WORKFLOW_TYPES)
  .map((type) => `"${type}"`)
  .join(', ')})`;

/** Finds those that may have frozen a service. */
export const CAN_FREEZE = `WorkflowType IN ("${WORKFLOW_TYPES.freeze}", "${WORKFLOW_TYPES.full}")`;

/** Finds those that hold requests and writes, or let them through. */
export const MAY_HOLD = `WorkflowType IN ("${WORKFLOW_TYPES.freeze}", "${WORKFLOW_TYPES.full}", "${WORKFLOW_TYPES.unfreeze}")`;

/** A rollback to start. */
export type Wanted = { kind: RunKind; request: RollbackRequestInput };

/** @throws CliError `unreachable` when there is no worker: nothing is started then */
export async function startRollback(
  session: Session,
  { kind, request }: { kind: Kind; request: RollbackRequestInput },
): Promise<Started> {
  await requireWorker(session);
  const workflowId = `${workflowIdFor(request, new Date(), PREFIXES[kind])}${request.dryRun === true ? '-plan' : ''}`;
  try {
    const { firstExecutionRunId } = await session.client.workflow.start(WORKFLOW_TYPES[kind], {
      workflowId,
      taskQueue: session.settings.taskQueue,
      args: [request],
      memo: { dryRun: request.dryRun === true },
      staticSummary: summaryOf(kind, request),
    });
    return { workflowId, runId: firstExecutionRunId };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new CliError(
      EXIT.alreadyRunning,
      `${workflowId} was started in this very second by somebody else. This command changed nothing. ` +
        `Watch that one: \`${session.program} watch ${workflowId}\``,
    );
  }
}

/** What the workflow ID begins with. */
const PREFIXES: Partial<Record<Kind, string>> = {
  recover: 'recover',
  freeze: 'freeze',
  unfreeze: 'unfreeze',
};

/** Temporal takes 400 bytes; a character has at most 4. */
const SUMMARY_CHARACTERS = 100;

const ACTS: Partial<Record<Kind, [plan: string, act: string]>> = {
  recover: ['recovering', 'Recover'],
  freeze: ['freezing', 'Freeze'],
  unfreeze: ['unfreezing', 'Unfreeze'],
};

/** What Temporal's UI shows beside the workflow ID. */
function summaryOf(kind: Kind, { service, reason, dryRun }: RollbackRequestInput): string {
  const [plan, act] = ACTS[kind] ?? ['rolling back', 'Roll back'];
  const what = dryRun === true ? `Plan for ${plan}` : act;
  return [...`${what} ${service}: ${reason.replace(/\s+/g, ' ')}`].slice(0, SUMMARY_CHARACTERS).join('');
}
