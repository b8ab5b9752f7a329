/** Starts a rollback on the configured Temporal. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { RollbackKind } from '../../domain/plan.ts';
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
} as const satisfies Record<RollbackKind, string>;

/** Finds rollbacks of every kind among all workflows. */
export const ANY_ROLLBACK = `WorkflowType IN (${Object.values(WORKFLOW_TYPES)
  .map((type) => `"${type}"`)
  .join(', ')})`;

/** A rollback to start. */
export type Wanted = { kind: RollbackKind; request: RollbackRequestInput };

/** @throws CliError `unreachable` when there is no worker: nothing is started then */
export async function startRollback(session: Session, { kind, request }: Wanted): Promise<Started> {
  await requireWorker(session);
  const workflowId = `${workflowIdFor(request, new Date())}${request.dryRun === true ? '-plan' : ''}`;
  try {
    const { firstExecutionRunId } = await session.client.workflow.start(WORKFLOW_TYPES[kind], {
      workflowId,
      taskQueue: session.settings.taskQueue,
      args: [request],
      memo: { dryRun: request.dryRun === true },
      staticSummary: summaryOf(request),
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

/** Temporal takes 400 bytes; a character has at most 4. */
const SUMMARY_CHARACTERS = 100;

/** What Temporal's UI shows beside the workflow ID. */
function summaryOf({ service, reason, dryRun }: RollbackRequestInput): string {
  const what = dryRun === true ? 'Plan for rolling back' : 'Roll back';
  return [...`${what} ${service}: ${reason.replace(/\s+/g, ' ')}`].slice(0, SUMMARY_CHARACTERS).join('');
}
