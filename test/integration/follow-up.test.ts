/** Follow-ups on a real Temporal server and service: trouble that is real, a worker that dies in the middle of a ticket. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import type { FollowUpStatus } from '../../src/domain/follow-up/status.ts';
import { fakeIo } from '../cli/support/io.ts';
import { REPO, startGithub } from '../support/github-api.ts';
import type { GithubApi } from '../support/github-api.ts';
import { checkManifest, openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { until } from '../support/until.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import type { WorkerProcess } from '../support/worker-process.ts';

let lab: Lab;
let github: GithubApi;
let workers: WorkerProcess[];
let followUps: string[];
beforeEach(async () => {
  github = await startGithub();
  process.env['FOLLOW_UP_GITHUB_TOKEN'] = github.token;
  const token = { env: 'FOLLOW_UP_GITHUB_TOKEN' };
  lab = await openLab({
    withoutWorker: true,
    file: { followUp: { tickets: { github: { repo: REPO, token, baseUrl: github.url } } } },
  });
  workers = [];
  followUps = [];
});
afterEach(async () => {
  // One that goes on after its test would be in the lists of others.
  await Promise.all(
    followUps.map((id) =>
      lab.client.workflow
        .getHandle(id)
        .terminate()
        .catch(() => undefined),
    ),
  );
  await Promise.all(workers.map((worker) => worker.kill()));
  await lab.close();
  await github.close();
  delete process.env['FOLLOW_UP_GITHUB_TOKEN'];
});

async function startWorker(): Promise<WorkerProcess> {
  const worker = await startWorkerProcess({
    configFile: lab.sandbox.configFile,
    workflowBundle: inject('workflowBundle'),
  });
  workers.push(worker);
  return worker;
}

/** The program, in this process. */
async function backout(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo({ env: { BACKOUT_CONFIG: lab.sandbox.configFile, BACKOUT_USER: 'ben' } });
  const code = await run(argv, io);
  return { code, ...io.printed };
}

/** Rolls back, and names the follow-up. */
async function rollBack(): Promise<{ workflowId: string; followUp: string; folder: string }> {
  const rollback = await lab.start();
  const { result, failure } = await rollback.ended();
  expect(failure).toBeNull();
  const { followUp } = await rollback.status();
  if (followUp === undefined) throw new Error('it is not followed up');
  followUps.push(followUp);
  return { workflowId: rollback.handle.workflowId, followUp, folder: result?.incidentFolder ?? '' };
}

const statusOf = (id: string) => lab.client.workflow.getHandle(id).query<FollowUpStatus>('status');

/** The same follow-up once more, with checks every second: what a configuration may ask for is a minute. */
async function hurry(followUp: string): Promise<string> {
  const handle = lab.client.workflow.getHandle(followUp);
  const { events } = await handle.fetchHistory();
  const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  if (!payload) throw new Error('it was started without input');
  const input = defaultPayloadConverter.fromPayload<{ settings: object }>(payload);
  await handle.terminate();
  const settings = { ...input.settings, everyMinutes: 1 / 60, watchHours: 1 };
  const workflowId = `${followUp.replace(/-follow-up.*/, '')}-hurried-follow-up`;
  followUps.push(workflowId);
  await lab.client.workflow.start('followUp', {
    workflowId,
    taskQueue: lab.taskQueue,
    args: [{ ...input, settings }],
  });
  return workflowId;
}

describe('a follow-up', () => {
  it('makes one ticket although the worker is killed between making it and hearing so; people tick what is done', async () => {
    github.fail('POST', `/repos/${REPO}/issues`, 'hang-after');
    const dying = await startWorker();
    const { workflowId, followUp, folder } = await rollBack();
    await until('the ticket is made, and nobody knows it', () => github.issues.length === 1);
    expect((await statusOf(followUp)).bugTicket).toBeNull();
    await dying.kill();
    await startWorker();
    await until('the ticket is known', async () => (await statusOf(followUp)).bugTicket !== null, {
      timeoutMs: 60_000,
    });
    expect(github.issues).toHaveLength(1);
    expect(github.issues[0]?.title).toBe(
      `green (1.5.0) of ${lab.service} was rolled back in production: 5xx since 1.5.0`,
    );
    expect(github.issues[0]?.body).toContain(`${folder}/INCIDENT_REPORT.md`);

    const ticked = await backout('tick', workflowId, 'root-cause', '--note', 'a missing index');
    expect(ticked.out).toBe(`Ticked by ben: root-cause.\n  What is open:  backout status ${followUp}\n`);
    expect(await backout('tick', followUp, 'root-cause')).toMatchObject({
      code: 2,
      err: expect.stringContaining('ben has ticked root-cause already'),
    });
    const shown = await backout('status', followUp);
    expect(shown.out).toContain('✔ root-cause: Root cause found (ben, ');
    expect(shown.out).toContain(`Bug ticket: ${github.url}/${REPO}/issues/1`);
    expect((await backout('status', workflowId)).out).toContain(`Followed up by ${followUp}`);
    expect((await backout('status')).out).toContain(
      `  ${followUp}: ${lab.service} in production: 0 checks made`,
    );
    expect(await readFile(join(folder, 'POSTMORTEM.md'), 'utf8')).toContain('# Postmortem (draft): ');
    expect((await backout('doctor')).out).toContain(`GitHub ${REPO} can be reached, and its issues read`);
  });

  it('tells of real trouble once, closes its ticket when it is over, and leaves its record', async () => {
    await startWorker();
    const { followUp, folder } = await rollBack();
    const hurried = await hurry(followUp);
    await until('checks are made', async () => (await statusOf(hurried)).watch.made >= 2);
    expect((await statusOf(hurried)).watch.troubles).toEqual([]);

    await lab.sandbox.blue.control({ unhealthy: true });
    const kinds = async () => (await statusOf(hurried)).watch.troubles;
    const open = async (kind: string) =>
      (await kinds()).find((one) => one.kind === kind && one.until === null && one.ticket !== null);
    await until('trouble is found', async () => (await open('health')) !== undefined, { timeoutMs: 60_000 });
    await until('several checks have seen it', async () => ((await open('health'))?.seen ?? 0) >= 2, {
      timeoutMs: 60_000,
    });
    await lab.sandbox.blue.control({ unhealthy: false });
    await until('it is over', async () => (await kinds()).every(({ until: end }) => end !== null), {
      timeoutMs: 60_000,
    });
    const ofHealth = () => github.issues.filter(({ title }) => title.endsWith('health checks fail'));
    await until('its ticket is closed', () => ofHealth()[0]?.state === 'closed', { timeoutMs: 60_000 });
    expect(ofHealth()).toHaveLength(1);
    expect(ofHealth()[0]?.comments).toHaveLength(1);
    expect(new Set(github.issues.map(({ title }) => title)).size).toBe(github.issues.length - 1);
    const told = lab.slack.messages
      .map(({ text }) => text)
      .filter((text) => text.includes('health checks fail'));
    expect(told.map((text) => text.split(':')[0])).toEqual([
      '🚨 TROUBLE AFTER THE ROLLBACK, health checks fail',
      '✅ Over',
    ]);

    for (const item of ['report-reviewed', 'customers-told', 'root-cause', 'report-completed', 'postmortem'])
      expect((await backout('tick', hurried, item)).code).toBe(0);
    const { items } = await statusOf(hurried);
    expect(items.filter(({ ticked }) => ticked === null).map(({ name }) => name)).toEqual(['watched']);
    await checkManifest(folder);
  });
});
