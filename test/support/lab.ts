/** One real set-up for a test: a service with two colours behind nginx, a worker, Slack, and constant traffic. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import { expect, inject } from 'vitest';
import { startSandbox } from '../../scripts/demo/sandbox.ts';
import type { Sandbox, SandboxOptions } from '../../scripts/demo/sandbox.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { RollbackRequestInput } from '../../src/domain/request.ts';
import { createLogger } from '../../src/logging.ts';
import { startWorker } from '../../src/worker.ts';
import { follow } from './follow.ts';
import type { StartedRollback } from './follow.ts';
import { isRunning } from './processes.ts';
import { startSlack } from './slack.ts';
import type { SlackReceiver } from './slack.ts';
import { startSshd } from './sshd.ts';
import type { Sshd } from './sshd.ts';
import { startTraffic } from '../../scripts/demo/traffic.ts';
import type { Answer } from '../../scripts/demo/traffic.ts';
import { until } from './until.ts';

export type LabOptions = Omit<SandboxOptions, 'folder' | 'service' | 'ssh' | 'slackUrlVariable'> & {
  /** The service is on another machine: a private sshd, in `sshd`. */
  ssh?: boolean;
  /** Another Temporal server than the one that all tests share. */
  address?: string;
  /** Without a worker: the test starts its own. */
  withoutWorker?: boolean;
  /** Called as an activity begins, in the worker: the place to break something. */
  onActivity?: (activity: { name: string; attempt: number }) => void | Promise<void>;
};

export type StartOptions = {
  workflow?:
    | 'trafficOnlyRollback'
    | 'fullRollback'
    | 'partialRollback'
    | 'recoverService'
    | 'freezeService'
    | 'unfreezeService';
  workflowId?: string;
};

export type Lab = {
  service: string;
  taskQueue: string;
  address: string;
  sandbox: Sandbox;
  slack: SlackReceiver;
  sshd: Sshd | null;
  client: Client;
  /** Where the worker's /metrics are; null without a worker. */
  workerUrl: string | null;
  /** Answers so far, or since a moment. */
  answers(since?: number): Answer[];
  /** The identities of the next answers. */
  nextAnswers(count?: number): Promise<(string | null)[]>;
  /** Default: a traffic-only rollback. */
  start(request?: Partial<RollbackRequestInput>, options?: StartOptions): Promise<StartedRollback>;
  site(): Promise<string>;
  /** The names of the incident folders. */
  incidents(): Promise<string[]>;
  /** Everything on the target that a rollback may touch. */
  targetState(): Promise<Record<string, unknown>>;
  /** The lock workflow and the lock on the target are free for the next rollback. */
  expectFree(): Promise<void>;
  close(): Promise<void>;
};

const newWorkflowId = (service: string) => `rollback-${service}-${randomUUID().slice(0, 4)}`;

const SILENT = new DefaultLogger('ERROR', () => undefined);
let runtimeInstalled = false;

export async function openLab(options: LabOptions = {}): Promise<Lab> {
  const { ssh, withoutWorker, onActivity, address = inject('temporal').address, ...sandboxOptions } = options;
  const folder = await mkdtemp(join(tmpdir(), 'backout-lab-'));
  const service = `listings-${randomUUID().slice(0, 8)}`;
  const taskQueue = `lab-${service}`;
  const slack = await startSlack();
  const variable = `SLACK_${service.replaceAll('-', '_').toUpperCase()}`;
  process.env[variable] = slack.url('incidents');
  const sshd = ssh === true ? await startSshd() : null;
  const sandbox = await startSandbox({
    ...sandboxOptions,
    folder,
    service,
    slackUrlVariable: variable,
    ...(sshd === null ? {} : { ssh: sshd.ssh }),
    file: {
      temporal: { address, taskQueue },
      worker: { healthAddress: '127.0.0.1:0', logLevel: 'error', shutdownGraceSeconds: 1 },
      ...sandboxOptions.file,
    },
  });
  installRuntime();
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection });
  const config = await loadConfig({ path: sandbox.configFile, env: process.env });
  const worker =
    withoutWorker === true
      ? null
      : await startWorker({
          config,
          connection,
          logger: createLogger('error'),
          workflowBundle: inject('workflowBundle'),
          ...(onActivity === undefined ? {} : { interceptors: watching(onActivity) }),
        });
  const traffic = startTraffic(`${sandbox.url}/`);
  await until('traffic flows', () => traffic.answers.length > 0);
  let closed = false;
  const answers = (since = 0) => traffic.answers.filter(({ sentAt }) => sentAt >= since);
  return {
    service,
    taskQueue,
    address,
    sandbox,
    slack,
    sshd,
    client,
    workerUrl: worker?.healthUrl ?? null,
    answers,
    nextAnswers: async (count = 10) => {
      const since = Date.now();
      await until('traffic was answered', () => answers(since).length >= count);
      return answers(since).map(({ release }) => release);
    },
    start: async (request = {}, options = {}) => {
      const { workflow = 'trafficOnlyRollback', workflowId = newWorkflowId(service) } = options;
      const input = { service, reason: '5xx since 1.5.0', requestedBy: 'anna', ...request };
      return follow(await client.workflow.start(workflow, { workflowId, taskQueue, args: [input] }));
    },
    site: () => readFile(sandbox.site, 'utf8'),
    incidents: () => readdir(sandbox.incidents).catch(() => []),
    targetState: async () => {
      const state = join(sandbox.stateDirectory, `${service}.production`);
      const [site, lock, marker] = await Promise.all(
        [sandbox.site, join(state, 'lock'), join(state, 'records', 'rollback')].map((file) =>
          readFile(file, 'utf8'),
        ),
      );
      return {
        site,
        lock,
        marker,
        sigterms: await sandbox.green.sigterms(),
        messages: slack.messages.length,
      };
    },
    expectFree: async () => {
      const lock = client.workflow.getHandle(`backout-lock/${service}/production`);
      const held = await lock.describe().then(
        ({ status }) => status.name === 'RUNNING',
        () => false,
      );
      expect(held, 'the lock workflow is held').toBe(false);
      const file = join(sandbox.stateDirectory, `${service}.production`, 'lock');
      const content = await readFile(file, 'utf8').catch(() => 'owner=\n');
      expect(content).toMatch(/^owner=$/m);
    },
    close: async () => {
      if (closed) return;
      closed = true;
      await traffic.stop();
      worker?.shutdown();
      await worker?.finished;
      await connection.close();
      await killStarted(sandbox);
      await Promise.all([sandbox.stop(), slack.close(), sshd?.stop()]);
      delete process.env[variable];
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function installRuntime(): void {
  if (!runtimeInstalled) Runtime.install({ logger: SILENT });
  runtimeInstalled = true;
}

function watching(onActivity: NonNullable<LabOptions['onActivity']>): WorkerOptions['interceptors'] {
  return {
    activity: [
      ({ info }) => ({
        inbound: {
          execute: async (input, next) => {
            const { cancelled, heartbeat } = Context.current();
            const alive = setInterval(() => heartbeat(), 250);
            // Held up, it is still an activity that lives: it hears of its cancellation.
            await Promise.race([
              onActivity({ name: info.activityType, attempt: info.attempt }),
              cancelled,
            ]).finally(() => clearInterval(alive));
            return await next(input);
          },
        },
      }),
    ],
  };
}

/** Ends what a rollback has started by itself: nobody else would. */
async function killStarted({ blue, green }: Sandbox): Promise<void> {
  for (const { pidFile } of [blue, green]) {
    const pid = Number(await readFile(pidFile, 'utf8').catch(() => '0'));
    if (pid > 0 && isRunning(pid)) process.kill(pid, 'SIGKILL');
  }
}

/** What `sha256sum -c` says of the manifest, or throws with what it objects to. */
export async function checkManifest(folder: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('sha256sum', ['-c', 'MANIFEST.sha256'], { cwd: folder });
  return stdout.trim().split('\n');
}

/** The site file of the sandbox once blue serves, and nothing else is changed. */
export function onBlue(site: string): string {
  return site
    .replace('max_fails=0 down;   # blue', 'max_fails=0;   # blue')
    .replace('max_fails=0;   # green', 'max_fails=0 down;   # green')
    .replace('X-Blue-Weight "0"', 'X-Blue-Weight "100"')
    .replace('X-Green-Weight "100"', 'X-Green-Weight "0"');
}
