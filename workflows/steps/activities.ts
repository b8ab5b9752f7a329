/** How each kind of activity is called: where it runs, how long it may take, what is retried. */
import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/types.ts';

/** Quick tries first, since most of what heals (a reload, a dropped line) heals within a second. */
const RETRY = { initialInterval: '250ms', backoffCoefficient: 2, maximumInterval: '5s' } as const;

/** A worker that was killed is noticed after this long; the step then starts again elsewhere. */
const HEARTBEAT_TIMEOUT = '5s';

/** Configuration look-ups: local, because they do no I/O and a hop through the server would delay traffic. */
export const configuration = proxyLocalActivities<Pick<Activities, 'resolveService'>>({
  startToCloseTimeout: '5s',
  scheduleToCloseTimeout: '30s',
  retry: RETRY,
});

/** Questions to Temporal itself: any worker can answer. */
export const coordination = proxyActivities<Pick<Activities, 'inspectLock'>>({
  scheduleToCloseTimeout: '60s',
  startToCloseTimeout: '15s',
  retry: RETRY,
  summary: 'Ask who holds the lock',
});

/** Activities on a worker that can reach the target, bounded by the step's budget. */
export function onTarget(options: { taskQueue: string; budgetSeconds: number; summary: string }): Activities {
  const budget = options.budgetSeconds * 1000;
  return proxyActivities<Activities>({
    taskQueue: options.taskQueue,
    scheduleToCloseTimeout: budget,
    startToCloseTimeout: budget,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: RETRY,
    summary: options.summary,
    // A cancelled step first ends the commands it runs; only then is it clear what was changed.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  });
}

/** What comes after a rollback: nobody waits for it, so it is tried for long, and ever more seldom. */
export function afterwards(options: {
  taskQueue: string;
  budgetSeconds: number;
  summary: string;
}): Activities {
  return proxyActivities<Activities>({
    taskQueue: options.taskQueue,
    scheduleToCloseTimeout: options.budgetSeconds * 1000,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10 minutes' },
    summary: options.summary,
  });
}
