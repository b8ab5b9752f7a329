/**
 * A worker with the real workflows and with steps that take no time. Argument: JSON, see LoadWorkerOptions. Over IPC
 * it says when it takes work, and answers `state`.
 */
import { readFile } from 'node:fs/promises';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { freePort } from '../src/embedded/ports.ts';
import { fakeActivities } from '../test/workflows/support.ts';
import { BUNDLE } from './load.ts';
import type { LoadWorkerOptions, LoadWorkerState } from './load.ts';

const { address, taskQueue, stepsFail } = JSON.parse(process.argv[2] ?? '') as LoadWorkerOptions;
const metrics = `127.0.0.1:${await freePort()}`;
Runtime.install({
  logger: new DefaultLogger('ERROR', () => undefined),
  telemetryOptions: { metrics: { prometheus: { bindAddress: metrics } } },
});

const fails = async (): Promise<never> => {
  throw ApplicationFailure.create({
    type: 'ProofFailed',
    message: 'as the benchmark wants it',
    nonRetryable: true,
  });
};
/** Everything that the fake steps were asked to do. */
const calls: string[] = [];
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  activities: fakeActivities(taskQueue, { calls, replaced: stepsFail ? { shiftTraffic: fails } : {} }),
  workflowBundle: { codePath: BUNDLE },
  // As the real worker has it.
  stickyQueueScheduleToStartTimeout: '2s',
  maxConcurrentActivityTaskExecutions: 100,
});

process.on('message', () => void state().then((answer) => process.send?.(answer)));
process.send?.('ready');
await worker.run();

async function state(): Promise<LoadWorkerState> {
  globalThis.gc?.();
  const waiting = calls.filter((call) => call === 'announce waiting-for-decision incidents').length;
  return {
    waiting,
    residentKb: Math.round((await residentBytes()) / 1024),
    cached: await cachedWorkflows(),
  };
}

/** Of the whole process, with the SDK's threads: each thread's own heap is part of it. */
async function residentBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kb === undefined ? process.memoryUsage().rss : Number(kb) * 1024;
}

/** As the SDK's core counts them. */
async function cachedWorkflows(): Promise<number> {
  const text = await (await fetch(`http://${metrics}/metrics`)).text();
  const values = [...text.matchAll(/^temporal_sticky_cache_size\{.*\} (\d+)/gm)].map(([, value]) =>
    Number(value),
  );
  return values.reduce((sum, value) => sum + value, 0);
}
