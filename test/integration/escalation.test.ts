/** Escalation with real parts: a rollback that is ended from outside is noticed, and a killed worker pages nobody twice. */
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { run } from '../../src/cli/run.ts';
import type { EscalationStatus } from '../../src/domain/escalation/state.ts';
import { fakeIo } from '../cli/support/io.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { until } from '../support/until.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';
import type { WebhookReceiver } from '../support/webhook-receiver.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import type { WorkerProcess } from '../support/worker-process.ts';

const KEY = 'the key of the receiver';
const VARIABLE = 'ESCALATION_TEST_SIGNING_KEY';

let lab: Lab;
let receiver: WebhookReceiver;
let worker: WorkerProcess;
beforeAll(async () => {
  process.env[VARIABLE] = KEY;
  receiver = await startWebhookReceiver(KEY);
  const hook = { kind: 'webhook', url: receiver.url, signingKey: { env: VARIABLE } };
  lab = await openLab({
    withoutWorker: true,
    // It waits for somebody who never comes, so that there is time to end it.
    file: {
      approvals: {
        people: { ben: { name: 'Ben Bo', roles: ['on-call', 'team-lead'] }, cara: { roles: ['reviewer'] } },
      },
      escalation: {
        channels: { hook },
        levels: [
          { people: ['cara'], channels: ['hook'] },
          { people: ['ben'], channels: ['hook'] },
        ],
      },
    },
  });
  worker = await newWorker();
});
afterAll(async () => {
  await worker.kill();
  await lab.close();
  await receiver.close();
  delete process.env[VARIABLE];
});

const newWorker = () =>
  startWorkerProcess({ configFile: lab.sandbox.configFile, workflowBundle: inject('workflowBundle') });

async function startWaiting(): Promise<{
  rollback: WorkflowHandleWithFirstExecutionRunId;
  escalation: WorkflowHandle;
  id: string;
}> {
  const id = `escalated-${randomUUID().slice(0, 8)}`;
  const input = { service: lab.service, reason: '5xx since 1.5.0', requestedBy: 'anna' };
  const { workflow } = lab.client;
  const rollback = await workflow.start('trafficOnlyRollback', {
    workflowId: id,
    taskQueue: lab.taskQueue,
    args: [input],
  });
  const escalation = workflow.getHandle(`backout-escalation/${id}/${rollback.firstExecutionRunId}`);
  return { rollback, escalation, id };
}

const pagesOf = (id: string) => receiver.pages.filter(({ id: page }) => String(page).startsWith(`${id}/`));
const statusOf = (escalation: WorkflowHandle) => escalation.query<EscalationStatus>('escalationStatus');

test('a rollback that is terminated is paged at once, and its escalation takes what people say', async () => {
  const { rollback, escalation, id } = await startWaiting();
  await until('the first level is paged', () => pagesOf(id).length === 1);
  await rollback.terminate('wrong window');
  await until('the second level is paged', () => pagesOf(id).length === 2);

  const [, { level, title, body } = {}] = pagesOf(id);
  expect(level).toEqual({ number: 2, name: 'team lead or DevOps' });
  expect(title).toBe(`${lab.service} in production: the rollback was ENDED FROM OUTSIDE (P1)`);
  expect(body).toEqual([
    expect.stringContaining('You are called as level 2 (team lead or DevOps: Ben Bo): something went wrong.'),
    expect.stringMatching(
      /^The rollback was ended from outside at .* UTC: it was terminated \(“wrong window”\)\. /,
    ),
    'Traffic was not changed by this rollback: when the plan was made, green (1.5.0) gave 100 % of the answers. No data was changed.',
  ]);

  const io = fakeIo({ env: { BACKOUT_USER: 'ben' } });
  const backout = (...argv: string[]) => run(['--config', lab.sandbox.configFile, ...argv], io);
  await until('it is noted', async () =>
    (await statusOf(escalation)).pages.every(({ outcome }) => outcome === 'sent'),
  );
  await backout('status', id);
  expect(io.printed.out).toContain('Escalation: level 2 (team lead or DevOps: Ben Bo).');
  expect(await backout('ack', id, '--note', 'at it')).toBe(0);
  expect(await backout('resolve', id, '--resolution', 'rolled back by hand')).toBe(0);
  expect(await escalation.result()).toMatchObject({
    state: 'ended',
    said: 'Resolved by ben: rolled back by hand',
    acknowledgements: [{ by: 'ben', note: 'at it' }],
  });
  expect(pagesOf(id).map(({ action }) => action)).toEqual(['trigger', 'trigger', 'acknowledge', 'resolve']);
  expect(await backout('resolve', id, '--resolution', 'again')).toBe(2);
});

test('a worker that is killed while it pages: another one goes on, and each page counts once', async () => {
  receiver.inject({ kind: 'silent' });
  const before = receiver.seen.length;
  const { rollback, escalation, id } = await startWaiting();
  await until('the page was taken, and nobody heard of it', () => receiver.seen.length > before);
  await worker.kill();
  worker = await newWorker();
  await until(
    'another worker has sent it',
    async () => (await statusOf(escalation)).pages[0]?.outcome === 'sent',
    { timeoutMs: 60_000 },
  );
  expect(receiver.seen.length).toBe(before + 2);
  expect(pagesOf(id)).toHaveLength(1);

  await rollback.signal('resolve', { by: 'ben', resolution: 'it is the network' });
  expect(await escalation.result()).toMatchObject({ said: 'Resolved by ben: it is the network' });
  expect(pagesOf(id).map(({ action }) => action)).toEqual(['trigger', 'resolve']);
  await rollback.cancel();
  await expect(rollback.result()).rejects.toThrow('Workflow execution cancelled');
});

test('a rollback that is reset is paged, and the run that goes on is watched to its end', async () => {
  const { rollback, escalation, id } = await startWaiting();
  await until('the first level is paged', () => pagesOf(id).length === 1);
  const { events } = await rollback.fetchHistory();
  const completed = events?.filter((event) => event.workflowTaskCompletedEventAttributes).at(-1);
  const { runId } = await lab.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: id, runId: rollback.firstExecutionRunId },
    reason: 'once more',
    requestId: randomUUID(),
    workflowTaskFinishEventId: completed?.eventId ?? null,
  });
  await until('the second level is paged', () => pagesOf(id).length === 2);
  expect(pagesOf(id)[1]?.['title']).toBe(
    `${lab.service} in production: the rollback was RESET and goes on from an earlier step (P1)`,
  );
  const goesOn = lab.client.workflow.getHandle(id, runId);
  await goesOn.signal('approve', { by: 'ben' });
  expect(await goesOn.result()).toMatchObject({ outcome: 'rolled-back' });
  expect(await escalation.result()).toMatchObject({ state: 'ended' });
});
