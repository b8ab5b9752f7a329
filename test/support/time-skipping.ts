/** Temporal's time-skipping test server: an hour of waiting passes in a moment. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Activities } from '../../activities/types.ts';
import { cacheFolder } from '../../src/embedded/find-temporal.ts';
import { TimeLocks } from './time-locks.ts';

const WORKFLOWS = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
const ABANDONING = fileURLToPath(new URL('abandoning.ts', import.meta.url));

export type WorkflowLab = {
  environment: TestWorkflowEnvironment;
  bundle: WorkflowBundleWithSourceMap;
  /**
   * Runs a worker with these activities while `drive` works, on a queue of its own unless one is named.
   * `leaves`: another worker goes on after it; the server would keep for it what is due meanwhile.
   */
  withWorker<Result>(
    activities: (taskQueue: string) => Activities,
    drive: (taskQueue: string) => Promise<Result>,
    place?: { taskQueue?: string; leaves?: true },
  ): Promise<Result>;
  /** For time that was passed without a worker, before the next one comes: see time-locks.ts. */
  restoreLocks(): Promise<void>;
  close(): Promise<void>;
};

let queues = 0;

let isInstalled = false;

/** @param bundled the code of a lab before this one, which takes longest to make */
export async function openWorkflowLab(bundled?: WorkflowBundleWithSourceMap): Promise<WorkflowLab> {
  if (!isInstalled) installRuntime();
  const path = join(cacheFolder(), 'bin', 'temporal-test-server');
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`npm run setup\``);
  const environment = await startServer(path);
  const locks = new TimeLocks(environment);
  const bundle =
    bundled ??
    (await bundleWorkflowCode({
      workflowsPath: WORKFLOWS,
      workflowInterceptorModules: [ABANDONING],
      logger: new DefaultLogger('ERROR', () => undefined),
    }));
  return {
    environment,
    bundle,
    withWorker: async (activities, drive, { taskQueue = `lab-${++queues}`, leaves } = {}) => {
      const worker = await Worker.create({
        connection: environment.nativeConnection,
        taskQueue,
        workflowBundle: bundle,
        ...(leaves === true ? { maxCachedWorkflows: 0 } : {}),
        activities: activities(taskQueue),
        interceptors: { ...locks.interceptors, workflowModules: [ABANDONING] },
      });
      return await worker.runUntil(drive(taskQueue));
    },
    restoreLocks: () => locks.restore(),
    close: () => environment.teardown(),
  };
}

/** The SDK gives a server five seconds, which a virtual machine on a busy computer may not have. */
async function startServer(path: string, triesLeft = 5): Promise<TestWorkflowEnvironment> {
  try {
    return await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path } },
    });
  } catch (error) {
    if (triesLeft === 0 || !String(error).includes('did not start within')) throw error;
    return await startServer(path, triesLeft - 1);
  }
}

/** Once for each process. */
function installRuntime(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    // The time-skipping server lacks what the core warns about with every worker.
    telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
  });
  isInstalled = true;
}
