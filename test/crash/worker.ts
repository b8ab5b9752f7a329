/** A worker like the real one, but for the place at which it dies. Arguments: JSON with where to find what. */
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/index.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createLogger } from '../../src/logging.ts';
import { createDeps, installRuntime } from '../../src/worker.ts';
import { Places } from './places.ts';

export type CrashWorkerOptions = {
  configFile: string;
  address: string;
  taskQueue: string;
  bundle: string;
  placesLog: string;
  killAt?: string;
};

const options = JSON.parse(process.argv[2] ?? '') as CrashWorkerOptions;
const config = await loadConfig({ path: options.configFile, env: process.env });
installRuntime(config, createLogger('error'));
const connection = await NativeConnection.connect({ address: options.address });
const places = new Places(options.placesLog, options.killAt);
const deps = createDeps({ config, connection, searchAttributes: [], taskQueue: options.taskQueue });
const worker = await Worker.create({
  connection,
  taskQueue: options.taskQueue,
  workflowBundle: { codePath: options.bundle },
  activities: createActivities(places.watch(deps)),
  interceptors: { activity: [() => ({ inbound: places.interceptor() })] },
});
await worker.run();
