/** The faulty version is blocked beside the rollback, and the block outlives it. */
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { askBlock } from '../../activities/blocks/ask.ts';
import { liftBlock, startBlock } from '../../activities/blocks/lift.ts';
import type { Activities } from '../../activities/types.ts';
import { blockWorkflowId } from '../../src/domain/blocks/block.ts';
import type { BlockPlace } from '../../src/domain/blocks/block.ts';
import type { CloudEvent } from '../../src/domain/events/cdevents.ts';
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import { problemsOf } from '../support/cdevents.ts';
import {
  decide,
  failureOf,
  fails,
  status,
  timeline,
  untilWaiting,
  withFakes as withFakesOf,
} from './drive.ts';
import type { Driven } from './drive.ts';
import { until } from './escalation-support.ts';
import { labOfFile } from './lab.ts';
import { CONFIG, fakePlan, proof, REQUEST, verdict } from './support.ts';

const lab = labOfFile();

const newService = () => `listings-${randomUUID().slice(0, 8)}`;
const placeOf = (service: string): BlockPlace => ({ service, environment: 'production', version: '2.0' });

const withFakes = <Result>(
  replaced: Partial<Activities>,
  drive: (driven: Driven) => Promise<Result>,
  workflow = 'trafficOnlyRollback',
) => withFakesOf({ lab, workflow, leavesBlocks: true }, replaced, drive);

const ask = (service: string) => askBlock(lab.environment.client, placeOf(service));

describe('a rollback', () => {
  it('blocks the version that traffic has left, with who, why and which rollback, and outlives it', async () => {
    const service = newService();
    await withFakes({}, async ({ start }) => {
      const id = `block-${service}`;
      const handle = await start({ ...REQUEST, service }, id);
      await handle.result();
      expect(await ask(service)).toEqual({
        state: 'blocked',
        block: {
          ...placeOf(service),
          by: 'anna',
          reason: 'A rollback left it: 5xx since 2.0',
          rollback: id,
          since: expect.any(String),
        },
      });
      const what = `${service} 2.0 in production is blocked from deployment. Once it is known to be good: \`backout unblock ${service} 2.0 --env production --reason "WHY"\`.`;
      expect((await status(handle)).aftercare).toEqual({
        block: { done: true, what, at: expect.any(String) },
      });
      expect(await timeline(handle)).toContain(what);
    });
  });

  it('blocks it while the next steps run, not after them', async () => {
    const service = newService();
    let during: string | undefined;
    const stopFaulty: Activities['stopFaulty'] = async () => {
      for (let tries = 0; tries < 100 && during !== 'blocked'; tries++) {
        during = (await ask(service)).state;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return { outcome: 'done', proof: 'stopped', details: [], provedAt: new Date().toISOString() };
    };
    await withFakes({ stopFaulty }, async ({ start }) => {
      await (await start({ ...REQUEST, service })).result();
    });
    expect(during).toBe('blocked');
  });

  it('blocks it also when the release returned to is not proved good', async () => {
    const service = newService();
    const verifyRelease = fails('CommandFailed', 'the check could not be made');
    await withFakes({ verifyRelease }, async ({ start }) => {
      const handle = await start({ ...REQUEST, service });
      while ((await status(handle)).awaiting === null)
        await new Promise((resolve) => setTimeout(resolve, 50));
      await handle.signal('decideStep', { step: 'verify', decision: 'skip', by: 'anna' });
      expect((await failureOf(handle)).type).toBe('Unverified');
    });
    expect((await ask(service)).state).toBe('blocked');
  });

  it('leaves a block that stands as it is, and says so', async () => {
    const service = newService();
    await withFakes({}, async ({ start }) => {
      const { client } = lab.environment;
      const request = { service, environment: 'production', version: '2.0', by: 'ben', reason: 'known bad' };
      expect(await startBlock(client, request, 'nobody-polls-this')).toBe('blocked');
      const handle = await start({ ...REQUEST, service });
      await handle.result();
      expect((await status(handle)).aftercare?.block).toEqual({
        done: true,
        what: `${service} 2.0 in production was blocked from deployment already, and stays so.`,
        at: expect.any(String),
      });
    });
    expect(await ask(service)).toMatchObject({ state: 'blocked', block: { by: 'ben', rollback: null } });
  });

  it.each([
    [
      'whose version nobody knows',
      { from: { name: 'green', version: null } },
      'The version of green is not known',
    ],
    [
      'that runs on the other side too',
      { to: { name: 'blue', version: '2.0' } },
      'say that they are the same version',
    ],
    [
      'that is no version',
      { from: { name: 'green', version: 'x'.repeat(201) } },
      'that is no version that can be blocked',
    ],
  ])('blocks nothing %s, and says so in the report’s own words', async (_, change, why) => {
    const service = newService();
    const planRollback: Activities['planRollback'] = async ({ request }) => fakePlan(request, change);
    await withFakes({ planRollback }, async ({ start }) => {
      const handle = await start({ ...REQUEST, service });
      await handle.result();
      const { aftercare } = await status(handle);
      expect(aftercare?.block?.done).toBe(false);
      expect(aftercare?.block?.what).toContain(why);
      expect(aftercare?.block?.what).toContain('NOT blocked from deployment');
    });
    expect((await ask(service)).state).toBe('free');
  });

  it('inside a command, where nothing would keep the block, says how to make it later', async () => {
    const service = newService();
    await withFakes(
      {
        resolveService: async () => ({
          service,
          environment: 'production',
          taskQueue: Context.current().info.taskQueue,
          searchAttributes: [],
          isEphemeral: true,
        }),
      },
      async ({ start }) => {
        const handle = await start({ ...REQUEST, service });
        await handle.result();
        expect((await status(handle)).aftercare?.block).toEqual({
          done: false,
          what: `${service} 2.0 in production is NOT blocked from deployment: this rollback did without Temporal, which keeps that. When it is back: \`backout block ${service} 2.0 --env production --reason "WHY"\`.`,
          at: expect.any(String),
        });
      },
    );
    expect((await ask(service)).state).toBe('free');
  });

  it('blocks nothing when traffic was not moved', async () => {
    const service = newService();
    const shiftTraffic = fails('SiteFileBroken', 'nginx -t fails');
    await withFakes({ shiftTraffic }, async ({ start }) => {
      const handle = await start({ ...REQUEST, service });
      while ((await status(handle)).awaiting === null)
        await new Promise((resolve) => setTimeout(resolve, 50));
      await handle.signal('decideStep', { step: 'shift-traffic', decision: 'abort', by: 'anna' });
      await failureOf(handle);
      expect((await status(handle)).aftercare).toBeUndefined();
    });
    expect((await ask(service)).state).toBe('free');
  });

  it('that only recovers blocks nothing', async () => {
    const service = newService();
    const planRollback: Activities['planRollback'] = async ({ request }) =>
      fakePlan(request, { kind: 'recover' });
    await withFakes(
      { planRollback },
      async ({ start }) => void (await (await start({ ...REQUEST, service })).result()),
      'recoverService',
    );
    expect((await ask(service)).state).toBe('free');
  });
});

describe('beside the steps', () => {
  const remote = { remote: '/srv/listings.git', ref: 'v$version', tagPrefix: 'rollback' };
  const events = {
    url: 'https://events.example.net/',
    source: '/backout',
    artifact: 'pkg:generic/$service@$version',
  };
  const configured =
    (change: Partial<ServiceEnvironment>): Activities['planRollback'] =>
    async ({ request }) =>
      fakePlan(request, { config: { ...CONFIG, ...change } });

  it('the faulty version is tagged, where a repository is configured', async () => {
    const service = newService();
    await withFakes({ planRollback: configured({ git: remote }) }, async ({ start, calls }) => {
      const handle = await start({ ...REQUEST, service });
      await handle.result();
      expect(calls.filter((call) => call === 'tagFaulty')).toHaveLength(1);
      expect((await status(handle)).aftercare?.tag).toMatchObject({
        done: true,
        what: 'The commit is tagged.',
      });
      expect(await timeline(handle)).toContain('The commit is tagged.');
    });
  });

  it('a repository and a receiver that are down for good fail nothing, hold no step up, and stand in the report', async () => {
    const service = newService();
    const why = 'The faulty version was not tagged in /srv/listings.git: it could not be asked.';
    const reported: string[][] = [];
    let isVerified = false;
    /** Takes longer than all the steps, and then comes to nothing. */
    const givesUp = async (type: string, message: string): Promise<never> => {
      while (!isVerified) await new Promise((resolve) => setTimeout(resolve, 20));
      throw ApplicationFailure.create({ type, message, nonRetryable: true });
    };
    await withFakes(
      {
        planRollback: configured({ git: remote, events }),
        tagFaulty: () => givesUp('CommandFailed', why),
        sendEvent: () => givesUp('MessageNotSent', 'The receiver is down.'),
        verifyRelease: async () => {
          isVerified = true;
          return verdict(true);
        },
        writeReport: async ({ record }) => {
          reported.push(record.timeline.map(({ what }) => what));
          return proof('report written');
        },
      },
      async ({ start, calls }) => {
        const handle = await start({ ...REQUEST, service });
        expect(await handle.result()).toMatchObject({ outcome: 'rolled-back' });
        expect(calls.filter((call) => /^[a-z]+[A-Z]/.test(call))).toEqual([
          ...['captureBefore', 'shiftTraffic', 'captureLogs', 'stopFaulty', 'releaseTarget'],
        ]);
        expect((await status(handle)).aftercare?.tag?.done).toBe(false);
      },
    );
    // The last one written knows what came of all.
    const last = reported.at(-1) ?? [];
    expect(last.some((what) => what.includes(why))).toBe(true);
    for (const kind of ['incident.detected', 'service.rolledback', 'incident.resolved'])
      expect(last.some((what) => what.startsWith(`The event ${kind} was not sent: `))).toBe(true);
  });

  it('other systems hear of the incident, of the rollback when it is proved, and of the end', async () => {
    const service = newService();
    const sent: { event: CloudEvent; steps: number }[] = [];
    const done: string[] = [];
    await withFakes(
      {
        planRollback: configured({ events: { ...events, ticketUrl: 'https://t.example.net/$workflowId' } }),
        shiftTraffic: async () => {
          done.push('shiftTraffic');
          return proof('moved');
        },
        sendEvent: async ({ event }) => {
          sent.push({ event, steps: done.length });
          return proof('taken');
        },
      },
      async ({ start }) => {
        const id = `events-${service}`;
        await (await start({ ...REQUEST, service }, id)).result();
        const types = sent.map(({ event }) => event.type.replace(/^dev\.cdevents\.|\.0\.3\.0$/g, ''));
        expect(types.toSorted()).toEqual([
          ...['incident.detected', 'incident.reported', 'incident.resolved', 'service.rolledback'],
        ]);
        expect(types.at(-1)).toBe('incident.resolved');
        expect(sent.find(({ event }) => event.type.includes('rolledback'))?.steps).toBe(1);
        expect(sent.flatMap(({ event }) => problemsOf(event))).toEqual([]);
        expect(new Set(sent.map(({ event }) => event.data.context.chainId)).size).toBe(1);
      },
    );
  });

  it('other systems hear at once that it is over when a person says so, and not again at the end', async () => {
    const service = newService();
    const sent: CloudEvent[] = [];
    await withFakes(
      {
        planRollback: configured({ events }),
        stopFaulty: fails('PermissionDenied', 'no sudo.'),
        sendEvent: async ({ event }) => {
          sent.push(event);
          return proof('taken');
        },
      },
      async ({ start }) => {
        const handle = await start({ ...REQUEST, service });
        const resolved = () => sent.filter(({ type }) => type === 'dev.cdevents.incident.resolved.0.3.0');
        await untilWaiting(handle);
        expect(resolved()).toEqual([]);
        await handle.executeUpdate('resolve', { args: [{ by: 'anna', resolution: 'it was DNS' }] });
        await until(async () => resolved().length > 0);
        await decide(handle, 'skip');
        await handle.result();
        const { resolution } = await status(handle);
        expect(resolved()).toMatchObject([
          {
            time: resolution?.at,
            data: { subject: { content: { description: 'it was DNS' } }, customData: { outcome: null } },
          },
        ]);
      },
    );
  });

  it('nobody hears of anything where nothing is configured', async () => {
    const service = newService();
    await withFakes({}, async ({ start, calls }) => {
      await (await start({ ...REQUEST, service })).result();
      expect(calls.filter((call) => call.startsWith('event ') || call === 'tagFaulty')).toEqual([]);
    });
  });
});

describe('a block', () => {
  it('stays while the workflow is cancelled, and ends when a person lets it go, who is found again', async () => {
    const service = newService();
    const { client } = lab.environment;
    await withFakes({}, async ({ start }) => {
      await (await start({ ...REQUEST, service })).result();
      await client.workflow.getHandle(blockWorkflowId(placeOf(service))).cancel();
      // Long enough for the worker to have heard of it.
      await (await start({ ...REQUEST, service })).result();
      expect((await ask(service)).state).toBe('blocked');
      expect(
        await liftBlock(client, placeOf(service), { by: 'ben', reason: 'it was the cache' }),
      ).toMatchObject({
        by: 'anna',
      });
      expect(await ask(service)).toMatchObject({
        state: 'lifted',
        lifted: { by: 'ben', reason: 'it was the cache' },
      });
      expect(await liftBlock(client, placeOf(service), { by: 'ben', reason: 'again' })).toBeNull();
    });
  });

  it.each([
    [{ service: 'listings' }, 'reason: Invalid input'],
    [
      { service: 'listings', version: '1', by: 'a', reason: 'b' },
      'its workflow ID must be backout-block/listings/*/1',
    ],
  ])('that nobody would find, from %j, fails at once and says why', async (input, why) => {
    await withFakes(
      {},
      async ({ start }) => {
        const failure = await failureOf(await start(input, `stray-${randomUUID()}`));
        expect(failure.type).toBe('InvalidRequest');
        expect(failure.message).toContain(why);
        expect(failure.message).toMatch(
          /^This blocks nothing: .* Use `backout block SERVICE VERSION --reason WHY`\.$/,
        );
      },
      'blockedVersion',
    );
  });
});
