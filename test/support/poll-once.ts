/** A worker that the server still remembers, though it is gone. */
import type { Client } from '@temporalio/client';

/** Asks for work as a worker does, and is gone before there is any. */
export async function pollOnce({ connection, options }: Client, name: string): Promise<void> {
  const request = { namespace: options.namespace, taskQueue: { name }, identity: 'backout@gone:1' };
  const briefly = (ask: () => Promise<unknown>) =>
    connection.withDeadline(Date.now() + 3000, ask).catch(() => undefined);
  await Promise.all([
    briefly(() => connection.workflowService.pollWorkflowTaskQueue(request)),
    briefly(() => connection.workflowService.pollActivityTaskQueue(request)),
  ]);
}
