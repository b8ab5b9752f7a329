/** By which schedule of Temporal's old records are removed. */

/** As exported by workflows/index.ts. */
export const REMOVAL_WORKFLOW = 'removeOldRecords';

/** One per task queue: a worker on another queue may have a disk of its own. */
export const recordsScheduleId = (taskQueue: string): string => `backout-${REMOVAL_WORKFLOW}/${taskQueue}`;
