/** Does anybody wait for work on the task queues that rollbacks use? */
import type { Connection } from '@temporalio/client';
import type { Line } from './diagnosis.ts';
import { inTime } from './temporal.ts';

/** temporal.api.enums.v1.TaskQueueType: workflow and activity tasks. A worker of Backout asks for both. */
const TYPES = [1, 2];

/** A worker asks at least once a minute; the server remembers for longer that it did. */
const ASKED_WITHIN_MS = 75_000;

export type Poller = { identity: string; secondsAgo: number };

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
    const [forWorkflows = [], forActivities = []] = perType.map(({ pollers }) =>
      (pollers ?? []).map(({ identity, lastAccessTime }) => ({
        identity: identity ?? '',
        secondsAgo: Math.max(0, Date.now() / 1000 - Number(lastAccessTime?.seconds ?? 0)),
      })),
    );
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

/** Pure. Who asked a while ago is gone, though the server still remembers it. */
export function judgeTaskQueue(
  taskQueue: string,
  { forWorkflows, forActivities }: { forWorkflows: Poller[]; forActivities: Poller[] },
): Line {
  const name = `task queue ${taskQueue}`;
  const fix = `Start a worker that can reach the hosts: \`backout worker --task-queue ${taskQueue}\`.`;
  const isRecent = ({ secondsAgo }: Poller) => secondsAgo * 1000 < ASKED_WITHIN_MS;
  const workers = names(forWorkflows.filter(isRecent));
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
  if (!forActivities.some(isRecent)) {
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
