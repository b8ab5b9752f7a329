/** A rollback steered with nothing but the `temporal` CLI, and two rollbacks of one service at once. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { RollbackStatus } from '../../src/domain/rollback.ts';
import { follow } from '../support/follow.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { until } from '../support/until.ts';

let lab: Lab;
afterEach(() => lab.close());

/** `temporal workflow …` against the test server; its exit code matters, too. */
async function temporal(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const { cli, address } = inject('temporal');
  const argv = ['workflow', ...args, '--address', address, '--output', 'json'];
  try {
    return { exitCode: 0, ...(await promisify(execFile)(cli, argv)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exitCode: code, stdout, stderr };
  }
}

const start = (workflowId: string, ...rest: string[]) =>
  temporal(
    ...['start', '--type', 'trafficOnlyRollback', '--task-queue', lab.taskQueue, '--workflow-id', workflowId],
    ...rest,
  );

async function query(workflowId: string): Promise<RollbackStatus> {
  const { stdout } = await temporal('query', '--workflow-id', workflowId, '--name', 'status');
  return (JSON.parse(stdout) as { queryResult: RollbackStatus[] }).queryResult[0] as RollbackStatus;
}

const signal = (workflowId: string, name: string, ...input: string[]) =>
  temporal('signal', '--workflow-id', workflowId, '--name', name, ...input);

describe('With the temporal CLI alone', () => {
  it.each([
    { given: 'nothing', input: [], problem: 'expected exactly one JSON object, got 0 arguments' },
    {
      given: 'two inputs',
      input: ['--input', '{}', '--input', '{}'],
      problem: 'expected exactly one JSON object, got 2 arguments',
    },
    {
      given: 'text',
      input: ['--input', '"listings"'],
      problem: 'Invalid input: expected object, received string',
    },
    {
      given: 'what nobody can read',
      input: ['--input', '{}', '--input-meta', 'encoding=what/ever'],
      problem: 'Invalid input: expected object, received string',
    },
    {
      given: 'an empty object',
      input: ['--input', '{}'],
      problem:
        'service: Invalid input: expected string, received undefined; reason: Invalid input: expected string, received undefined',
    },
  ])('a start with $given fails at once and says what is wrong', async ({ input, problem }) => {
    lab = await openLab();
    const workflowId = `bad-input-${lab.service}`;
    expect((await start(workflowId, ...input)).exitCode).toBe(0);
    const { failure } = await follow(lab.client.workflow.getHandle(workflowId)).ended();
    expect(failure).toMatchObject({ type: 'InvalidRequest' });
    expect(failure?.message).toContain(
      `The input is not a valid rollback request: ${problem}. Nothing was changed: traffic and data are as they were.`,
    );
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['green']));
    const shown = await temporal('show', '--workflow-id', workflowId);
    expect(shown.stdout).toContain(problem);
  });

  it('a rollback can be started, looked at, answered, acknowledged and resolved', async () => {
    lab = await openLab({
      target: { nginx: { reload: ['true'] }, probe: { withinSeconds: 1 } },
      environment: { budgets: { shiftTrafficSeconds: 15 } },
    });
    const id = `by-cli-${lab.service}`;
    const input = { service: lab.service, reason: "it's 5xx", requestedBy: 'anna', severity: 'P0' };
    expect((await start(id, '--input', JSON.stringify(input))).exitCode).toBe(0);
    await until('it waits', async () => (await query(id)).phase === 'waiting', { timeoutMs: 60_000 });
    const { awaiting } = await query(id);
    expect(awaiting?.answers.at(-1)).toBe(
      `temporal workflow signal --workflow-id ${id} --name decideStep --input '{"step":"shift-traffic","decision":"retry","by":"YOUR-NAME","note":"WHY"}'`,
    );

    await signal(id, 'decideStep', '--input', '{"step":"shift-traffic","decision":"maybe","by":"anna"}');
    await signal(id, 'decideStep', '--input', '{"step":"no-such","decision":"retry","by":"anna"}');
    await signal(id, 'acknowledge');
    await signal(id, 'resolve', '--input', '"fixed"');
    await signal(id, 'decidestep', '--input', '{}');
    await signal(id, 'acknowledge', '--input', '{"by":"anna"}');
    const { refusedMessages, acknowledgements, phase } = await query(id);
    expect(phase).toBe('waiting');
    expect(acknowledgements).toEqual([{ by: 'anna', at: expect.any(String) as string }]);
    expect(refusedMessages.map(({ name, why }) => `${name}: ${why}`)).toEqual([
      'decideStep: decision: Invalid option: expected one of "retry"|"skip"|"abort"|"recover"',
      'decideStep: there is no step "no-such"; the steps are capture-before, start-previous, shift-traffic, capture-logs, stop-faulty, verify, report, announce',
      'acknowledge: Invalid input: expected object, received undefined',
      'resolve: Invalid input: expected object, received string',
      'decidestep: there is no signal of that name; known are decideStep, acknowledge, resolve, approve, reject, breakGlass, confirmRestore',
    ]);

    const refused = await temporal(
      'update',
      'execute',
      '--workflow-id',
      id,
      '--name',
      'resolve',
      '--input',
      '{}',
    );
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain('resolution: Invalid input');
    const meta = ['--input-meta', 'encoding=what/ever'];
    await signal(id, 'acknowledge', '--input', '{"by":"bert"}', ...meta);
    expect((await query(id)).refusedMessages.at(-1)).toMatchObject({
      name: 'acknowledge',
      why: 'Invalid input: expected object, received string',
    });

    await signal(id, 'decideStep', '--input', '{"step":"shift-traffic","decision":"abort","by":"anna"}');
    const { failure, result } = await follow(lab.client.workflow.getHandle(id)).ended();
    expect(failure?.type).toBe('Aborted');
    expect(result?.outcome).toBe('aborted');
    expect((await query(id)).steps.find(({ name }) => name === 'shift-traffic')?.decision?.by).toBe('anna');
  });
});

describe('Two rollbacks of one service at once', () => {
  it('are kept apart: the second is refused and names the first, which goes on', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    lab = await openLab({ onActivity: ({ name }) => (name === 'captureBefore' ? held : undefined) });
    const first = await lab.start({ requestedBy: 'anna' });
    await first.until('it has its plan', ({ plan }) => plan !== null);
    const second = await (await lab.start({ requestedBy: 'bert' })).ended();
    expect(second.failure?.type).toBe('AlreadyRunning');
    expect(second.failure?.message).toMatch(
      new RegExp(
        `^This service and environment is already being rolled back by ${first.handle.workflowId}, started by anna at 20.*Z\\. This one changed nothing\\.`,
      ),
    );
    release();
    expect((await first.ended()).result?.outcome).toBe('rolled-back');
    expect(await lab.sandbox.green.sigterms()).toBe(1);
    expect(await lab.incidents()).toHaveLength(1);

    const third = await (await lab.start()).ended();
    expect(third.failure?.type).toBe('NothingToRollBack');
    expect(third.failure?.message).toContain(
      `blue (1.4.0) already serves. ${first.handle.workflowId} rolled back from green (1.5.0) at `,
    );
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
  });

  it('can be started at the very same moment: one of them does it', async () => {
    lab = await openLab();
    const both = await Promise.all([lab.start(), lab.start()]);
    const ends = await Promise.all(both.map((rollback) => rollback.ended()));
    expect(ends.map(({ failure }) => failure?.type ?? 'rolled-back').sort()).toEqual([
      'AlreadyRunning',
      'rolled-back',
    ]);
    expect(await lab.sandbox.green.sigterms()).toBe(1);
    expect(lab.slack.messages).toHaveLength(3);
    await lab.expectFree();
  });
});
