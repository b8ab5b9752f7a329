/** What startWorkerProcess starts. */
import { NativeConnection } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import { loadConfig } from '../../src/config/load.ts';
import { createLogger } from '../../src/logging.ts';
import { installRuntime, startWorker } from '../../src/worker.ts';
import type { WorkerProcessOptions } from './worker-process.ts';

const { configFile, workflowBundle, stopAt } = JSON.parse(process.argv[2] ?? '') as WorkerProcessOptions;

const interceptors: WorkerOptions['interceptors'] = {
  activity: [
    ({ info }) => ({
      inbound: {
        execute: async (input, next) => {
          if (info.activityType !== stopAt || info.attempt > 1) return await next(input);
          process.kill(process.pid, 'SIGSTOP');
          // From here on it is awake again, and acts as if nothing had been.
          try {
            const result = await next(input);
            process.stdout.write('done\n');
            return result;
          } catch (error) {
            process.stdout.write(`${(error as { type?: string }).type ?? (error as Error).name}\n`);
            throw error;
          }
        },
      },
    }),
  ],
};

const config = await loadConfig({ path: configFile, env: process.env });
const logger = createLogger('error');
installRuntime(config, logger);
const connection = await NativeConnection.connect({ address: config.temporal.address });
const worker = await startWorker({ config, connection, logger, workflowBundle, interceptors });
process.stdout.write('ready\n');
await worker.finished;
