/** Escalation on the time-skipping server: who is paged in which minute, and what stops it. */
import { describe, expect, it, vi } from 'vitest';
import type { Activities } from '../../activities/types.ts';
import type { RunEnd } from '../../src/domain/escalation/state.ts';
import { decide, failureOf, fails, status, timeline, untilWaiting, withFakes } from './drive.ts';
import { POLICY, stuck, until, withPages } from './escalation-support.ts';
import type { Paged } from './escalation-support.ts';
import { labOfEachTest } from './lab.ts';
import { REQUEST, verdict } from './support.ts';

// Hours pass in seconds, but a busy machine takes its time with each of their pages.
vi.setConfig({ testTimeout: 180_000 });

const lab = labOfEachTest();

/** Waits for RESTORE, and nothing fails: only time goes by. */
const waiting = { workflow: 'fullRollback' };
const acknowledge = ({ rollback }: Paged, by = 'anna') =>
  rollback.executeUpdate<string, [unknown]>('acknowledge', { args: [{ by }] });
const resolve = ({ rollback }: Paged) =>
  rollback.executeUpdate<string, [unknown]>('resolve', {
    args: [{ by: 'anna', resolution: 'it is the network' }],
  });

function deferred<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}

describe('while a rollback waits', () => {
  it('each level is paged at its time, and the last one again and again for a day', async () => {
    await withPages({ lab, ...waiting }, async (paged) => {
      // Nothing ends it, so RESTORE must be awaited for longer than the built-in time.
      await paged.pass(59);
      expect(await paged.ladder()).toEqual([
        '0: 1 by duty (start)',
        '15: 2 by lead and chat (time)',
        '30: 3 by manager (time)',
      ]);
      await paged.pass(24 * 60 - 59);
      const all = await paged.ladder();
      expect(all.slice(3)).toEqual([
        '60: 4 by cto (time)',
        ...Array.from({ length: 23 }, (_, hour) => `${(hour + 2) * 60}: 4 by cto (repeat)`),
      ]);
      expect(paged.sent).toHaveLength(1 + 2 + 1 + 24);
      expect(new Set(paged.sent.map(({ page, channel }) => `${page.id} ${channel}`)).size).toBe(28);
    });
  });

  it('the last level is left out where customers are not affected', async () => {
    await withPages({ lab, ...waiting, input: { customerFacing: false } }, async (paged) => {
      await paged.pass(119);
      expect(await paged.ladder()).toEqual([
        '0: 1 by duty (start)',
        '15: 2 by lead and chat (time)',
        '30: 3 by manager (time)',
        '90: 3 by manager (repeat)',
      ]);
    });
  });

  it('an acknowledgement stops the repeats within the level, not the levels', async () => {
    const policy = { ...POLICY, repeatMinutes: 4 };
    await withPages({ lab, ...waiting, policy }, async (paged) => {
      await paged.pass(5);
      await acknowledge(paged);
      await paged.pass(16);
      await acknowledge(paged, 'ben');
      await paged.pass(10);
      expect(await paged.ladder()).toEqual([
        '0: 1 by duty (start)',
        '4: 1 by duty (repeat)',
        '15: 2 by lead and chat (time)',
        '19: 2 by lead and chat (repeat)',
        '30: 3 by manager (time)',
      ]);
      const told = paged.sent.filter(({ page }) => page.action === 'acknowledge');
      expect(told.map(({ channel, page }) => `${channel}: ${page.title}`).sort()).toEqual([
        'chat: listings in production: ben is at it',
        'duty: listings in production: anna is at it',
        'duty: listings in production: ben is at it',
        'lead: listings in production: ben is at it',
      ]);
    });
  });

  it('an acknowledgement while the first page is on its way reaches what that page has opened', async () => {
    const { promise: taken, resolve: take } = deferred<void>();
    const sent: string[] = [];
    const replaced: Partial<Activities> = {
      sendPage: async ({ channel, page }) => {
        if (page.action === 'trigger') await taken;
        sent.push(`${channel.name} ${page.action}: ${page.title}`);
        return {
          channel: channel.name ?? '',
          provider: channel.kind,
          receipt: null,
          sentAt: '2026-11-21T03:00:00.000Z',
        };
      },
    };
    await withPages({ lab, ...waiting, replaced }, async (paged) => {
      await until(async () => (await paged.escalationStatus()).pages.length === 1);
      await acknowledge(paged);
      await until(async () => (await paged.escalationStatus()).acknowledgements.length === 1);
      take();
      await until(async () => sent.length === 2);
      expect(sent).toEqual([
        'duty trigger: listings in production: full rollback begun (P1)',
        'duty acknowledge: listings in production: anna is at it',
      ]);
      await resolve(paged);
      await paged.escalation.result();
      expect(await timeline(paged.rollback)).toContain('Told through duty: anna is at it');
    });
  });

  it('an acknowledgement is not sent where only people can acknowledge, and a resolution is', async () => {
    const goalert = {
      kind: 'goalert',
      name: 'goalert',
      token: { env: 'TOKEN' },
      baseUrl: 'https://goalert.example.net',
    } as const;
    const levels = POLICY.levels.slice(0, 1).map((level) => ({ ...level, routes: [[goalert]] }));
    await withPages({ lab, ...waiting, policy: { ...POLICY, levels } }, async (paged) => {
      await paged.pass(1);
      await acknowledge(paged);
      await resolve(paged);
      await paged.escalation.result();
      expect(paged.sent.map(({ channel, page }) => `${channel} ${page.action}`)).toEqual([
        'goalert trigger',
        'goalert resolve',
      ]);
    });
  });

  it('a resolution ends it: everybody who was paged hears of it, and nobody else is paged', async () => {
    await withPages({ lab, ...waiting }, async (paged) => {
      await paged.pass(16);
      await resolve(paged);
      await paged.escalation.result();
      await paged.pass(60);
      expect(await paged.ladder()).toEqual(['0: 1 by duty (start)', '15: 2 by lead and chat (time)']);
      const told = paged.sent.filter(({ page }) => page.action === 'resolve');
      expect(told.map(({ channel, page }) => `${channel}: ${page.title}`).sort()).toEqual([
        'chat: listings in production: Resolved by anna: it is the network',
        'duty: listings in production: Resolved by anna: it is the network',
        'lead: listings in production: Resolved by anna: it is the network',
      ]);
      expect(new Set(paged.sent.map(({ page }) => page.incidentKey)).size).toBe(1);
      expect(await status(paged.rollback)).toMatchObject({
        escalation: { state: 'ended', next: null, said: 'Resolved by anna: it is the network' },
      });
    });
  });

  it('a vendor that was down at the end hears that it is over when it is back', async () => {
    let isBack = false;
    const sent: string[] = [];
    const sendPage: Activities['sendPage'] = async ({ channel, page }) => {
      const isOut = page.action === 'resolve' && channel.name === 'lead' && !isBack;
      if (isOut) throw new Error('503');
      sent.push(`${channel.name} ${page.action}`);
      return { channel: channel.name ?? '', provider: channel.kind, receipt: null, sentAt: page.id };
    };
    await withPages({ lab, ...waiting, replaced: { sendPage } }, async (paged) => {
      await paged.pass(16);
      await resolve(paged);
      await paged.pass(10);
      expect(sent.filter((line) => line.endsWith('resolve')).sort()).toEqual([
        'chat resolve',
        'duty resolve',
      ]);
      // Nobody is paged any more, and the rollback knows.
      expect(await status(paged.rollback)).toMatchObject({ escalation: { state: 'ended', next: null } });
      isBack = true;
      await paged.escalation.result();
      expect(sent.filter((line) => line.startsWith('lead'))).toEqual(['lead trigger', 'lead resolve']);
    });
  });

  it('what no vendor took within a day is to be closed by hand, and is said', async () => {
    const isDown = (channel: string, sent: Paged['sent']) => channel === 'duty' && sent.length > 0;
    await withPages({ lab, ...waiting, isDown }, async (paged) => {
      await paged.pass(1);
      await resolve(paged);
      await paged.escalation.result();
      expect((await paged.escalationStatus()).said).toBe(
        'Resolved by anna: it is the network. Close by hand what is still open elsewhere: PagerDuty (duty): duty said no.',
      );
    });
  });

  it('another worker goes on where the one before ended: nobody is paged twice, nobody is left out', async () => {
    await withPages({ lab, ...waiting, forgets: true }, async (paged) => {
      await paged.pass(16);
      await paged.replaceWorker();
      await paged.pass(15);
      await paged.replaceWorker();
      await paged.pass(30);
      expect(await paged.ladder()).toEqual([
        '0: 1 by duty (start)',
        '15: 2 by lead and chat (time)',
        '30: 3 by manager (time)',
        '60: 4 by cto (time)',
      ]);
      expect(paged.sent.map(({ channel }) => channel).sort()).toEqual([
        'chat',
        'cto',
        'duty',
        'lead',
        'manager',
      ]);
    });
  });

  it('the rollback shows who was paged and who is next, in its status and its timeline', async () => {
    await withPages({ lab, ...waiting }, async (paged) => {
      await paged.pass(16);
      const { escalation, startedAt } = await status(paged.rollback);
      const at30 = new Date(new Date(startedAt).getTime() + 30 * 60_000).toISOString();
      expect(escalation).toMatchObject({
        state: 'running',
        level: { number: 2, name: 'team lead', people: ['Ben'] },
        next: { at: at30, cause: 'time', level: { number: 3, name: 'manager', people: ['Cara'] } },
      });
      const told = (await timeline(paged.rollback)).filter((line) => line.startsWith('Paged'));
      expect(told).toEqual([
        'Paged level 1 (on duty: Anna) by duty (receipt r-duty).',
        'Paged level 2 (team lead: Ben) by lead (receipt r-lead) and chat (receipt r-chat).',
      ]);
    });
  });

  it('people can speak to the escalation itself', async () => {
    await withPages({ lab, ...waiting }, async (paged) => {
      await paged.pass(1);
      await paged.escalation.signal('acknowledge', { nonsense: true });
      await expect(paged.escalation.executeUpdate('acknowledge', { args: [{}] })).rejects.toThrow(
        'Workflow Update failed',
      );
      await paged.escalation.executeUpdate('acknowledge', { args: [{ by: 'anna', note: 'on it' }] });
      await until(async () => (await timeline(paged.rollback)).includes('Acknowledged by anna: on it'));
      expect((await paged.escalationStatus()).acknowledgements).toMatchObject([
        { by: 'anna', note: 'on it' },
      ]);
      await paged.escalation.executeUpdate('resolve', {
        args: [{ by: 'ben', resolution: 'mended by hand' }],
      });
      expect(await paged.escalation.result()).toMatchObject({ said: 'Resolved by ben: mended by hand' });
    });
  });
});

describe('a level at which nobody can be reached', () => {
  it('uses the fallback, and says so', async () => {
    await withPages({ lab, ...waiting, isDown: (name) => name === 'duty' }, async (paged) => {
      await paged.pass(1);
      expect(await paged.ladder()).toEqual(['0: 1 by spare (start)']);
      expect((await timeline(paged.rollback)).filter((line) => line.startsWith('Paged'))).toEqual([
        'Paged level 1 (on duty: Anna) by spare (receipt r-spare). Not by PagerDuty (duty): duty said no.',
      ]);
    });
  });

  it('is reached when one of several ways is open', async () => {
    await withPages({ lab, ...waiting, isDown: (name) => name === 'lead' }, async (paged) => {
      await paged.pass(16);
      expect(await paged.ladder()).toEqual(['0: 1 by duty (start)', '15: 2 by chat (time)']);
    });
  });

  it('goes on to the next at once when all of its channels fail', async () => {
    await withPages(
      { lab, ...waiting, isDown: (name) => ['duty', 'spare'].includes(name) },
      async (paged) => {
        await paged.pass(16);
        expect(await paged.ladder()).toEqual([
          '0: 1 by nothing (start)',
          '0: 2 by lead and chat (not-reached)',
        ]);
        expect((await timeline(paged.rollback)).filter((line) => line.startsWith('Nobody'))).toEqual([
          'Nobody of level 1 (on duty: Anna) could be paged: PagerDuty (duty): duty said no.; PagerDuty (spare): spare said no.',
        ]);
      },
    );
  });

  it('goes on to the next at once when it has no channel', async () => {
    const levels = POLICY.levels.map((level) => (level.number === 2 ? { ...level, routes: [] } : level));
    await withPages({ lab, ...waiting, policy: { ...POLICY, levels } }, async (paged) => {
      await paged.pass(16);
      expect(await paged.ladder()).toEqual([
        '0: 1 by duty (start)',
        '15: 2 by nothing (time)',
        '15: 3 by manager (not-reached)',
      ]);
    });
  });

  it('never holds the rollback up', async () => {
    await withPages({ lab, isDown: () => true }, async ({ rollback }) => {
      expect(await rollback.result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });
});

describe('the end of a rollback', () => {
  it('is the end of the escalation when it is good', async () => {
    await withPages({ lab }, async (paged) => {
      await paged.rollback.result();
      const ended = (await paged.escalation.result()) as { said: string };
      expect(ended.said).toMatch(/^listings in production is rolled back/i);
      expect(paged.sent.map(({ channel, page }) => `${channel} ${page.action}`)).toEqual([
        'duty trigger',
        'duty resolve',
      ]);
    });
  });

  it('that is good is told before the report: one that can not be written calls nobody', async () => {
    await withPages({ lab, replaced: { writeReport: stuck } }, async (paged) => {
      await paged.escalation.result();
      expect((await untilWaiting(paged.rollback)).awaiting?.step).toBe('report');
      await paged.pass(120);
      expect(paged.sent.map(({ channel, page }) => `${channel} ${page.action}`)).toEqual([
        'duty trigger',
        'duty resolve',
      ]);
      const shown = (await status(paged.rollback)).escalation;
      expect(shown).toMatchObject({ state: 'ended', next: null, level: { number: 1 } });
      expect(shown?.said).toMatch(/^listings in production is rolled back/);
      expect(await acknowledge(paged)).toBe('recorded');
      await decide(paged.rollback, 'skip', 'report');
      expect(await paged.rollback.result()).toMatchObject({ outcome: 'rolled-back' });
      expect((await timeline(paged.rollback)).filter((line) => line.includes('escalation'))).toEqual([]);
    });
  });

  it('that is not proved good goes up at once, and on until somebody resolves it', async () => {
    await withPages({ lab, replaced: { verifyRelease: async () => verdict(false) } }, async (paged) => {
      expect((await failureOf(paged.rollback)).type).toBe('Unverified');
      await until(async () => (await paged.ladder()).length === 2);
      await paged.pass(31);
      expect(await paged.ladder()).toEqual([
        '0: 1 by duty (start)',
        '0: 2 by lead and chat (urgent)',
        '30: 3 by manager (time)',
      ]);
      expect(paged.sent.find(({ channel }) => channel === 'chat')?.page.title).toBe(
        'listings in production: the release returned to is NOT PROVED GOOD (P1)',
      );
      expect((await paged.escalationStatus()).said).toBe(
        'The rollback has ended (unverified). Paging goes on until somebody says ' +
          `\`backout resolve ${paged.rollback.workflowId} --resolution "WHAT WAS DONE"\`.`,
      );
      await paged.escalation.executeUpdate('resolve', { args: [{ by: 'ben', resolution: 'blue is good' }] });
      await paged.escalation.result();
    });
  });

  it('by a person leaves the incident open, and hurries nobody', async () => {
    await withPages({ lab, replaced: { stopFaulty: stuck } }, async (paged) => {
      await untilWaiting(paged.rollback);
      await decide(paged.rollback, 'abort');
      expect((await failureOf(paged.rollback)).type).toBe('Aborted');
      await paged.pass(16);
      expect(await paged.ladder()).toEqual(['0: 1 by duty (start)', '0: 2 by lead and chat (urgent)']);
      expect((await paged.escalationStatus()).said).toMatch(
        /^The rollback has ended \(aborted\)\. Paging goes on/,
      );
    });
  });

  it.each([
    ['terminated', 'it was terminated (“wrong window”)'],
    ['timed-out', 'it ran into a time limit of Temporal'],
  ] as const)('from outside is noticed and paged: %s', async (how, words) => {
    const end = deferred<RunEnd>();
    const view = { state: 'Traffic goes to blue. No data was changed.', awaiting: null };
    await withPages({ lab, ...waiting, replaced: { watchRollback: () => end.promise } }, async (paged) => {
      await until(async () => (await paged.ladder()).length === 1);
      await paged.rollback.terminate('wrong window');
      const said = how === 'terminated' ? 'wrong window' : null;
      end.resolve({ how, at: '2026-11-21T03:12:00.000Z', said, type: null, goesOnAs: null, view });
      await until(async () => paged.sent.some(({ channel }) => channel === 'lead'));
      const { page } = paged.sent.find(({ channel }) => channel === 'lead') ?? {};
      expect(page?.title).toBe('listings in production: the rollback was ENDED FROM OUTSIDE (P1)');
      expect(page?.body.slice(1)).toEqual([
        `The rollback was ended from outside at 2026-11-21 03:12:00 UTC: ${words}. It did not clean up: the step that was under way ` +
          'may be half done, and locks expire by themselves. Do it again with ' +
          '`backout rollback full listings --env production --reason "WHY" --faulty green --backup listings-0259.dump`: it reads the live state first.',
        'Traffic goes to blue. No data was changed.',
      ]);
      await until(async () => (await paged.ladder())[1] === '0: 2 by lead and chat (urgent)');
      // Not over: this server, whose time can't be skipped once a workflow was terminated, shows the time of the next.
      expect((await paged.escalationStatus()).next).toMatchObject({ cause: 'time', level: { number: 3 } });
    });
  });

  it('by a reset is paged, and the run that goes on is watched', async () => {
    const watched: string[] = [];
    const end = deferred<RunEnd>();
    const watchRollback = async ({ runId }: { runId: string }): Promise<RunEnd> => {
      watched.push(runId);
      if (watched.length === 1) return await end.promise;
      const at = '2026-11-21T03:20:00.000Z';
      return { how: 'completed', at, said: null, type: null, goesOnAs: null, view: null };
    };
    await withPages({ lab, ...waiting, replaced: { watchRollback } }, async (paged) => {
      await until(async () => (await paged.ladder()).length === 1);
      const at = '2026-11-21T03:12:00.000Z';
      end.resolve({ how: 'reset', at, said: 'again', type: null, goesOnAs: 'run-2', view: null });
      await paged.escalation.result();
      expect(watched[1]).toBe('run-2');
      expect((await paged.escalationStatus()).said).toBe('The rollback has ended well.');
    });
  });

  it('after a reset is told by the run that went on, not by the one that was reset', async () => {
    const ends = { first: deferred<RunEnd>(), 'run-2': deferred<RunEnd>() };
    const asked: string[] = [];
    const replaced: Partial<Activities> = {
      watchRollback: ({ runId }) => ends[runId === 'run-2' ? runId : 'first'].promise,
      lookAtRollback: async ({ runId }) => {
        asked.push(runId);
        return { state: `As ${runId} says.`, awaiting: null };
      },
    };
    const ended = { at: '2026-11-21T03:12:00.000Z', said: null, type: null, view: null };
    await withPages({ lab, ...waiting, replaced }, async (paged) => {
      await until(async () => (await paged.ladder()).length === 1);
      ends.first.resolve({ ...ended, how: 'reset', goesOnAs: 'run-2' });
      await until(async () => paged.sent.some(({ channel }) => channel === 'lead'));
      ends['run-2'].resolve({ ...ended, how: 'failed', goesOnAs: null });
      await until(async () => paged.sent.some(({ channel }) => channel === 'manager'));
      expect(asked).toEqual(['run-2', 'run-2']);
      const { page } = paged.sent.find(({ channel }) => channel === 'manager') ?? {};
      expect(page?.title).toBe('listings in production: the rollback FAILED and is gone (P1)');
      expect(page?.body.at(-1)).toBe('As run-2 says.');
    });
  });
});

describe('a step that fails', () => {
  it('goes up at once, and once, however often it is tried again', async () => {
    await withPages({ lab, replaced: { stopFaulty: stuck } }, async (paged) => {
      await untilWaiting(paged.rollback);
      await until(async () => (await paged.ladder()).length === 2);
      await decide(paged.rollback, 'retry');
      await untilWaiting(paged.rollback);
      await paged.pass(1);
      expect(await paged.ladder()).toEqual(['0: 1 by duty (start)', '0: 2 by lead and chat (urgent)']);
      const { page } = paged.sent.find(({ channel }) => channel === 'lead') ?? {};
      expect(page?.title).toBe('listings in production: “Do stop-faulty” failed, a decision is needed (P1)');
      expect(page?.body[1]).toBe(
        'The step “Do stop-faulty” could not be done: no sudo. Nothing was changed. Allow it.',
      );
    });
  });
});

describe('a step that fails again', () => {
  it('hours after somebody said that they are at it, and to retry, has nobody at it', async () => {
    let tries = 0;
    const end = deferred<undefined>();
    const stopFaulty: Activities['stopFaulty'] = async () => {
      if (++tries === 1) return await stuck();
      await end.promise;
      return await fails('PermissionDenied', 'still no sudo. Nothing was changed.')();
    };
    await withPages({ lab, replaced: { stopFaulty } }, async (paged) => {
      await untilWaiting(paged.rollback);
      await paged.pass(61);
      await acknowledge(paged);
      await paged.pass(120);
      const before = await paged.ladder();
      expect(before.at(-1)).toBe('60: 4 by cto (time)');
      await decide(paged.rollback, 'retry');
      await until(() => Promise.resolve(tries === 2));
      expect(await paged.ladder()).toEqual(before);
      end.resolve(undefined);
      await until(async () => (await paged.ladder()).length > before.length);
      await paged.pass(0);
      expect((await paged.ladder()).slice(before.length)).toEqual(['181: 4 by cto (repeat)']);
      const page = paged.sent.filter(({ page: { action } }) => action === 'trigger').at(-1)?.page;
      expect(page?.title).toBe('listings in production: “Do stop-faulty” failed, a decision is needed (P1)');
      expect(page?.body.slice(0, 2)).toEqual([
        'You are called as level 4 (CTO: Dora): nobody has said since that they are at it, and it is not resolved. Asked for by anna: 5xx since 2.0.',
        'The step “Do stop-faulty” could not be done: still no sudo. Nothing was changed.',
      ]);
    });
  });
});

describe('nobody is paged', () => {
  it('in a dry run, which says nothing of it', async () => {
    await withFakes(
      { lab, workflow: 'trafficOnlyRollback', leavesBlocks: true },
      {},
      async ({ start, calls }) => {
        const handle = await start({ ...REQUEST, dryRun: true });
        await handle.result();
        expect((await status(handle)).escalation).toBeUndefined();
        expect(calls.filter((call) => call.startsWith('page'))).toEqual([]);
      },
    );
  });

  it('where nothing is configured, and the status says so', async () => {
    await withFakes(
      { lab, workflow: 'trafficOnlyRollback', leavesBlocks: true },
      {},
      async ({ start, calls }) => {
        const handle = await start();
        await handle.result();
        expect((await status(handle)).escalation).toEqual({
          state: 'off',
          said: 'Nobody is paged: no `escalation` is configured for this service and environment.',
        });
        expect(calls.filter((call) => call.startsWith('page'))).toEqual([]);
      },
    );
  });
});
