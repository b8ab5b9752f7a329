/**
 * Tries that come too late. A worker that was asleep (a suspended machine, a stopped process) finds tasks in its
 * connection that Temporal gave to another one long ago. The lock keeps such a try from the target, but a message to
 * people would be sent twice, after the one that says how it ended.
 */
import { CancelledFailure } from '@temporalio/activity';
import type { Context } from '@temporalio/activity';

/** No answer in this time: then the try goes on, as if nobody had asked. */
const ASK_WITHIN_MS = 2000;

/** Is this try older than its heartbeat time-out? The others can't have been given up. A wrong clock misleads it. */
export function mayBeLate({
  isLocal,
  heartbeatTimeoutMs,
  currentAttemptScheduledTimestampMs,
}: Context['info']) {
  if (isLocal || heartbeatTimeoutMs === undefined) return false;
  return Date.now() - currentAttemptScheduledTimestampMs > heartbeatTimeoutMs;
}

/**
 * Asks Temporal whether this try is still wanted.
 * @throws CancelledFailure when it is not
 */
export async function refuseLate(context: Context): Promise<void> {
  if (!(await isGivenUp(context))) return;
  const { attempt, activityType } = context.info;
  throw new CancelledFailure(
    `Try ${attempt} of ${activityType} came too late: Temporal has given it up. It changed nothing.`,
  );
}

async function isGivenUp({ info, client }: Context): Promise<boolean> {
  const { workflowId, runId } = info.workflowExecution ?? {};
  try {
    const { pendingActivities } = await client.withDeadline(Date.now() + ASK_WITHIN_MS, () =>
      client.workflowService.describeWorkflowExecution({
        namespace: info.namespace,
        execution: { workflowId: workflowId ?? null, runId: runId ?? null },
      }),
    );
    const pending = pendingActivities.find(({ activityId }) => activityId === info.activityId);
    return pending?.attempt !== info.attempt;
  } catch {
    // Temporal may be down just now. What matters most is kept safe by the lock on the target.
    return false;
  }
}
