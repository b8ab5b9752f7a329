/** The schedule by which Temporal removes old records each day: one per task queue, made by whichever worker starts first. */
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { ScheduleClient, ScheduleDescription } from '@temporalio/client';
import { recordsScheduleId, REMOVAL_WORKFLOW } from './domain/records/schedule.ts';

export type Scheduled = { scheduleId: string; problem: string | null };

/**
 * Makes the schedule where there is none. Idempotent: several workers at once make one. One that is there keeps its times, and
 * stays paused where a person has paused it; only what it starts, and where, is corrected. An input that a person gave it stays:
 * without its `dryRun`, what they wanted kept would be removed.
 *
 * Rollbacks run without it: so this never fails, it reports.
 */
export async function scheduleRemoval(
  schedules: Pick<ScheduleClient, 'create' | 'getHandle'>,
  taskQueue: string,
): Promise<Scheduled> {
  const scheduleId = recordsScheduleId(taskQueue);
  try {
    await makeOrCorrect(schedules, { scheduleId, taskQueue });
    return { scheduleId, problem: null };
  } catch (error) {
    return { scheduleId, problem: error instanceof Error ? describe(error) : String(error) };
  }
}

async function makeOrCorrect(
  schedules: Pick<ScheduleClient, 'create' | 'getHandle'>,
  { scheduleId, taskQueue }: { scheduleId: string; taskQueue: string },
): Promise<void> {
  // Temporal adds the time to the workflow ID.
  const action = {
    type: 'startWorkflow',
    workflowType: REMOVAL_WORKFLOW,
    workflowId: scheduleId,
    taskQueue,
  } as const;
  try {
    await schedules.create({
      scheduleId,
      action,
      // At night in Europe, in the evening in America; nobody waits for it.
      spec: { calendars: [{ comment: 'daily', hour: 2, minute: 40 }], jitter: '20 minutes' },
      // Of the days on which nothing ran, one run is enough.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const handle = schedules.getHandle(scheduleId);
    if (!isOurs((await handle.describe()).action, taskQueue)) {
      await handle.update(({ spec, policies, state, action: { args = [] } }) => ({
        ...{ spec, policies, state },
        action: args.length === 0 ? action : { ...action, args },
      }));
    }
  }
}

const isOurs = (action: ScheduleDescription['action'], taskQueue: string): boolean =>
  action.workflowType === REMOVAL_WORKFLOW && action.taskQueue === taskQueue;

/** The client says only that it failed; why is in what the server said. */
const describe = (error: Error): string => {
  const cause = (error.cause ?? error) as { details?: unknown; message?: string };
  return (typeof cause.details === 'string' && cause.details) || cause.message || error.message;
};
