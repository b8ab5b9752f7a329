/** How much one worker carries: rollbacks a second, and rollbacks that wait for a person. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Client, WorkflowHandle } from '@temporalio/client';

const WORKER = fileURLToPath(new URL('./load-worker.ts', import.meta.url));
export const BUNDLE = fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url));

export type Load = {
  rollbacks: number;
  perSecond: number;
  waiting: number;
  /** Resident memory that one waiting rollback adds, with its lock workflow, in KB. */
  kbPerWaiting: number;
  /** Workflows in the worker's cache with all of them waiting: two for each rollback, it and its lock. */
  cached: number;
};

export type LoadWorkerOptions = { address: string; taskQueue: string; stepsFail: boolean };
/** What the worker tells when asked. */
export type LoadWorkerState = { waiting: number; residentKb: number; cached: number };

type Server = { address: string; client: Client };

export async function measureLoad(
  server: Server,
  { rollbacks, waiting }: { rollbacks: number; waiting: number },
): Promise<Load> {
  if (!existsSync(BUNDLE)) throw new Error('Backout is not built yet. Run `npm run build`.');
  return {
    rollbacks,
    perSecond: await rollbacksPerSecond(server, rollbacks),
    waiting,
    ...(await whileWaiting(server, waiting)),
  };
}

/** All at once, of different services, with steps that take no time: what is left is Temporal and the workflow. */
async function rollbacksPerSecond({ address, client }: Server, count: number): Promise<number> {
  const taskQueue = 'bench-throughput';
  const worker = await startLoadWorker({ address, taskQueue, stepsFail: false });
  try {
    await endAll(await startMany(client, { taskQueue, count: 5, name: 'warm' }));
    const started = performance.now();
    await endAll(await startMany(client, { taskQueue, count, name: 'go' }));
    return count / ((performance.now() - started) / 1000);
  } finally {
    await worker.stop();
  }
}

/** Every rollback's first step fails, so that all of them wait for a decision at the same time. */
async function whileWaiting(
  { address, client }: Server,
  count: number,
): Promise<Pick<Load, 'kbPerWaiting' | 'cached'>> {
  const taskQueue = 'bench-waiting';
  const worker = await startLoadWorker({ address, taskQueue, stepsFail: true });
  try {
    const warm = 5;
    await startMany(client, { taskQueue, count: warm, name: 'warm' });
    const before = await untilWaiting(worker, warm);
    await startMany(client, { taskQueue, count, name: 'wait' });
    const after = await untilWaiting(worker, warm + count);
    return { kbPerWaiting: (after.residentKb - before.residentKb) / count, cached: after.cached };
  } finally {
    await worker.stop();
  }
}

async function startMany(
  client: Client,
  { taskQueue, count, name }: { taskQueue: string; count: number; name: string },
): Promise<WorkflowHandle[]> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  return await Promise.all(
    numbers.map((number) => {
      const service = `${taskQueue}-${name}-${number}`;
      return client.workflow.start('trafficOnlyRollback', {
        workflowId: `rollback-${service}`,
        taskQueue,
        args: [{ service, reason: 'benchmark', requestedBy: 'bench' }],
      });
    }),
  );
}

async function endAll(handles: WorkflowHandle[]): Promise<void> {
  await Promise.all(handles.map((handle) => handle.result()));
}

/** Waits until so many people would have been told that a decision is needed. Asking the workflows would wake them. */
async function untilWaiting(worker: LoadWorker, count: number): Promise<LoadWorkerState> {
  for (;;) {
    const state = await worker.state();
    if (state.waiting >= count) return state;
    await pause(500);
  }
}

type LoadWorker = { state(): Promise<LoadWorkerState>; stop(): Promise<void> };

async function startLoadWorker(options: LoadWorkerOptions): Promise<LoadWorker> {
  const child = fork(WORKER, [JSON.stringify(options)], { execArgv: ['--expose-gc', '--import', 'tsx'] });
  const exited = once(child, 'exit');
  const early = exited.then(([code]) => Promise.reject(new Error(`the worker ended with ${String(code)}`)));
  early.catch(() => undefined);
  const heard = () => Promise.race([once(child, 'message'), early]) as Promise<[LoadWorkerState]>;
  await heard();
  return {
    state: async () => {
      const answer = heard();
      child.send('state');
      return (await answer)[0];
    },
    stop: async () => {
      // Its workflows may still wait: nobody needs them in good order.
      child.kill('SIGKILL');
      await exited;
    },
  };
}
