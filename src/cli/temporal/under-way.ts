/** What Temporal itself knows of a rollback that nobody answers for: which step was handed out, and how it went. */
import type { Client } from '@temporalio/client';
import { asSentence, oneLine, shorten } from '../../domain/report/plain.ts';

/** `temporal.api.workflow.v1.PendingActivityInfo`, as far as it is used. */
export type PendingActivity = {
  activityType?: { name?: string | null } | null;
  attempt?: number | null;
  lastFailure?: { message?: string | null } | null;
};

/** Each step by the activity that does it. */
const STEPS: Record<string, string> = {
  captureBefore: 'capture-before',
  startPrevious: 'start-previous',
  shiftTraffic: 'shift-traffic',
  captureLogs: 'capture-logs',
  stopFaulty: 'stop-faulty',
  checkRelease: 'check-release',
  prepareRestore: 'prepare-restore',
  stopApplication: 'stop-application',
  restoreDatabase: 'restore-database',
  restartApplication: 'restart-application',
  startDatabase: 'start-database',
  reviveApplication: 'restart-application',
  verifyRelease: 'verify',
  writeReport: 'report',
  announce: 'announce',
};

const MAX_QUOTED = 400;

/** Whole sentences, or null when nothing is under way or Temporal can't say. */
export async function underWay(client: Client, workflowId: string): Promise<string | null> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  return describePending(raw.pendingActivities ?? []);
}

/** Pure. */
export function describePending(pending: readonly PendingActivity[]): string | null {
  if (pending.length === 0) return null;
  return pending.map(describe).join(' ');
}

function describe({ activityType, attempt, lastFailure }: PendingActivity): string {
  const activity = activityType?.name ?? '';
  const said = lastFailure?.message
    ? ` Its last try said: “${asSentence(shorten(oneLine(lastFailure.message), MAX_QUOTED))}”`
    : '';
  const traffic =
    activity === 'shiftTraffic'
      ? ' It is the step that moves traffic: traffic may have been moved already, and that is not proved.'
      : '';
  return `Under way when it was last heard of: ${STEPS[activity] ?? activity}, attempt ${attempt ?? 1}.${said}${traffic}`;
}
