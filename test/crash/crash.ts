/** Runs one rollback on real parts whose worker is killed at one place and started again. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { build } from 'esbuild';
import { inject } from 'vitest';
import type { RollbackRequestInput } from '../../src/domain/request.ts';
import type { Ended, StartedRollback } from '../support/follow.ts';
import { openLab } from '../support/lab.ts';
import type { Lab, StartOptions } from '../support/lab.ts';
import { until } from '../support/until.ts';
import type { CrashWorkerOptions } from './worker.ts';

export type Crashed = {
  lab: Lab;
  /** The site file before the rollback. */
  siteBefore: string;
  ended: Ended;
  /** The places that the first worker came to. */
  places: string[];
  /** How the first worker ended, or null when it was not killed. */
  signal: NodeJS.Signals | null;
  /** Every step's state, proof and failure, for whoever must find out why a test failed. */
  story: string;
  /** How often each announcement was attempted, in the order of the announcements. */
  announceAttempts: number[];
};

let program: Promise<string> | null = null;

/** One file that plain Node runs: a worker starts in a fraction of the time that a TypeScript loader takes. */
function workerProgram(): Promise<string> {
  program ??= bundleWorker();
  return program;
}

async function bundleWorker(): Promise<string> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  // Inside the project, so that Node finds the packages.
  const folder = await mkdtemp(join(root, 'node_modules', '.crash-'));
  const outfile = join(folder, 'worker.mjs');
  await build({
    entryPoints: [join(root, 'test/crash/worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  return outfile;
}

/** Another rollback than a traffic-only one that nobody needs to answer. */
export type Scenario = {
  /** Merged into the environment's settings. */
  environment?: Record<string, unknown>;
  request?: Partial<RollbackRequestInput>;
  workflow?: StartOptions['workflow'];
  /** What is broken before it begins. */
  before?: (lab: Lab) => Promise<void>;
  /** What a person does meanwhile. Queries fail as long as no worker is there. */
  answer?: (rollback: StartedRollback) => Promise<void>;
};

/** A rollback from start to end; with `killAt`, the worker dies there once and is started again. */
export async function rollBack({
  ssh,
  killAt,
  scenario: { environment, request, workflow, before, answer } = {},
}: {
  ssh: boolean;
  killAt?: string;
  scenario?: Scenario;
}): Promise<Crashed> {
  const lab = await openLab({
    ssh,
    withoutWorker: true,
    ...(environment === undefined ? {} : { environment }),
  });
  const folder = await mkdtemp(join(tmpdir(), 'backout-crash-'));
  const placesLog = join(folder, 'places.log');
  const options = {
    configFile: lab.sandbox.configFile,
    address: lab.address,
    workflowBundle: inject('workflowBundle'),
    placesLog,
  };
  const first = await startWorker({ ...options, ...(killAt === undefined ? {} : { killAt }) });
  let last = first;
  try {
    await before?.(lab);
    const siteBefore = await lab.site();
    const rollback = await lab.start(request, workflow === undefined ? {} : { workflow });
    const ending = rollback.ended();
    const answering = answer?.(rollback);
    await Promise.race([once(first, 'exit'), ending]);
    const signal = first.signalCode;
    const places = readPlaces(placesLog);
    if (signal !== null) last = await startWorker(options);
    await answering;
    const ended = await ending;
    const story = JSON.stringify((await rollback.status()).steps, null, 2);
    const attempts = await announceAttempts(rollback.handle);
    return { lab, siteBefore, ended, places, signal, story, announceAttempts: attempts };
  } catch (error) {
    await lab.close();
    throw error;
  } finally {
    await endWorker(last);
  }
}

async function startWorker(options: CrashWorkerOptions): Promise<ChildProcess> {
  const child = spawn(process.execPath, [await workerProgram(), JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: process.env,
  });
  return child;
}

async function endWorker(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await until('the worker has ended', () => child.exitCode !== null || child.signalCode !== null).catch(() =>
    child.kill('SIGKILL'),
  );
}

async function announceAttempts(handle: WorkflowHandle): Promise<number[]> {
  const { events } = await handle.fetchHistory();
  const announcements = (events ?? []).filter(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'announce',
  );
  return announcements.map(({ eventId }) => {
    const started = events?.find(
      ({ activityTaskStartedEventAttributes: start }) => String(start?.scheduledEventId) === String(eventId),
    );
    return started?.activityTaskStartedEventAttributes?.attempt ?? 0;
  });
}

function readPlaces(log: string): string[] {
  return existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : [];
}
