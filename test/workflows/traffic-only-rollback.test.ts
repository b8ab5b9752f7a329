import { ApplicationFailure } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { Activities } from '../../activities/types.ts';
import type { RollbackResult } from '../../src/domain/rollback.ts';
import { stakeholdersSchema } from '../../src/domain/stakeholders.ts';
import {
  decide,
  failureOf,
  refusalOf,
  fails,
  status,
  timeline,
  untilWaiting,
  withFakes as withFakesOf,
} from './drive.ts';
import type { Driven } from './drive.ts';
import { labOfFile } from './lab.ts';
import { CONFIG, fakePlan, proof, REQUEST, verdict } from './support.ts';

const lab = labOfFile();

const withFakes = <Result>(replaced: Partial<Activities>, drive: (driven: Driven) => Promise<Result>) =>
  withFakesOf({ lab, workflow: 'trafficOnlyRollback' }, replaced, drive);

/** A plan whose stakeholders are told, at these moments or at those of the defaults. */
const planTelling =
  (on?: string[]): Activities['planRollback'] =>
  async ({ request }) =>
    fakePlan(request, {
      config: {
        ...CONFIG,
        stakeholders: stakeholdersSchema.parse({
          mail: { from: 'backout@example.com', smtp: { host: 'smtp.example.com' } },
          to: ['product@example.com'],
          ...(on === undefined ? {} : { on }),
        }),
      },
    });

describe('a rollback in which everything works', () => {
  it('performs the steps in the order of the runbook and says so', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const handle = await start();
      const result = (await handle.result()) as RollbackResult;
      expect(result).toMatchObject({
        outcome: 'rolled-back',
        service: 'listings',
        environment: 'production',
        from: 'green (2.0)',
        to: 'blue (1.0)',
        incidentFolder: '/incidents/rollback-1',
      });
      expect(calls.filter((call) => !call.startsWith('announce'))).toEqual([
        'captureBefore',
        'shiftTraffic',
        'captureLogs',
        'stopFaulty',
        'verifyRelease',
        'releaseTarget',
        'writeReport',
        'writeReport',
      ]);
      expect(calls.filter((call) => call.startsWith('announce'))).toEqual([
        'announce started incidents',
        'announce traffic-shifted incidents',
        'announce ended incidents',
      ]);
      const { steps, outcome, phase } = await status(handle);
      expect(steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
        'capture-before done',
        'start-previous not-needed',
        'shift-traffic done',
        'capture-logs done',
        'stop-faulty done',
        'verify done',
        'report done',
        'announce done',
      ]);
      expect([outcome, phase]).toEqual(['rolled-back', 'ended']);
    });
  });

  it('only makes the plan when it is a dry run', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const result = (await (await start({ ...REQUEST, dryRun: true })).result()) as RollbackResult;
      expect(result.outcome).toBe('dry-run');
      expect(result.plan?.hash).toBe('0123456789ab');
      expect(result.plan).not.toHaveProperty('config');
      expect(calls).toEqual([]);
    });
  });
});

describe('input', () => {
  it.each([
    [undefined, 'expected object, received undefined'],
    ['listings', 'expected object, received string'],
    [
      {},
      'service: Invalid input: expected string, received undefined; reason: Invalid input: expected string',
    ],
    [{ ...REQUEST, sevrity: 'P1' }, 'Unrecognized key: "sevrity"'],
    [{ ...REQUEST, severity: 'P9' }, 'severity: Invalid option'],
    [{ ...REQUEST, service: '../etc' }, 'service: must be 1 to 63 letters'],
  ])('%j is refused at once', async (input, message) => {
    await withFakes({}, async ({ calls, start }) => {
      const failure = await failureOf(await start(input ?? null));
      expect(failure.type).toBe('InvalidRequest');
      expect(failure.message).toContain(input === undefined ? 'expected object, received null' : message);
      expect(failure.message).toContain('Nothing was changed: traffic and data are as they were.');
      expect(calls).toEqual([]);
    });
  });

  it('a plan other than the one that was agreed to is refused', async () => {
    await withFakes({}, async ({ calls, start }) => {
      const failure = await failureOf(await start({ ...REQUEST, planHash: 'ffffffffffff' }));
      expect(failure.type).toBe('PlanChanged');
      expect(calls).toEqual([]);
    });
  });

  it('a service that can not be planned ends with the reason, its type kept', async () => {
    await withFakes(
      { planRollback: fails('NothingToRollBack', 'blue already serves.') },
      async ({ start }) => {
        const failure = await failureOf(await start());
        expect([failure.type, failure.message]).toEqual(['NothingToRollBack', 'blue already serves.']);
      },
    );
  });
});

describe('a step that fails', () => {
  it('waits for a person, shows what it needs, and goes on after retry', async () => {
    let broken = true;
    const stopFaulty: Activities['stopFaulty'] = async () => {
      if (broken)
        throw ApplicationFailure.create({
          type: 'PermissionDenied',
          message: 'no sudo.',
          nonRetryable: true,
        });
      return proof('green is stopped');
    };
    await withFakes({ stopFaulty }, async ({ calls, start }) => {
      const handle = await start();
      const waiting = await untilWaiting(handle);
      expect(waiting.awaiting?.what).toBe('A decision about the step "Do stop-faulty"');
      expect(waiting.awaiting?.answers).toEqual([
        `backout decide ${handle.workflowId} stop-faulty retry --note "WHY"`,
        `backout decide ${handle.workflowId} stop-faulty skip --note "WHY"`,
        `backout decide ${handle.workflowId} stop-faulty abort --note "WHY"`,
        `temporal workflow signal --workflow-id ${handle.workflowId} --name decideStep --input '{"step":"stop-faulty","decision":"retry","by":"YOUR-NAME","note":"WHY"}'`,
      ]);
      expect(waiting.traffic).toBe('All traffic is on blue (1.0).');
      broken = false;
      expect(await decide(handle, 'retry')).toBe('recorded');
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
      expect(await timeline(handle)).toContain('Decided about "Do stop-faulty": retry (because)');
      expect(calls).toContain('announce waiting-for-decision incidents');
    });
  });

  it('is left out after skip', async () => {
    await withFakes({ stopFaulty: fails('PermissionDenied', 'no sudo.') }, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await decide(handle, 'skip');
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
      expect((await status(handle)).steps.find(({ name }) => name === 'stop-faulty')?.state).toBe('skipped');
    });
  });

  it('ends the rollback after abort, with records written and the target freed', async () => {
    await withFakes(
      { shiftTraffic: fails('ProofFailed', 'No proof. It was put back. Look.') },
      async ({ calls, start }) => {
        const handle = await start();
        await untilWaiting(handle);
        await decide(handle, 'abort', 'shift-traffic');
        const failure = await failureOf(handle);
        expect(failure.type).toBe('Aborted');
        expect(failure.details?.[0]).toMatchObject({ outcome: 'aborted', trafficSafeAt: null });
        expect(calls).not.toContain('stopFaulty');
        expect(calls.slice(-4)).toEqual([
          'releaseTarget',
          'writeReport',
          'announce ended incidents',
          'writeReport',
        ]);
      },
    );
  });

  it('does not say that traffic is being moved while the step that moves it waits, or was skipped', async () => {
    const shiftTraffic = fails('ProofFailed', 'No proof. It was put back. Look.');
    const stopFaulty = fails('NotServing', 'blue does not serve.');
    await withFakes({ shiftTraffic, stopFaulty }, async ({ start }) => {
      const handle = await start();
      expect((await untilWaiting(handle)).traffic).toBe(
        'Traffic is not proved to be on blue (1.0). The last try said: “No proof. It was put back. Look.”',
      );
      await decide(handle, 'skip', 'shift-traffic');
      expect((await untilWaiting(handle)).traffic).toBe(
        'Traffic is not proved to be on blue (1.0): the step that moves it was skipped by anna ("because"). ' +
          'The last try said: “No proof. It was put back. Look.”',
      );
      await decide(handle, 'abort');
      await failureOf(handle);
    });
  });

  it('does not hold traffic up when it only keeps the state before', async () => {
    await withFakes({ captureBefore: fails('EvidenceNotWritten', 'Disk full.') }, async ({ start }) => {
      const handle = await start();
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
      expect((await status(handle)).steps[0]?.state).toBe('failed');
    });
  });

  it('never counts a message that can not be sent as more than a line in the timeline', async () => {
    await withFakes({ announce: fails('MessageRefused', 'Slack said no_service.') }, async ({ start }) => {
      const handle = await start();
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
      expect(await timeline(handle)).toContain('Not everybody was told (started): Slack said no_service.');
      expect((await status(handle)).steps.at(-1)?.state).toBe('failed');
    });
  });

  it('goes on in the thread that the first message to a channel began', async () => {
    const threads: Record<string, (string | undefined)[]> = { incidents: [], deployments: [] };
    const announce: Activities['announce'] = async ({ event, channel, thread }) => {
      threads[channel]?.push(thread);
      // A channel by webhook has no threads.
      return { ...proof(`told: ${event}`), ...(channel === 'incidents' ? { thread: `1.${event}` } : {}) };
    };
    const planRollback: Activities['planRollback'] = async ({ request }) =>
      fakePlan(request, {
        config: { ...CONFIG, slack: { incidents: { env: 'A' }, deployments: { env: 'B' } } },
      });
    await withFakes({ announce, planRollback }, async ({ start }) => {
      expect(await (await start()).result()).toMatchObject({ outcome: 'rolled-back' });
    });
    expect(threads).toEqual({
      incidents: [undefined, '1.started', '1.traffic-shifted'],
      deployments: [undefined, undefined],
    });
  });

  it('waits neither for the mail to stakeholders, which is sent once for each moment they chose', async () => {
    const mails: string[] = [];
    let release: () => void = () => undefined;
    const verified = new Promise<void>((resolve) => (release = resolve));
    const announce: Activities['announce'] = async ({ event, channel }) => {
      // Were the rollback to wait for this mail, neither would ever be done.
      if (channel === 'stakeholders' && event === 'started') await verified;
      if (channel === 'stakeholders') mails.push(event);
      return proof(`told ${channel}: ${event}`);
    };
    const verifyRelease: Activities['verifyRelease'] = async () => {
      release();
      return verdict(true);
    };
    const planRollback = planTelling(['started', 'ended']);
    await withFakes({ announce, verifyRelease, planRollback }, async ({ start }) => {
      const handle = await start();
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
      expect(await timeline(handle)).toContain('told incidents: started; told stakeholders: started');
    });
    expect(mails).toEqual(['started', 'ended']);
  });

  it('ends as well where the mail server takes nothing, and says so', async () => {
    const announce: Activities['announce'] = async ({ event, channel }) => {
      if (channel === 'stakeholders') throw ApplicationFailure.nonRetryable('550 no', 'MessageRefused');
      return proof(`told: ${event}`);
    };
    const planRollback = planTelling();
    await withFakes({ announce, planRollback }, async ({ start }) => {
      const handle = await start();
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
      expect(await timeline(handle)).toContain('Not everybody was told (traffic-shifted): 550 no');
      expect((await status(handle)).steps.at(-1)?.state).toBe('failed');
    });
  });

  it('waits for days if need be', async () => {
    await withFakes({ stopFaulty: fails('PermissionDenied', 'no sudo.') }, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await lab.environment.sleep('3 days');
      expect((await status(handle)).phase).toBe('waiting');
      await decide(handle, 'skip');
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });
});

describe('verification', () => {
  it('that fails makes the rollback unverified, which is a failed workflow', async () => {
    await withFakes({ verifyRelease: async () => verdict(false) }, async ({ start }) => {
      const failure = await failureOf(await start());
      expect(failure.type).toBe('Unverified');
      expect(failure.details?.[0]).toMatchObject({ outcome: 'unverified' });
    });
  });

  it('that is skipped makes it unverified, too', async () => {
    await withFakes({ verifyRelease: fails('HostUnreachable', 'gone.') }, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await decide(handle, 'skip', 'verify');
      expect((await failureOf(handle)).type).toBe('Unverified');
    });
  });
});

describe('messages', () => {
  const stuck = { stopFaulty: fails('PermissionDenied', 'no sudo.') };

  it('that are wrong are refused at once when they come as updates', async () => {
    await withFakes(stuck, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await expect(decide(handle, 'skip', 'nonsense')).rejects.toMatchObject({
        cause: {
          message: expect.stringContaining(
            'there is no step "nonsense"; the steps are capture-before',
          ) as string,
        },
      });
      await expect(decide(handle, 'maybe')).rejects.toMatchObject({
        cause: { message: expect.stringContaining('decision: Invalid option') as string },
      });
      await expect(decide(handle, 'skip', 'shift-traffic')).rejects.toMatchObject({
        cause: { message: 'step shift-traffic needs no decision any more: it is done' },
      });
      await decide(handle, 'skip');
      await handle.result();
    });
  });

  it('that are wrong are recorded and shown when they come as signals, and break nothing', async () => {
    await withFakes(stuck, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await handle.signal('decideStep', 'skip it');
      await handle.signal('decideStpe', { step: 'stop-faulty' });
      await handle.signal('acknowledge', { by: 'anna' });
      await handle.signal('decideStep', { step: 'stop-faulty', decision: 'skip', by: 'bob' });
      await handle.result();
      const { refusedMessages, acknowledgements } = await status(handle);
      expect(refusedMessages.map(({ name, why }) => `${name}: ${why}`)).toEqual([
        'decideStep: Invalid input: expected object, received string',
        'decideStpe: there is no signal of that name; known are decideStep, acknowledge, resolve, approve, reject, breakGlass, confirmRestore',
      ]);
      expect(acknowledgements.map(({ by }) => by)).toEqual(['anna']);
    });
  });

  it('that come early are kept, and the first decision wins', async () => {
    await withFakes(stuck, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await decide(handle, 'retry');
      await handle.signal('decideStep', { step: 'stop-faulty', decision: 'skip', by: 'bob' });
      await handle.result();
      const step = (await status(handle)).steps.find(({ name }) => name === 'stop-faulty');
      expect([step?.rounds, step?.decision?.by, step?.state]).toEqual([2, 'bob', 'skipped']);
    });
  });

  it('resolve is recorded once', async () => {
    await withFakes(stuck, async ({ start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await handle.executeUpdate('resolve', { args: [{ by: 'anna', resolution: 'rolled back' }] });
      await expect(
        handle.executeUpdate('resolve', { args: [{ by: 'bob', resolution: 'me too' }] }),
      ).rejects.toMatchObject({
        cause: { message: expect.stringContaining('anna resolved it first') as string },
      });
      await decide(handle, 'skip');
      await handle.result();
      expect((await status(handle)).resolution?.resolution).toBe('rolled back');
    });
  });
});

describe('the lock', () => {
  it('keeps a second rollback of the same service out, naming the first', async () => {
    const holder = {
      workflowId: 'rollback-first',
      runId: 'r',
      requestedBy: 'anna',
      startedAt: 'noon',
    };
    const replaced = { stopFaulty: fails('PermissionDenied', 'no sudo.'), inspectLock: async () => holder };
    await withFakes(replaced, async ({ start }) => {
      const first = await start(REQUEST, 'rollback-first');
      await untilWaiting(first);
      const failure = await refusalOf(await start());
      expect(failure.type).toBe('AlreadyRunning');
      expect(failure.message).toContain(
        'already being rolled back by rollback-first, started by anna at noon',
      );
      await decide(first, 'skip');
      await first.result();
    });
  });

  it('held by a freeze is said to be that, with the reason and how it is answered', async () => {
    const holder = {
      ...{ workflowId: 'freeze-1', runId: 'r', requestedBy: 'anna', startedAt: 'noon' },
      frozen: 'rows vanish',
    };
    const replaced = { stopFaulty: fails('PermissionDenied', 'no sudo.'), inspectLock: async () => holder };
    await withFakes(replaced, async ({ start }) => {
      const first = await start();
      await untilWaiting(first);
      const failure = await refusalOf(await start());
      expect([failure.type, failure.message]).toEqual([
        'AlreadyRunning',
        'This service and environment is frozen by freeze-1, started by anna at noon (“rows vanish”). This one changed nothing. ' +
          'See with `backout status freeze-1` what it waits for; where that is the freeze, answer it: `backout decide-freeze freeze-1 full|release|abort`.',
      ]);
      await decide(first, 'skip');
      await first.result();
    });
  });

  it('is free again when no plan could be made', async () => {
    let broken = true;
    const planRollback: Activities['planRollback'] = async ({ request }) => {
      if (broken) throw ApplicationFailure.create({ type: 'NothingToRollBack', nonRetryable: true });
      return fakePlan(request);
    };
    await withFakes({ planRollback }, async ({ start }) => {
      expect((await failureOf(await start())).type).toBe('NothingToRollBack');
      broken = false;
      expect(await (await start()).result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });

  it('is free again as soon as a rollback has ended', async () => {
    await withFakes({}, async ({ start }) => {
      await (await start()).result();
      expect(await (await start()).result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });
});

describe('cancellation', () => {
  it('frees the target, writes the records, and ends as cancelled', async () => {
    await withFakes({ stopFaulty: fails('PermissionDenied', 'no sudo.') }, async ({ calls, start }) => {
      const handle = await start();
      await untilWaiting(handle);
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      expect((await handle.describe()).status.name).toBe('CANCELLED');
      expect(calls.slice(-4)).toEqual([
        'releaseTarget',
        'writeReport',
        'announce ended incidents',
        'writeReport',
      ]);
      const { steps, outcome } = await status(handle);
      expect(outcome).toBe('cancelled');
      expect(steps.map(({ name, state }) => `${name} ${state}`)).toEqual(
        expect.arrayContaining(['stop-faulty aborted', 'verify not-reached', 'report done']),
      );
    });
  });
});

it('plans with the request that was made', async () => {
  await withFakes(
    { planRollback: async ({ request }) => fakePlan(request, { warnings: [request.reason] }) },
    async ({ start }) => {
      const handle = await start({ ...REQUEST, reason: '  spaces are trimmed  ' });
      await handle.result();
      expect((await status(handle)).plan?.warnings).toEqual(['spaces are trimmed']);
    },
  );
});
