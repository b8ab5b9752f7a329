/** Does anybody wait for work on the task queues that rollbacks use? */
import type { Connection } from '@temporalio/client';
import { isPolling, readPollers } from '../temporal/pollers.ts';
import type { Poller } from '../temporal/pollers.ts';
import type { Line } from './diagnosis.ts';
import { inTime } from './temporal.ts';

/** temporal.api.enums.v1.TaskQueueType: workflow and activity tasks. A worker of Backout asks for both. */
const TYPES = [1, 2];

/** One task queue, and whether its workers take work. */
export async function lookAtTaskQueue(
  connection: Connection,
  { namespace, taskQueue }: { namespace: string; taskQueue: string },
): Promise<Line> {
  try {
    const perType = await Promise.all(
      TYPES.map((taskQueueType) =>
        inTime(connection, () =>
          connection.workflowService.describeTaskQueue({
            namespace,
            taskQueue: { name: taskQueue },
            taskQueueType,
          }),
        ),
      ),
    );
    const [forWorkflows = [], forActivities = []] = perType.map(({ pollers }) => readPollers(pollers));
    return judgeTaskQueue(taskQueue, { forWorkflows, forActivities });
  } catch (error) {
    const { details, message } = error as { details?: string; message?: string };
    return {
      mark: 'problem',
      name: `task queue ${taskQueue}`,
      detail: `can't be looked at: ${details ?? message ?? ''}`,
    };
  }
}

/** Pure. */
export function judgeTaskQueue(
  taskQueue: string,
  { forWorkflows, forActivities }: { forWorkflows: Poller[]; forActivities: Poller[] },
): Line {
  const name = `task queue ${taskQueue}`;
  const fix = `Start a worker that can reach the hosts: \`backout worker --task-queue ${taskQueue}\`.`;
  const workers = names(forWorkflows.filter(isPolling));
  if (workers.length === 0) {
    const last = forWorkflows.toSorted((a, b) => a.secondsAgo - b.secondsAgo)[0];
    if (last === undefined) return { mark: 'problem', name, detail: 'no worker polls it', fix };
    const ago = Math.round(last.secondsAgo);
    return {
      mark: 'problem',
      name,
      detail: `no worker polls it; ${last.identity} last did ${ago} s ago`,
      fix,
    };
  }
  if (!forActivities.some(isPolling)) {
    return {
      mark: 'problem',
      name,
      detail: `${workers.join(', ')} takes workflows, but nobody their steps`,
      fix,
    };
  }
  return { mark: 'ok', name, detail: `polled by ${workers.join(', ')}` };
}

function names(pollers: Poller[]): string[] {
  return [...new Set(pollers.map(({ identity }) => identity))].sort();
}
