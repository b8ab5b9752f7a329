/** The worker: the one place that wires configuration, connections, activities and workflows together. */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createActivities } from '../activities/index.ts';
import type { Deps } from '../activities/deps.ts';
import { createHosts } from '../activities/commands/hosts.ts';
import { createWorkerProbe } from '../activities/http/from-worker.ts';
import type { BackoutConfig } from './config/load.ts';
import { formatProblem } from './config/problems.ts';
import type { PlacedProblem } from './config/problems.ts';
import { connectionOptions } from './config/temporal.ts';
import { measured } from './gateway/measured.ts';
import { createMetrics } from './gateway/metrics.ts';
import { serveHealth } from './gateway/health.ts';
import { createLogger, temporalLogger } from './logging.ts';
import { scheduleRemoval } from './records-schedule.ts';
import { registerSearchAttributes } from './search-attributes.ts';
import { WORKFLOW_SOURCES } from './workflow-sources.ts';

export type RunningWorker = {
  /** Where /healthz, /readyz and /metrics are. */
  healthUrl: string;
  /** Ends when the worker has shut down; rejects when it failed. */
  finished: Promise<void>;
  /** Takes no new work, lets running steps finish within the grace time, then ends. */
  shutdown(): void;
};

export type WorkerParts = {
  config: BackoutConfig;
  connection: NativeConnection;
  /** Overrides the configuration's main task queue: for a worker inside a service's own network. */
  taskQueue?: string;
  logger: Logger;
  /** `process` for break-glass: see `Deps`. */
  lives?: 'temporal' | 'process';
  /** A file made by `bundleWorkflowCode`. Default: the one that `npm run build` made, else the sources. */
  workflowBundle?: string;
  /** For what watches activities, such as tracing. */
  interceptors?: WorkerOptions['interceptors'];
  /** Wraps what activities reach the world with. */
  wrapDeps?: (deps: Deps) => Deps;
};

export type RunOptions = {
  config: BackoutConfig;
  /** What is wrong with templates that `config` does without. */
  unusedTemplates: PlacedProblem[];
  taskQueue?: string;
};

/** `backout worker`: connects, starts, and runs until SIGTERM or SIGINT. */
export async function runWorker({ unusedTemplates, ...options }: RunOptions): Promise<void> {
  const { config } = options;
  const logger = createLogger(config.worker.logLevel);
  for (const problem of unusedTemplates)
    logger.error(
      { problem: formatProblem(problem) },
      'a template is left out: the default text is used instead',
    );
  installRuntime(config, logger);
  const connection = await NativeConnection.connect(await connectionOptions(config));
  try {
    const worker = await startWorker({ ...options, connection, logger });
    await worker.finished;
  } finally {
    await connection.close();
  }
}

/** Starts a worker on an open connection. */
export async function startWorker({
  config,
  connection,
  taskQueue,
  logger,
  lives,
  workflowBundle,
  interceptors,
  wrapDeps = (deps) => deps,
}: WorkerParts): Promise<RunningWorker> {
  const { namespace } = config.temporal;
  const queue = taskQueue ?? config.temporal.taskQueue;
  const { known, problem } = await registerSearchAttributes(connection, namespace);
  if (problem !== null) {
    logger.warn(
      { known, problem },
      'search attributes could not be registered: rollbacks run, but are found by ID only',
    );
  }
  const metrics = createMetrics();
  let running: Worker | null = null;
  const deps = wrapDeps({
    ...createDeps({ config, connection, searchAttributes: known, taskQueue: queue }),
    lives: lives ?? 'temporal',
    isStopping: () => running !== null && running.getState() !== 'RUNNING',
    onEnded: (plan, ended) => metrics.ended(plan, ended),
    onBadTemplate: (problem) =>
      logger.warn({ problem }, 'a template failed: the default text is used instead'),
  });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: queue,
    identity: config.worker.identity ?? `backout@${hostname()}:${process.pid}`,
    activities: createActivities(deps),
    workflowBundle: await workflowCode(logger, workflowBundle),
    interceptors: { ...interceptors, activity: [measured(metrics), ...(interceptors?.activity ?? [])] },
    // When this worker dies, another one takes its rollbacks over after this time, not after the usual 10 seconds.
    stickyQueueScheduleToStartTimeout: '2s',
    shutdownGraceTime: config.worker.shutdownGraceSeconds * 1000,
    maxConcurrentActivityTaskExecutions: config.worker.maxConcurrentActivities,
  });
  running = worker;
  const health = await serveHealth(config.worker.healthAddress, {
    state: () => worker.getState(),
    metrics: () => metrics.text(),
  });
  // A rollback must not pay for a handshake: connections are opened now and kept open.
  void deps.hosts
    .warm()
    .catch((error: unknown) => logger.warn({ error: String(error) }, 'a host could not be reached yet'));
  // Break-glass lives for one rollback.
  if (deps.lives === 'temporal') void keepRecordsBounded(deps, logger);
  logger.info(
    { taskQueue: queue, namespace, health: health.url, services: Object.keys(config.services) },
    'worker started',
  );
  return {
    healthUrl: health.url,
    finished: worker.run().finally(async () => {
      await Promise.allSettled([health.close(), deps.hosts.close()]);
      logger.info('worker stopped');
    }),
    // SIGTERM may have begun it already, through the runtime.
    shutdown: () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}

/** Beside the start of the worker: rollbacks do not wait for it. Never fails. */
async function keepRecordsBounded(
  { client, taskQueue }: Pick<Deps, 'client' | 'taskQueue'>,
  logger: Logger,
): Promise<void> {
  const { scheduleId, problem } = await scheduleRemoval(client.schedule, taskQueue);
  if (problem === null) return;
  logger.warn(
    { scheduleId, problem },
    'old records are not removed: the schedule could not be made. Rollbacks run; docs/operations.md says how to make it by hand',
  );
}

/** What activities need, from the configuration and an open connection. */
export function createDeps(parts: {
  config: BackoutConfig;
  connection: NativeConnection;
  searchAttributes: string[];
  taskQueue: string;
}): Deps {
  const { config, connection, searchAttributes, taskQueue } = parts;
  return {
    services: config.services,
    slack: config.slack,
    statusPage: config.statusPage,
    stakeholders: config.stakeholders,
    customerNotice: config.customerNotice,
    approvals: config.approvals,
    followUp: config.followUp,
    events: config.events,
    templates: config.templates,
    escalation: config.escalation,
    incidents: config.incidents,
    taskQueue,
    searchAttributes,
    hosts: createHosts(config.hosts),
    workerHttp: createWorkerProbe(),
    env: process.env,
    fetch,
    client: new Client({ connection, namespace: config.temporal.namespace }),
    lives: 'temporal',
    isStopping: () => false,
    onEnded: () => undefined,
  };
}

/** The bundle made by `npm run build`; in a checkout that was not built, the sources are bundled at start. */
async function workflowCode(
  logger: Logger,
  given?: string,
): Promise<NonNullable<WorkerOptions['workflowBundle']>> {
  const bundle = given ?? fileURLToPath(new URL('./workflow-bundle.js', import.meta.url));
  if (existsSync(bundle)) return { codePath: bundle };
  return await bundleWorkflowCode({ ...WORKFLOW_SOURCES, logger: temporalLogger(logger) });
}

/** Once per process, before the first connection. */
export function installRuntime(config: BackoutConfig, logger: Logger): void {
  Runtime.install({
    logger: temporalLogger(logger),
    telemetryOptions: {
      logging: { forward: {}, filter: 'WARN' },
      ...(config.worker.metricsAddress === undefined
        ? {}
        : { metrics: { prometheus: { bindAddress: config.worker.metricsAddress } } }),
    },
    shutdownSignals: ['SIGTERM', 'SIGINT'],
  });
}
