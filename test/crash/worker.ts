/** The real worker, but for the place at which it dies. Argument: JSON with where to find what. */
import { NativeConnection } from '@temporalio/worker';
import { loadConfig } from '../../src/config/load.ts';
import { createLogger } from '../../src/logging.ts';
import { installRuntime, startWorker } from '../../src/worker.ts';
import { Places } from './places.ts';

export type CrashWorkerOptions = {
  configFile: string;
  address: string;
  workflowBundle: string;
  /** Where it notes the places that it comes to. */
  placesLog: string;
  killAt?: string;
};

const { configFile, address, workflowBundle, placesLog, killAt } = JSON.parse(
  process.argv[2] ?? '',
) as CrashWorkerOptions;
const config = await loadConfig({ path: configFile, env: process.env });
const logger = createLogger('error');
installRuntime(config, logger);
const connection = await NativeConnection.connect({ address });
const places = new Places(placesLog, killAt);
const worker = await startWorker({
  config,
  connection,
  logger,
  workflowBundle,
  wrapDeps: (deps) => places.watch(deps),
  interceptors: { activity: [() => ({ inbound: places.interceptor() })] },
});
await worker.finished;
await connection.close();
