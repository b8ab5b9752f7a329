/** Public updates on the time-skipping server: what customers read in which minute, and what ends it. */
import { describe, expect, it, vi } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import type { Activities } from '../../activities/types.ts';
import { statusPageSchema } from '../../src/domain/status-page/settings.ts';
import type { Posted, PublicUpdatesStatus } from '../../src/domain/status-page/state.ts';
import type { PublicUpdate } from '../../src/domain/status-page/update.ts';
import { gate } from '../support/gate.ts';
import { decide, failureOf, fails, status, timeline, untilWaiting, withFakes } from './drive.ts';
import { POLICY, stuck, until, withPages } from './escalation-support.ts';
import { labOfEachTest } from './lab.ts';
import { proof, REQUEST, verdict } from './support.ts';

// Hours pass in seconds, but a busy machine takes its time with each of their updates.
vi.setConfig({ testTimeout: 180_000 });

const lab = labOfEachTest();

const PAGE = statusPageSchema.parse({
  kind: 'statuspage',
  pageId: 'page1',
  apiKey: { env: 'SP_KEY' },
  publicName: 'Example Listings',
});

type Watched = {
  rollback: WorkflowHandle;
  updates: WorkflowHandle;
  updatesStatus: () => Promise<PublicUpdatesStatus>;
  sent: PublicUpdate[];
  /** `minute status: text` of every update that stands there, times within the text as minutes, too. */
  page: () => Promise<string[]>;
  /** Lets time pass, and waits until what is due has been tried. */
  pass: (minutes: number) => Promise<void>;
};

type Options = {
  workflow?: string;
  input?: object;
  resolved?: object;
  replaced?: Partial<Activities>;
  /** What becomes of an update, instead of its being posted. */
  answer?: (update: PublicUpdate) => Promise<Posted>;
};

const POSTED: Posted = { outcome: 'posted', incident: 'inc1', url: 'https://status.example.net/inc1' };

/** Runs a rollback with a status page while `drive` reads it. */
async function withPage<Result>(
  { workflow = 'trafficOnlyRollback', input = {}, resolved = {}, replaced = {}, answer }: Options,
  drive: (watched: Watched) => Promise<Result>,
): Promise<Result> {
  const sent: PublicUpdate[] = [];
  let taskQueue = '';
  const fakes: Partial<Activities> = {
    resolveService: async ({ service }) => ({
      service,
      environment: 'production',
      taskQueue,
      searchAttributes: [],
      statusPage: PAGE,
      ...resolved,
    }),
    postPublicUpdate: async ({ update }) => {
      sent.push(update);
      return answer === undefined ? POSTED : await answer(update);
    },
    ...replaced,
  };
  return await withFakes({ lab, workflow, keepsTime: true }, fakes, async ({ start, taskQueue: queue }) => {
    taskQueue = queue;
    const rollback = await start({ ...REQUEST, ...input }, `told-${crypto.randomUUID()}`);
    const { runId, startTime } = await rollback.describe();
    const updates = lab.environment.client.workflow.getHandle(
      `backout-public-updates/${rollback.workflowId}/${runId}`,
    );
    const updatesStatus = () => updates.query<PublicUpdatesStatus>('publicUpdatesStatus');
    const settle = () =>
      until(async () => {
        const { state, nextAt } = await updatesStatus();
        const clock = (await lab.environment.currentTimeMs()) - 1000;
        return state === 'ended' || (nextAt !== null && new Date(nextAt).getTime() > clock);
      });
    const wholeMinute = (iso: string) => Math.floor(new Date(iso).getTime() / 60_000);
    const page = async () =>
      (await updatesStatus()).posted.map(({ at, status: is, body }) => {
        const minute = Math.floor((new Date(at).getTime() - startTime.getTime()) / 60_000);
        // The clock's minutes do not begin with the rollback: what is promised counts from the minute of its update.
        const text = body.replace(
          /(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC/,
          (_, day: string, time: string) =>
            `+${minute + wholeMinute(`${day}T${time}:00Z`) - wholeMinute(at)}`,
        );
        return `${minute} ${is}: ${text}`;
      });
    return await drive({
      rollback,
      updates,
      updatesStatus,
      sent,
      page,
      pass: async (minutes) => {
        await settle();
        await lab.environment.sleep(minutes * 60_000);
        await settle();
      },
    });
  });
}

const told = (watched: Watched, count = 1) => until(async () => (await watched.page()).length >= count);
const waiting = { replaced: { stopFaulty: stuck } };
const beforeTraffic = { replaced: { shiftTraffic: stuck } };
const resolve = (handle: WorkflowHandle) =>
  handle.executeUpdate<string, [unknown]>('resolve', { args: [{ by: 'anna', resolution: 'it was DNS' }] });

describe('while a rollback runs', () => {
  it('customers are told at once, at least every 15 min, and after two hours every 30 min', async () => {
    await withPage(beforeTraffic, async (watched) => {
      await told(watched);
      await untilWaiting(watched.rollback);
      await watched.pass(13.5);
      expect(watched.sent).toHaveLength(1);
      await watched.pass(1);
      await watched.pass(175);
      expect(await watched.page()).toEqual([
        '0 investigating: We are investigating problems with Example Listings. Next update by +15.',
        '14 identified: We know how to put Example Listings right. The next step is being decided by our team. Next update by +29.',
        ...[28, 42, 56, 70, 84, 98, 112].map(
          (minute) =>
            `${minute} identified: Nothing has changed since our last update. We know how to put Example Listings right. The next step is being decided by our team. Next update by +${minute + 15}.`,
        ),
        ...[126, 155, 184].map(
          (minute) =>
            `${minute} identified: Nothing has changed since our last update. We know how to put Example Listings right. The next step is being decided by our team. Next update by +${minute + 30}.`,
        ),
      ]);
    });
  });

  it('they read at once that traffic is safe, and that it is over when all is proved', async () => {
    const answering = gate();
    const shiftTraffic: Activities['shiftTraffic'] = async () => {
      await answering.passed;
      return proof('shifted');
    };
    await withPage({ replaced: { shiftTraffic, stopFaulty: stuck } }, async (watched) => {
      await told(watched);
      answering.open();
      await told(watched, 2);
      await untilWaiting(watched.rollback);
      expect((await status(watched.rollback)).publicUpdates).toMatchObject({
        state: 'running',
        page: 'Statuspage (page page1)',
        incident: 'inc1',
        url: 'https://status.example.net/inc1',
        problem: null,
      });
      await decide(watched.rollback, 'skip');
      await watched.rollback.result();
      await watched.updates.result();
      expect(await watched.page()).toEqual([
        '0 investigating: We are investigating problems with Example Listings. Next update by +15.',
        '0 monitoring: A fix is in place and Example Listings is available again. We are checking it closely. Next update by +15.',
        '0 resolved: This incident is resolved: Example Listings works normally again. We are monitoring for stability.',
      ]);
      expect(watched.sent.map(({ number }) => number)).toEqual([1, 2, 3]);
      expect(new Set(watched.sent.map(({ run }) => run)).size).toBe(1);
      const lines = await timeline(watched.rollback);
      expect(lines.filter((line) => line.startsWith('Statuspage')).slice(0, 2)).toEqual([
        expect.stringMatching(
          /^Statuspage \(page page1\) says “investigating” \(incident inc1\): We are investigating problems with Example Listings\. Next update by .* UTC\.$/,
        ),
        expect.stringMatching(/^Statuspage \(page page1\) says “monitoring” \(incident inc1\): /),
      ]);
    });
  });

  it('they read that it is over also while the report can not be written', async () => {
    const disk = gate();
    const writeReport: Activities['writeReport'] = async () => {
      await disk.passed;
      return { ...proof('written'), incidentFolder: '/incidents/1' };
    };
    await withPage({ replaced: { writeReport } }, async (watched) => {
      await until(async () => watched.sent.some(({ status: is }) => is === 'resolved'));
      expect((await watched.rollback.describe()).status.name).toBe('RUNNING');
      disk.open();
      await watched.rollback.result();
    });
  });

  it('they read nothing of what the request, the plan and the steps say', async () => {
    await withPage({ ...waiting, input: { reason: 'db-7.internal SECRET' } }, async (watched) => {
      await told(watched);
      await watched.pass(30);
      const all = JSON.stringify(watched.sent);
      for (const word of [
        'db-7',
        'SECRET',
        'listings"',
        'blue',
        'green',
        'production',
        'anna',
        watched.rollback.workflowId,
      ])
        expect(all).not.toContain(word);
    });
  });

  it('another worker goes on where the one before ended: nothing is told twice', async () => {
    const seen: PublicUpdate[] = [];
    const replaced: Partial<Activities> = {
      shiftTraffic: stuck,
      resolveService: async ({ service }) => ({
        service,
        environment: 'production',
        taskQueue: queueOf(),
        searchAttributes: [],
        escalation: POLICY,
        statusPage: PAGE,
      }),
      postPublicUpdate: async ({ update }) => {
        seen.push(update);
        return POSTED;
      },
    };
    let queue = '';
    const queueOf = () => queue;
    await withPages({ lab, replaced, forgets: true }, async (paged) => {
      queue = paged.rollback.workflowId.replace(/-[0-9a-f]{8}-.*$/, '');
      await until(async () => seen.length === 1);
      await paged.pass(16);
      await paged.replaceWorker();
      await paged.pass(14);
      await until(async () => seen.length === 3);
      expect(seen.map(({ number, status: is }) => `${number} ${is}`)).toEqual([
        '1 investigating',
        '2 identified',
        '3 identified',
      ]);
    });
  });
});

describe('it goes on until somebody resolves', () => {
  it('a resolution while the rollback runs ends it at once', async () => {
    await withPage(beforeTraffic, async (watched) => {
      await told(watched);
      await watched.pass(5);
      await resolve(watched.rollback);
      const end = (await watched.updates.result()) as PublicUpdatesStatus;
      expect(end).toMatchObject({ state: 'ended', nextAt: null, said: 'Resolved by anna: it was DNS' });
      expect((await watched.page()).at(-1)).toBe(
        '5 resolved: This incident is resolved: Example Listings works normally again. We are monitoring for stability.',
      );
    });
  });

  it('after a rollback whose release is not proved good, which customers are not told as good', async () => {
    await withPage({ replaced: { verifyRelease: async () => verdict(false) } }, async (watched) => {
      await failureOf(watched.rollback);
      await until(async () => (await watched.page()).some((line) => line.includes('are not over yet')));
      // At once: they may have read that it is available again.
      expect((await watched.page()).at(-1)).toBe(
        '0 identified: The problems with Example Listings are not over yet. Our team is working on them. Next update by +15.',
      );
      await watched.pass(30);
      expect(await watched.updatesStatus()).toMatchObject({
        state: 'running',
        said: `The rollback has ended (unverified). The status page is told on until somebody says \`backout resolve ${watched.rollback.workflowId} --resolution "WHAT WAS DONE"\`.`,
      });
      expect((await watched.page()).at(-1)).toMatch(
        /identified: Nothing has changed since our last update\. The problems with Example Listings are not over yet\. Our team is working on them\. Next update by \+\d+\.$/,
      );
      await resolve(watched.updates);
      await watched.updates.result();
      expect((await watched.page()).at(-1)).toMatch(/ resolved: /);
      await expect(resolve(watched.updates)).rejects.toThrow();
    });
  });

  it('after a rollback that was ended from outside', async () => {
    const answering = gate();
    const watchRollback: Activities['watchRollback'] = async () => {
      await answering.passed;
      return {
        how: 'terminated',
        at: new Date().toISOString(),
        said: null,
        type: null,
        goesOnAs: null,
        view: null,
      };
    };
    await withPage({ replaced: { shiftTraffic: stuck, watchRollback } }, async (watched) => {
      await told(watched);
      await untilWaiting(watched.rollback);
      await watched.rollback.terminate('by mistake');
      answering.open();
      await until(async () => (await watched.updatesStatus()).said !== null);
      await watched.pass(15);
      expect((await watched.page()).at(-1)).toBe(
        '14 identified: The problems with Example Listings are not over yet. Our team is working on them. Next update by +29.',
      );
      expect((await watched.updatesStatus()).said).toMatch(/^The rollback has ended \(terminated\)\. /);
    });
  });
});

describe('a page that is in trouble', () => {
  it('delays no rollback, is said in the timeline, and is told as soon as it can be', async () => {
    let isDown = true;
    const answer = async () => (isDown ? await fails('MessageRefused', 'The page said no.')() : POSTED);
    await withPage({ ...waiting, answer }, async (watched) => {
      await untilWaiting(watched.rollback);
      await until(async () =>
        (await timeline(watched.rollback)).some((line) => line.includes('could not be told')),
      );
      const said = (await timeline(watched.rollback)).filter((line) => line.includes('could not be told'));
      expect(said).toEqual([
        expect.stringMatching(
          /^Statuspage \(page page1\) could not be told\. The page said no\. It is tried again at .* UTC; the rollback does not wait for it\.$/,
        ),
      ]);
      await watched.pass(4);
      expect(await watched.page()).toEqual([]);
      isDown = false;
      await watched.pass(2);
      expect(await watched.page()).toEqual([
        '5 monitoring: A fix is in place and Example Listings is available again. We are checking it closely. Next update by +20.',
      ]);
      expect((await watched.updatesStatus()).problem).toBeNull();
    });
  });

  it('gets its last update for a day, then a person must close the incident', async () => {
    const answer = async ({ status: is }: PublicUpdate) =>
      is === 'resolved' ? await fails('MessageRefused', 'The page said no.')() : POSTED;
    await withPage({ ...waiting, answer }, async (watched) => {
      await told(watched);
      await untilWaiting(watched.rollback);
      await decide(watched.rollback, 'skip');
      const end = (await watched.updates.result()) as PublicUpdatesStatus;
      expect(end.said).toBe(
        'Statuspage (page page1) could not be told for 24 h that it is over. The page said no. Close the incident there by hand.',
      );
      expect(watched.sent.filter(({ status: is }) => is === 'resolved')).toHaveLength(24 * 12 + 1);
    });
  });

  it('what a template has written is what the records say that customers read', async () => {
    const answer = async (): Promise<Posted> => ({ ...POSTED, body: 'We are on it.\nSorry.' });
    await withPage({ ...beforeTraffic, answer }, async (watched) => {
      await told(watched);
      expect((await watched.page())[0]).toBe('0 investigating: We are on it.\nSorry.');
      await until(async () =>
        (await timeline(watched.rollback)).some((what) => what.includes('We are on it.')),
      );
      expect((await timeline(watched.rollback)).find((what) => what.includes('We are on it.'))).toBe(
        'Statuspage (page page1) says “investigating” (incident inc1): We are on it. ⏎ Sorry.',
      );
    });
  });

  it('an incident that somebody closed there is left alone', async () => {
    const answer = async ({ number }: PublicUpdate): Promise<Posted> =>
      number === 1 ? POSTED : { outcome: 'closed', incident: 'inc1', url: null };
    await withPage({ ...beforeTraffic, answer }, async (watched) => {
      await told(watched);
      await watched.pass(15);
      const end = (await watched.updates.result()) as PublicUpdatesStatus;
      expect(end).toMatchObject({
        said: 'The incident on the status page was closed there by somebody, so nothing more is posted (Statuspage (page page1)).',
        posted: [{ status: 'investigating' }],
      });
    });
  });
});

describe('nobody is told', () => {
  it.each([
    [
      'when customers are not affected',
      { input: { customerFacing: false } },
      'The status page is not told: this rollback says that customers are not affected.',
    ],
    [
      'when nothing could go on telling',
      { resolved: { isEphemeral: true } },
      'The status page is not told: with --local, nothing could go on telling it when this command ends. Do it yourself.',
    ],
  ])('%s', async (_, change, said) => {
    await withPage({ ...waiting, ...change }, async ({ rollback, sent }) => {
      await untilWaiting(rollback);
      expect((await status(rollback)).publicUpdates).toEqual({ state: 'off', said });
      expect(sent).toEqual([]);
    });
  });

  it('where no status page is configured, and the status says nothing of one', async () => {
    await withPage({ ...waiting, resolved: { statusPage: undefined } }, async ({ rollback }) => {
      await untilWaiting(rollback);
      expect((await status(rollback)).publicUpdates).toBeUndefined();
    });
  });
});
