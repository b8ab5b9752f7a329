/**
 * Break-glass: the very same workflow and activities on a Temporal server that lives only inside this command.
 * Needs no cluster and no worker, only the configuration. The lock on the target keeps it apart from the others.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { BackoutConfig } from './config/load.ts';
import type { RollbackRequestInput } from './domain/request.ts';
import type { RollbackResult } from './domain/rollback.ts';
import { startEmbeddedTemporal } from './embedded/temporal.ts';
import type { EmbeddedTemporal } from './embedded/temporal.ts';
import { createLogger } from './logging.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';
import { installRuntime, startWorker } from './worker.ts';

const NAMESPACE = 'default';
const TASK_QUEUE = 'backout';
/** After Ctrl-C nobody waits for a step that may take minutes: the next rollback reads what it left. */
const SHUTDOWN_GRACE_SECONDS = 2;

export type LocalRollback = {
  client: Client;
  workflowId: string;
  /** Ends with the rollback. */
  result: Promise<RollbackResult>;
  /** Ends the server and the worker. A rollback that still runs stops where it is. */
  close(): Promise<void>;
};

type LocalParts = {
  config: BackoutConfig;
  logger: Logger;
  workflow: string;
  request: RollbackRequestInput;
  workflowId: string;
};

/** Starts a rollback inside this process. The caller follows it with the client as it would any other. */
export async function startLocalRollback(options: {
  config: BackoutConfig;
  /** The workflow's type. */
  workflow: string;
  request: RollbackRequestInput;
  workflowId: string;
}): Promise<LocalRollback> {
  const folder = await mkdtemp(join(tmpdir(), 'backout-local-'));
  const config = localConfig(options.config);
  const logger = createLogger('error');
  installRuntime(config, logger);
  const server = await startEmbeddedTemporal({
    searchAttributes: [...SEARCH_ATTRIBUTES],
    namespace: NAMESPACE,
    logFile: join(folder, 'temporal.log'),
    headless: true,
  });
  try {
    return await startOn(server, { ...options, config, logger });
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function startOn(
  server: EmbeddedTemporal,
  { config, logger, workflow, request, workflowId }: LocalParts,
): Promise<LocalRollback> {
  const connection = await NativeConnection.connect({ address: server.address });
  const worker = await startWorker({ config, connection, logger, lives: 'process' });
  const client = new Client({ connection, namespace: NAMESPACE });
  const handle = await client.workflow.start(workflow, {
    workflowId,
    taskQueue: TASK_QUEUE,
    args: [request],
    requestEagerStart: true,
  });
  return {
    client,
    workflowId,
    result: handle.result() as Promise<RollbackResult>,
    close: async () => {
      try {
        worker.shutdown();
        await worker.finished.catch(() => undefined);
        await connection.close();
      } finally {
        await server.stop();
      }
    },
  };
}

/** Everything on one queue of the server inside, and no fixed ports: the real worker may run on this machine. */
function localConfig(config: BackoutConfig): BackoutConfig {
  const services = Object.fromEntries(
    Object.entries(config.services).map(([name, service]) => [
      name,
      {
        ...service,
        environments: Object.fromEntries(
          Object.entries(service.environments).map(([environment, settings]) => [
            environment,
            { ...settings, taskQueue: TASK_QUEUE },
          ]),
        ),
      },
    ]),
  );
  const { metricsAddress: _unused, ...worker } = config.worker;
  return {
    ...config,
    services,
    temporal: { ...config.temporal, namespace: NAMESPACE, taskQueue: TASK_QUEUE },
    worker: { ...worker, healthAddress: '127.0.0.1:0', shutdownGraceSeconds: SHUTDOWN_GRACE_SECONDS },
  };
}
