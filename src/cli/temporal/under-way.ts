/** What Temporal itself knows of a rollback: which step was handed out, on which try it is, and how the last one went. */
import type { Client } from '@temporalio/client';
import { asSentence, oneLine, shorten } from '../../domain/report/plain.ts';
import { STEP_OF } from './history-steps.ts';

/** `temporal.api.workflow.v1.PendingActivityInfo`, as far as it is used. */
export type PendingActivity = {
  activityType?: { name?: string | null } | null;
  attempt?: number | null;
  lastFailure?: {
    message?: string | null;
    applicationFailureInfo?: { type?: string | null } | null;
  } | null;
};

/** What is tried again by itself, since its last try failed. Nobody is asked before its time is up. */
export type Retrying = {
  /** The step, or the activity where that is no step. */
  step: string;
  /** Of the try that runs or comes next. */
  attempt: number;
  failure: { type: string | null; message: string };
};

const MAX_QUOTED = 400;

/** Whole sentences, or null when nothing is under way or Temporal can't say. */
export async function underWay(client: Client, workflowId: string): Promise<string | null> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  return describePending(raw.pendingActivities ?? []);
}

/** What fails and is tried again; empty when all goes well, or Temporal can't say. */
export async function retryingNow(client: Client, workflowId: string, runId?: string): Promise<Retrying[]> {
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  return retryingOf(raw.pendingActivities ?? []);
}

/** Pure. */
export function retryingOf(pending: readonly PendingActivity[]): Retrying[] {
  return pending.flatMap(({ activityType, attempt, lastFailure }) => {
    const message = lastFailure?.message;
    if (!message) return [];
    const activity = activityType?.name ?? '';
    const type = lastFailure.applicationFailureInfo?.type ?? null;
    return [{ step: STEP_OF[activity] ?? activity, attempt: attempt ?? 1, failure: { type, message } }];
  });
}

/** Pure. */
export function describePending(pending: readonly PendingActivity[]): string | null {
  if (pending.length === 0) return null;
  return pending.map(describe).join(' ');
}

const quoted = (message: string): string => asSentence(shorten(oneLine(message), MAX_QUOTED));

function describe({ activityType, attempt, lastFailure }: PendingActivity): string {
  const activity = activityType?.name ?? '';
  const said = lastFailure?.message ? ` Its last try said: “${quoted(lastFailure.message)}”` : '';
  const traffic =
    activity === 'shiftTraffic'
      ? ' It is the step that moves traffic: traffic may have been moved already, and that is not proved.'
      : '';
  return `Under way when it was last heard of: ${STEP_OF[activity] ?? activity}, attempt ${attempt ?? 1}.${said}${traffic}`;
}
