/** Workers that stop answering and wake again, and rollbacks that are ended from outside: the next one goes on. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { follow } from '../support/follow.ts';
import { checkManifest, openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { isRunning, isStopped } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import type { WorkerProcess } from '../support/worker-process.ts';

let lab: Lab;
const workers: WorkerProcess[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
  await lab.close();
});

async function startWorker(stopAt?: string): Promise<WorkerProcess> {
  const worker = await startWorkerProcess({
    configFile: lab.sandbox.configFile,
    workflowBundle: inject('workflowBundle'),
    ...(stopAt === undefined ? {} : { stopAt }),
  });
  workers.push(worker);
  return worker;
}

async function expectRolledBackOnce(): Promise<void> {
  expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
  expect(lab.answers().filter(({ status }) => status !== 200)).toEqual([]);
  expect(isRunning(lab.sandbox.green.pid)).toBe(false);
  expect(await lab.sandbox.green.sigterms()).toBe(1);
  await lab.expectFree();
}

describe('A worker that stops answering', () => {
  // The server goes on giving tasks to a worker that is stopped, until each has timed out. This takes about a minute, which is
  // a step's usual budget: then a person would be asked.
  const budgets = { shiftTrafficSeconds: 180, stopFaultySeconds: 180 };
  it.each(['captureBefore', 'shiftTraffic', 'stopFaulty'])(
    'as it begins %s is replaced by another; when it wakes it can do nothing any more',
    async (stopAt) => {
      lab = await openLab({ withoutWorker: true, environment: { budgets } });
      const first = await startWorker(stopAt);
      const rollback = await lab.start();
      await until('the worker has stopped', () => isStopped(first.pid), { timeoutMs: 30_000 });
      await startWorker();
      const { result, failure } = await rollback.ended();
      expect(failure).toBeNull();
      expect(result?.outcome).toBe('rolled-back');
      await expectRolledBackOnce();
      const after = await lab.targetState();
      const files = await checkManifest(result?.incidentFolder ?? '');

      expect(await first.wake()).toBe('CancelledFailure');
      expect(await lab.targetState()).toEqual(after);
      expect(await checkManifest(result?.incidentFolder ?? '')).toEqual(files);
      await expectRolledBackOnce();
    },
    300_000,
  );
});

describe('A rollback that is ended from outside in the middle', () => {
  /** Holds the rollback as it begins this activity for the first time, until it is let go. */
  function holdAt(activity: string) {
    let begun = false;
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    return {
      onActivity: ({ name }: { name: string }) => {
        if (name !== activity || begun) return undefined;
        begun = true;
        return held;
      },
      reached: () => until(`${activity} begins`, () => begun, { timeoutMs: 60_000 }),
      letGo: () => letGo(),
    };
  }

  it.each(['captureBefore', 'shiftTraffic', 'captureLogs', 'stopFaulty', 'verifyRelease'])(
    'by `terminate` at %s leaves what the next one reads and continues',
    async (activity) => {
      const hold = holdAt(activity);
      lab = await openLab({ onActivity: hold.onActivity });
      const first = await lab.start();
      await hold.reached();
      await first.handle.terminate('a test');
      const second = await lab.start();
      const { result, failure } = await second.ended();
      hold.letGo();
      expect(failure).toBeNull();
      expect(result).toMatchObject({ outcome: 'rolled-back', from: 'green (1.5.0)', to: 'blue (1.4.0)' });
      const { plan } = await second.status();
      expect(plan?.continues?.owner ?? null).toBe(
        ['captureBefore', 'shiftTraffic'].includes(activity) ? null : first.handle.workflowId,
      );
      await expectRolledBackOnce();
      expect(await lab.incidents()).toHaveLength(activity === 'captureBefore' ? 1 : 2);
    },
  );

  it.each(['shiftTraffic', 'stopFaulty'])(
    'by `reset` at %s goes on as the same rollback',
    async (activity) => {
      const hold = holdAt(activity);
      lab = await openLab({ onActivity: hold.onActivity });
      const { handle } = await lab.start();
      await hold.reached();
      const { cli, address } = inject('temporal');
      const argv = ['--workflow-id', handle.workflowId, '--type', 'FirstWorkflowTask', '--reason', 'a test'];
      await promisify(execFile)(cli, ['workflow', 'reset', ...argv, '--address', address]);
      const { result, failure } = await follow(lab.client.workflow.getHandle(handle.workflowId)).ended();
      hold.letGo();
      expect(failure).toBeNull();
      expect(result).toMatchObject({ outcome: 'rolled-back', from: 'green (1.5.0)', to: 'blue (1.4.0)' });
      await expectRolledBackOnce();
    },
  );
});
