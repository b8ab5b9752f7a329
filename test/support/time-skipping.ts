/** Temporal's time-skipping test server: an hour of waiting passes in a moment. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Activities } from '../../activities/types.ts';
import { cacheFolder } from '../../src/embedded/find-temporal.ts';

const WORKFLOWS = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

export type WorkflowLab = {
  environment: TestWorkflowEnvironment;
  bundle: WorkflowBundleWithSourceMap;
  /** Runs a worker with these activities on a queue of its own while `drive` works. */
  withWorker<Result>(
    activities: (taskQueue: string) => Activities,
    drive: (taskQueue: string) => Promise<Result>,
  ): Promise<Result>;
  close(): Promise<void>;
};

let queues = 0;

export async function openWorkflowLab(): Promise<WorkflowLab> {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    // The time-skipping server lacks what the core warns about with every worker.
    telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
  });
  const path = join(cacheFolder(), 'bin', 'temporal-test-server');
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`npm run setup\``);
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  const bundle = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS,
    logger: new DefaultLogger('ERROR', () => undefined),
  });
  return {
    environment,
    bundle,
    withWorker: async (activities, drive) => {
      const taskQueue = `lab-${++queues}`;
      const worker = await Worker.create({
        connection: environment.nativeConnection,
        taskQueue,
        workflowBundle: bundle,
        activities: activities(taskQueue),
      });
      return await worker.runUntil(drive(taskQueue));
    },
    close: () => environment.teardown(),
  };
}
