/** What an escalation asks of Temporal: how its rollback stands, and when it is gone. Changes nothing. */
import { setTimeout as wait } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { viewOf } from '../../src/domain/escalation/view.ts';
import type { RollbackView, RunEnd } from '../../src/domain/escalation/state.ts';
import { oneLine, shorten } from '../../src/domain/report/plain.ts';
import type { RollbackStatus } from '../../src/domain/rollback.ts';
import type { Deps } from '../deps.ts';
import { describeWorkflow } from '../temporal/describe.ts';

export type RollbackRun = { workflowId: string; runId: string };

const LOOK_EVERY_MS = 3000;
const ANSWER_WITHIN_MS = 5000;
const MAX_QUOTED = 500;

/** How the rollback stands, in its own words; null when no worker says so in time. Never throws. */
export async function lookAtRollback(
  { client }: Pick<Deps, 'client'>,
  { workflowId, runId }: RollbackRun,
): Promise<RollbackView | null> {
  try {
    const status = await client.connection.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
      client.workflow.getHandle(workflowId, runId).query<RollbackStatus>('status'),
    );
    return viewOf(status);
  } catch {
    // A page that says less is better than none.
    return null;
  }
}

/**
 * Waits until this run has ended, in whatever way, and says how. Looks every few seconds: a run that is terminated
 * tells nobody. Safe to be tried again at any time: nothing in history but its end.
 * @throws ApplicationFailure WorkerStopping when this worker is to shut down: another one watches on
 */
export async function watchRollback(
  { client, isStopping }: Pick<Deps, 'client' | 'isStopping'>,
  run: RollbackRun,
  signal: AbortSignal,
): Promise<RunEnd> {
  for (;;) {
    const description = await describeWorkflow(client, run.workflowId, run.runId);
    if (description?.status.name !== 'RUNNING') return await endOf(client, run, description);
    await wait(LOOK_EVERY_MS, undefined, { signal });
    // The time for running steps to end must not be spent on one that has no end of its own.
    if (isStopping()) throw ApplicationFailure.retryable('This worker is being stopped.', 'WorkerStopping');
  }
}

async function endOf(
  client: Client,
  run: RollbackRun,
  description: WorkflowExecutionDescription | null,
): Promise<RunEnd> {
  const at = (description?.closeTime ?? new Date()).toISOString();
  const goesOnAs = description?.raw.workflowExtendedInfo?.resetRunId || null;
  const [ended, view] = await Promise.all([
    description === null
      ? { said: 'Temporal does not know it any more', type: null }
      : failureOf(client, run),
    lookAtRollback({ client }, run),
  ]);
  return { how: goesOnAs === null ? howOf(description) : 'reset', at, ...ended, goesOnAs, view };
}

function howOf(description: WorkflowExecutionDescription | null): RunEnd['how'] {
  switch (description?.status.name) {
    case 'COMPLETED':
      return 'completed';
    case 'FAILED':
      return 'failed';
    case 'CANCELLED':
      return 'cancelled';
    case 'TIMED_OUT':
      return 'timed-out';
    default:
      return 'terminated';
  }
}

/** With what a run that has ended failed, in short. */
async function failureOf(
  client: Client,
  { workflowId, runId }: RollbackRun,
): Promise<Pick<RunEnd, 'said' | 'type'>> {
  try {
    await client.workflow.getHandle(workflowId, runId, { followRuns: false }).result();
    return { said: null, type: null };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    const type = cause !== undefined && 'type' in cause && typeof cause.type === 'string' ? cause.type : null;
    return { said: shorten(oneLine(cause?.message ?? error.message), MAX_QUOTED), type };
  }
}
