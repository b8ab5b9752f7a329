/** The program where things wait: for a person's decision, and for a worker. Nobody is at a terminal. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { run } from '../../src/cli/run.ts';
import type { RollbackStatus } from '../../src/domain/rollback.ts';
import { fakeIo } from '../cli/support/io.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { pollOnce } from '../support/poll-once.ts';
import { isStopped } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import type { WorkerProcess } from '../support/worker-process.ts';

type Ran = { code: number; out: string; err: string };

async function backout(lab: Lab, ...argv: string[]): Promise<Ran> {
  const io = fakeIo({ env: { BACKOUT_USER: 'anna' } });
  const code = await run(['--config', lab.sandbox.configFile, ...argv], io);
  return { code, ...io.printed };
}

const rollback = (lab: Lab, ...more: string[]) =>
  backout(lab, 'rollback', 'traffic-only', lab.service, '--reason', '5xx since 1.5.0', '--yes', ...more);

describe('A rollback that waits for a decision', () => {
  let lab: Lab;
  let started: Ran;
  let id: string;
  beforeAll(async () => {
    // nginx is never told, so the proof fails.
    lab = await openLab({
      target: { nginx: { reload: ['true'] }, probe: { withinSeconds: 1 } },
      environment: { budgets: { shiftTrafficSeconds: 5 } },
    });
    started = await rollback(lab);
    id = /^Started (\S+)\. /.exec(started.out)?.[1] ?? '';
  });
  afterAll(() => lab.close());

  test('ends a pipeline with 5, and the answers that reach it from there', () => {
    const { configFile } = lab.sandbox;
    expect(started.code).toBe(5);
    expect(started.err).toBe(
      'Nobody is here to decide: only the watching has ended, and the rollback goes on waiting.\n',
    );
    expect(started.out).toContain('Waits for: A decision about the step "Send all traffic to blue (1.4.0)"');
    expect(started.out).toContain(`\n    backout --config ${configFile} decide ${id} shift-traffic `);
    expect(started.out).toContain(
      `\n    temporal workflow signal --address ${lab.address} --workflow-id ${id} --name decideStep `,
    );
  });

  test('ends `watch --json` with 5 and one document', async () => {
    const { code, out, err } = await backout(lab, 'watch', id, '--json');
    expect({ code, err }).toEqual({ code: 5, err: '' });
    const document = JSON.parse(out) as { format: string; exitCode: number; status: RollbackStatus };
    expect(document).toMatchObject({ format: 'backout.waiting/1', workflowId: id, exitCode: 5 });
    expect(document.status.awaiting?.step).toBe('shift-traffic');
  });

  test('names the folder of its evidence and no report, which is not there yet', async () => {
    const { code, out } = await backout(lab, 'status', id);
    expect(out).toMatch(/\nEvidence so far, on the worker: .*\/rollback-\d{8}-\d{6}\n$/);
    expect(out).not.toContain('INCIDENT_REPORT.md');
    expect(code).toBe(5);
  });

  test('takes no answer about another step', async () => {
    expect(await backout(lab, 'decide', id, 'stop-faulty', 'retry')).toEqual({
      code: 2,
      out: '',
      err:
        'backout: Not stop-faulty waits for a decision now, but shift-traffic. To answer that: ' +
        `\`backout --config ${lab.sandbox.configFile} decide ${id} shift-traffic retry\`. This command changed nothing.\n`,
    });
  });

  test('that is terminated does not read as if it still waited', async () => {
    await lab.client.workflow.getHandle(id).terminate('by hand');
    const { code, out } = await backout(lab, 'status', id);
    expect(out).toMatch(new RegExp(`^${id}: terminated\n`));
    expect(out).not.toContain('Waits for');
    expect(out).toContain('\nENDED FROM OUTSIDE\n');
    expect(code).toBe(4);
    const history = await backout(lab, 'history', '--service', lab.service, '--json');
    expect(JSON.parse(history.out)).toMatchObject([
      { workflowId: id, service: lab.service, outcome: 'terminated' },
    ]);
  });
});

describe('Without a worker', () => {
  let lab: Lab;
  let worker: WorkerProcess | null = null;
  afterEach(async () => {
    await worker?.kill();
    worker = null;
    await lab.close();
  });

  test('what nobody takes up is taken back, also with --detach', async () => {
    lab = await openLab({ withoutWorker: true });
    await pollOnce(lab.client, lab.taskQueue);
    const { code, out, err } = await rollback(lab, '--detach');
    expect({ code, out }).toEqual({ code: 6, out: '' });
    expect(err).toMatch(
      /^backout: No worker polls task queue .* \S+ was taken back, and has changed nothing\. Another may be at work: /,
    );
    const running = await backout(lab, 'status', '--json');
    expect(running.out).not.toContain(lab.service);
  });

  test('a rollback whose worker died while it moved traffic says that traffic may have moved', async () => {
    lab = await openLab({ withoutWorker: true });
    worker = await startWorkerProcess({
      configFile: lab.sandbox.configFile,
      workflowBundle: inject('workflowBundle'),
      stopAt: 'shiftTraffic',
    });
    const { handle } = await lab.start();
    await until('the worker has stopped', () => isStopped(worker?.pid ?? 0), { timeoutMs: 60_000 });
    const { code, out, err } = await backout(lab, 'status', handle.workflowId);
    expect(out).toContain('\n  ✔ Keep the state before the rollback (done, ');
    expect(out).toContain(
      'Traffic is being moved from green (1.5.0) to blue (1.4.0); nothing is proved yet.\nNo data was changed.\n',
    );
    expect(out).toContain('\nNot known without a worker:\n');
    const all = await backout(lab, 'status');
    expect(all.out).toMatch(
      new RegExp(`${handle.workflowId} +no worker answers +.* s +Traffic is being moved from green`),
    );
    expect(all.code).not.toBe(0);
    expect(err).toContain(`No worker answered for ${handle.workflowId} within 5 s.`);
    expect(err).toContain(
      'Under way when it was last heard of: shift-traffic, attempt 1. It is the step that moves traffic: ' +
        'traffic may have been moved already, and that is not proved.\n',
    );
    expect(code).toBe(6);
    await handle.terminate();
  });
});
