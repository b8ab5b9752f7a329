/** When parts of the real set-up fail in the middle: what a rollback does, says, and leaves behind. */
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startService } from '../../scripts/demo/service.ts';
import type { RunningService } from '../../scripts/demo/service.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { isRunning } from '../support/processes.ts';
import { until } from '../support/until.ts';

let lab: Lab;
let mended: RunningService | null = null;
afterEach(async () => {
  await lab.close();
  await mended?.kill();
});

describe('A switch that can not be proved', () => {
  it('is taken back when nginx ignores the reload, and the message says that traffic did not move', async () => {
    lab = await openLab({
      target: { nginx: { reload: ['true'] }, probe: { withinSeconds: 1 } },
      environment: { budgets: { shiftTrafficSeconds: 15 } },
    });
    const before = await lab.site();
    const rollback = await lab.start();
    const { steps, traffic } = await rollback.until('it waits', ({ phase }) => phase === 'waiting');
    const failure = steps.find(({ name }) => name === 'shift-traffic')?.failure;
    expect(failure?.type).toBe('ProofFailed');
    expect(failure?.message).toContain(
      'The switch to blue (1.4.0) could not be proved within 1 s: X-Release is "green", not blue. ' +
        'The site file was put back and nginx reloaded: traffic goes to green (1.5.0) again.',
    );
    expect(await lab.site()).toBe(before);
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['green']));
    await until('people are asked', () => lab.slack.messages.length === 2);
    expect(lab.slack.messages[1]?.text).toContain('Traffic is not proved to be on blue (1.4.0).');
    expect(lab.slack.messages[1]?.text).toContain('traffic goes to green (1.5.0) again');

    expect(traffic).toMatch(
      /^Traffic is not proved to be on blue \(1\.4\.0\)\. The last try said: “The switch to blue/,
    );

    await rollback.handle.signal('decideStep', { step: 'shift-traffic', decision: 'abort', by: 'anna' });
    const ended = await rollback.ended();
    expect(ended.failure?.type).toBe('Aborted');
    expect(ended.result).toMatchObject({ outcome: 'aborted', trafficSafeAt: null });
    expect(await lab.site()).toBe(before);
    expect(await lab.sandbox.green.sigterms()).toBe(0);
    expect(isRunning(lab.sandbox.green.pid)).toBe(true);
    await lab.expectFree();
  });

  it('is said to be skipped, not moved, by the step after it', async () => {
    lab = await openLab({
      target: { nginx: { reload: ['true'] }, probe: { withinSeconds: 1 } },
      environment: { budgets: { shiftTrafficSeconds: 15 } },
    });
    const rollback = await lab.start();
    await rollback.until('it waits', ({ phase }) => phase === 'waiting');
    await rollback.handle.signal('decideStep', { step: 'shift-traffic', decision: 'skip', by: 'anna' });
    const { traffic, steps } = await rollback.until(
      'it waits again',
      ({ awaiting }) => awaiting?.step === 'stop-faulty',
    );
    expect(traffic).toContain(
      'Traffic is not proved to be on blue (1.4.0): the step that moves it was skipped by anna.',
    );
    expect(steps.find(({ name }) => name === 'stop-faulty')?.failure?.message).toContain(
      'blue (1.4.0) does not serve: X-Release is "green", not blue, for 1 s. This try stopped nothing',
    );
    await rollback.handle.signal('decideStep', { step: 'stop-faulty', decision: 'abort', by: 'anna' });
    await rollback.ended();
    expect(isRunning(lab.sandbox.green.pid)).toBe(true);
  });
});

describe('When blue dies right after the switch', () => {
  it('keeps green alive, asks a person, and is never a success', async () => {
    lab = await openLab({
      target: { probe: { withinSeconds: 1 } },
      environment: { verify: { health: { steadySeconds: 0.5, withinSeconds: 1 } } },
      onActivity: ({ name }) => (name === 'captureLogs' ? lab.sandbox.blue.kill() : undefined),
    });
    const rollback = await lab.start();
    const { awaiting, steps } = await rollback.until('it waits', ({ phase }) => phase === 'waiting');
    expect(awaiting?.step).toBe('stop-faulty');
    const failure = steps.find(({ name }) => name === 'stop-faulty')?.failure;
    expect(failure?.type).toBe('NotServing');
    expect(failure?.message).toBe(
      "blue (1.4.0) does not serve: nginx answered 502: it can't reach the colour, for 1 s. " +
        'This try stopped nothing: green (1.5.0) is as it was. Traffic was not changed by this step. ' +
        'Mend blue and decide `retry`. Or `skip` to leave green running, or `abort` and send traffic back to green by hand if it is the lesser evil.',
    );
    expect(isRunning(lab.sandbox.green.pid)).toBe(true);

    await rollback.handle.signal('decideStep', { step: 'stop-faulty', decision: 'skip', by: 'anna' });
    const ended = await rollback.ended();
    expect(ended.failure?.type).toBe('Unverified');
    expect(ended.result?.outcome).toBe('unverified');
    expect(ended.failure?.message).toContain('is NOT a success: blue (1.4.0) failed');
    expect(isRunning(lab.sandbox.green.pid)).toBe(true);
    expect(await lab.sandbox.green.sigterms()).toBe(0);
    expect(lab.slack.messages.at(-1)?.text).toContain('THIS IS NOT A SUCCESS.');
    await lab.expectFree();
  });

  it('goes on when a person has mended it and says retry', async () => {
    lab = await openLab({
      target: { probe: { withinSeconds: 1 } },
      onActivity: ({ name }) => (name === 'captureLogs' ? lab.sandbox.blue.kill() : undefined),
    });
    const rollback = await lab.start();
    await rollback.until('it waits', ({ phase }) => phase === 'waiting');
    const { sandbox } = lab;
    const directory = dirname(sandbox.blue.pidFile);
    mended = await startService({ colour: 'blue', version: '1.4.0', directory, port: sandbox.blue.port });
    await rollback.handle.signal('decideStep', { step: 'stop-faulty', decision: 'retry', by: 'anna' });
    const { result, failure } = await rollback.ended();
    expect(failure).toBeNull();
    expect(result?.outcome).toBe('rolled-back');
    expect(await lab.sandbox.green.sigterms()).toBe(1);
  });
});

describe('When blue is healthy, but answers every request with an error', () => {
  it('moves traffic and says so, but does not stop green, which was half good', async () => {
    lab = await openLab({ green: { bad: 0.5 }, target: { probe: { withinSeconds: 1 } } });
    await lab.sandbox.blue.control({ bad: 1 });
    const rollback = await lab.start();
    const { awaiting, steps } = await rollback.until('it waits', ({ phase }) => phase === 'waiting');
    const step = (wanted: string) => steps.find(({ name }) => name === wanted);
    expect(step('shift-traffic')?.state).toBe('done');
    expect(step('shift-traffic')?.result?.details.at(-1)).toBe('10 of these 10 answers had a status of 5xx');
    expect(awaiting?.step).toBe('stop-faulty');
    expect(step('stop-faulty')?.failure).toEqual({
      type: 'NotServing',
      message:
        'blue (1.4.0) serves badly: 10 of 10 answers had a status of 5xx (500), for 1 s. ' +
        'This try stopped nothing: green (1.5.0) is as it was. Traffic was not changed by this step. ' +
        'Mend blue and decide `retry`. Or `skip` to leave green running, or `abort` and send traffic back to green by hand if it is the lesser evil.',
    });
    expect(isRunning(lab.sandbox.green.pid)).toBe(true);
    expect(await lab.sandbox.green.sigterms()).toBe(0);

    await lab.sandbox.blue.control({ bad: 0 });
    await rollback.handle.signal('decideStep', { step: 'stop-faulty', decision: 'retry', by: 'anna' });
    await rollback.ended();
    const after = await rollback.status();
    expect(after.steps.find(({ name }) => name === 'stop-faulty')?.state).toBe('done');
    expect(await lab.sandbox.green.sigterms()).toBe(1);
  });
});

describe('A faulty release that ignores SIGTERM', () => {
  it('gets one SIGTERM, is killed when its time is up, and the rollback succeeds', async () => {
    lab = await openLab({ green: { ignoreSigterm: true } });
    const rollback = await lab.start();
    const { result } = await rollback.ended();
    expect(result?.outcome).toBe('rolled-back');
    const { steps } = await rollback.status();
    expect(steps.find(({ name }) => name === 'stop-faulty')?.result?.proof).toMatch(
      /^green \(1\.5\.0\) did not end in its time and was killed; its process is stopped \(.*\), blue goes on serving$/,
    );
    expect(isRunning(lab.sandbox.green.pid)).toBe(false);
    expect(await lab.sandbox.green.sigterms()).toBe(1);
  });
});

describe('A release returned to that is no good', () => {
  it('makes the outcome unverified: a failed workflow that carries the result', async () => {
    lab = await openLab({
      environment: { verify: { health: { steadySeconds: 0.5, withinSeconds: 2 }, logErrors: { max: 0 } } },
      onActivity: async ({ name }) => {
        if (name === 'verifyRelease') await lab.sandbox.blue.control({ bad: 1 });
      },
    });
    const { result, failure } = await (await lab.start()).ended();
    expect(failure?.type).toBe('Unverified');
    expect(result).toMatchObject({ outcome: 'unverified', to: 'blue (1.4.0)' });
    expect(failure?.message).toBe(result?.summary);
    expect(failure?.message).toMatch(/^The rollback of .* is NOT a success: blue \(1\.4\.0\) failed .*log/);
    expect(failure?.message).toContain('All traffic is on blue (1.4.0). No data was changed.');
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
    expect(lab.slack.messages.at(-1)?.text).toContain('THIS IS NOT A SUCCESS.');
    await lab.expectFree();
  });
});
