/** `incident.resolved` of rollbacks that end badly: told once, when people say that it is over, by whatever they say it to. */
import { describe, expect, it, vi } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import type { Activities } from '../../activities/types.ts';
import type { CloudEvent } from '../../src/domain/events/cdevents.ts';
import { statusPageSchema } from '../../src/domain/status-page/settings.ts';
import { problemsOf } from '../support/cdevents.ts';
import { decide, failureOf, fails, status, untilWaiting, withFakes } from './drive.ts';
import { POLICY, stuck, until } from './escalation-support.ts';
import { labOfEachTest } from './lab.ts';
import { CONFIG, fakePlan, proof, REQUEST, verdict } from './support.ts';

vi.setConfig({ testTimeout: 180_000 });

const lab = labOfEachTest();

const RESOLVED = 'dev.cdevents.incident.resolved.0.3.0';
const EVENTS = {
  url: 'https://events.example.net/',
  source: '/backout',
  artifact: 'pkg:generic/$service@$version',
};
const PAGE = statusPageSchema.parse({
  kind: 'statuspage',
  pageId: 'page1',
  apiKey: { env: 'SP_KEY' },
  publicName: 'Example Listings',
});

type Told = {
  rollback: WorkflowHandle;
  /** What outlives the rollback, by the beginning of its ID. */
  beside: (kind: 'escalation' | 'public-updates') => WorkflowHandle;
  resolved: () => CloudEvent[];
};

/** Runs a rollback that pages people and tells customers, where `resolved` says so, and keeps its events. */
async function withEvents(
  { resolved, replaced = {} }: { resolved: object; replaced?: Partial<Activities> },
  drive: (told: Told) => Promise<void>,
): Promise<void> {
  const sent: CloudEvent[] = [];
  let queue = '';
  const fakes: Partial<Activities> = {
    resolveService: async ({ service }) => ({
      service,
      environment: 'production',
      taskQueue: queue,
      searchAttributes: [],
      ...resolved,
    }),
    planRollback: async ({ request }) => fakePlan(request, { config: { ...CONFIG, events: EVENTS } }),
    sendEvent: async ({ event }) => {
      sent.push(event);
      return proof('taken');
    },
    ...replaced,
  };
  await withFakes(
    { lab, workflow: 'trafficOnlyRollback', keepsTime: true },
    fakes,
    async ({ start, taskQueue }) => {
      queue = taskQueue;
      const rollback = await start(REQUEST, `resolved-later-${crypto.randomUUID()}`);
      const { runId } = await rollback.describe();
      await drive({
        rollback,
        beside: (kind) =>
          lab.environment.client.workflow.getHandle(`backout-${kind}/${rollback.workflowId}/${runId}`),
        resolved: () => sent.filter(({ type }) => type === RESOLVED),
      });
      expect(sent.flatMap(problemsOf)).toEqual([]);
      expect(new Set(sent.map(({ id }) => id)).size).toBe(sent.length);
    },
  );
}

const resolve = async (handle: WorkflowHandle) =>
  await handle.executeUpdate('resolve', { args: [{ by: 'anna', resolution: 'mended by hand' }] });
const unproved = { verifyRelease: async () => verdict(false) };
const said = (events: CloudEvent[]) =>
  events.map(({ data }) => [data.subject.content['description'], data.customData['outcome']]);

describe('incident.resolved of a rollback that is not proved good', () => {
  it('is told once by its escalation when people resolve it there, and by the public updates not again', async () => {
    const resolved = { escalation: POLICY, statusPage: PAGE };
    await withEvents({ resolved, replaced: unproved }, async (told) => {
      await failureOf(told.rollback);
      expect(told.resolved()).toEqual([]);
      await resolve(told.beside('escalation'));
      await resolve(told.beside('public-updates'));
      await told.beside('escalation').result();
      await told.beside('public-updates').result();
      expect(said(told.resolved())).toEqual([['mended by hand', 'unverified']]);
    });
  });

  it('is told by the public updates where nobody is paged', async () => {
    await withEvents({ resolved: { statusPage: PAGE }, replaced: unproved }, async (told) => {
      await failureOf(told.rollback);
      await resolve(told.beside('public-updates'));
      await told.beside('public-updates').result();
      expect(said(told.resolved())).toEqual([['mended by hand', 'unverified']]);
    });
  });

  it('that no system took within a day is said at the end of the escalation', async () => {
    const refuses = fails('MessageRefused', 'The receiver said 400.');
    await withEvents(
      {
        resolved: { escalation: POLICY },
        replaced: {
          ...unproved,
          sendEvent: async ({ event }) => (event.type === RESOLVED ? await refuses() : proof('taken')),
        },
      },
      async (told) => {
        await failureOf(told.rollback);
        await resolve(told.beside('escalation'));
        expect(await told.beside('escalation').result()).toMatchObject({
          said: 'Resolved by anna: mended by hand. The event incident.resolved was not sent: The receiver said 400.',
        });
      },
    );
  });
});

describe('incident.resolved of a rollback that was ended from outside', () => {
  it('is told when people resolve it', async () => {
    const replaced = { stopFaulty: stuck };
    await withEvents({ resolved: { escalation: POLICY }, replaced }, async (told) => {
      await untilWaiting(told.rollback);
      await told.rollback.terminate('by mistake');
      await resolve(told.beside('escalation'));
      await told.beside('escalation').result();
      expect(said(told.resolved())).toEqual([['mended by hand', null]]);
    });
  });
});

describe('incident.resolved of a rollback that still runs', () => {
  it('is told once, also when the escalation itself was told first', async () => {
    const replaced = { stopFaulty: stuck };
    await withEvents({ resolved: { escalation: POLICY }, replaced }, async (told) => {
      await untilWaiting(told.rollback);
      await resolve(told.beside('escalation'));
      await until(async () => {
        const { escalation } = await status(told.rollback);
        return escalation?.state === 'ended';
      });
      await decide(told.rollback, 'skip');
      expect(await told.rollback.result()).toMatchObject({ outcome: 'rolled-back' });
      expect(said(told.resolved())).toEqual([['mended by hand', null]]);
    });
  });

  it('is told by the rollback when it ends well', async () => {
    const resolved = { escalation: POLICY, statusPage: PAGE };
    await withEvents({ resolved }, async (told) => {
      await told.rollback.result();
      await told.beside('escalation').result();
      await told.beside('public-updates').result();
      expect(told.resolved()).toHaveLength(1);
    });
  });
});
