/** Follow-ups on the time-skipping server: a day and a week, with the times at which things happen. */
import { describe, expect, it } from 'vitest';
import type { Activities } from '../../activities/types.ts';
import { escalationPolicy } from '../../src/domain/escalation/policy.ts';
import { escalationSchema } from '../../src/domain/escalation/settings.ts';
import type { FollowUpMessage } from '../../src/domain/follow-up/announcement.ts';
import { announceFollowUp } from '../../src/domain/follow-up/announcement.ts';
import type { FollowUpSettingsInput } from '../../src/domain/follow-up/settings.ts';
import type { FollowUpResult, FollowUpStatus } from '../../src/domain/follow-up/status.ts';
import type { Seen } from '../../src/domain/follow-up/watch.ts';
import { clientKeepingTime, fails } from './drive.ts';
import { bad, followUp, GITHUB, good, seen, tickAll } from './follow-up-support.ts';
import { labOfFile } from './lab.ts';
import { fakeActivities, REQUEST } from './support.ts';

const lab = labOfFile();

describe('the watch', () => {
  it('checks every 15 minutes for 24 hours, and ends with everything done', async () => {
    await followUp(lab, {}, async (driven) => {
      await tickAll(driven);
      const result = (await driven.handle.result()) as FollowUpResult;
      expect(driven.calls.filter((call) => call === 'look')).toHaveLength(96);
      expect(result).toEqual({
        outcome: 'done',
        summary: 'listings in production: 96 checks made, no trouble was found. Everything is done.',
        open: [],
        troubles: [],
        tickets: [],
      });
      expect(driven.told).toEqual(['1440 watch-over incidents', '1440 ended incidents']);
      expect(driven.calls.filter((call) => call === 'writeFollowUp')).toHaveLength(2);
    });
  });

  it('opens one ticket per kind of trouble, not one per check, and closes it when it is over', async () => {
    const health = seen(bad('health /health'));
    const both = seen(bad('health /health'), bad('5xx share'));
    const looks = [seen(good), health, health, both, seen(bad('p95')), seen(good)];
    await followUp(lab, { settings: { tickets: GITHUB }, looks }, async (driven) => {
      await tickAll(driven, ['report-reviewed', 'root-cause', 'report-completed', 'postmortem']);
      const result = (await driven.handle.result()) as FollowUpResult;
      const { workflowId } = driven.handle;
      expect(driven.calls.filter((call) => call.includes('Ticket'))).toEqual([
        `openTicket backout:${workflowId}:rollback`,
        `openTicket backout:${workflowId}:health`,
        `openTicket backout:${workflowId}:metrics`,
        `changeTicket backout:${workflowId}:health:over-1`,
        `changeTicket backout:${workflowId}:metrics:over-1`,
      ]);
      expect(driven.told.slice(0, 4)).toEqual([
        '30 trouble health incidents',
        '60 trouble metrics incidents',
        '75 trouble-over health incidents',
        '90 trouble-over metrics incidents',
      ]);
      expect(result.troubles.map(({ kind, times, seen: by }) => [kind, times, by])).toEqual([
        ['health', 1, 3],
        ['metrics', 1, 2],
      ]);
      expect(result.summary).toBe(
        'listings in production: 96 checks made, trouble was found and is over (health checks fail; metrics are not normal). Everything is done.',
      );
    });
  });

  it('uses the same ticket when a trouble comes back, and says so when the watch ends with it', async () => {
    const health = seen(bad('health /health'));
    await followUp(
      lab,
      { settings: { tickets: GITHUB, watchHours: 1 }, looks: [health, seen(good), health] },
      async (driven) => {
        await tickAll(driven, ['report-reviewed', 'root-cause', 'report-completed', 'postmortem']);
        const result = (await driven.handle.result()) as FollowUpResult;
        const { workflowId } = driven.handle;
        expect(driven.calls.filter((call) => call.includes('Ticket'))).toEqual([
          `openTicket backout:${workflowId}:rollback`,
          `openTicket backout:${workflowId}:health`,
          `changeTicket backout:${workflowId}:health:over-1`,
          `changeTicket backout:${workflowId}:health:again-2`,
          `changeTicket backout:${workflowId}:health:unwatched-2`,
        ]);
        expect(result.summary).toContain('4 checks made, there is trouble: health checks fail.');
      },
    );
  });

  it('says that the service can not be checked, and closes nothing that it does not know to be over', async () => {
    const failing = fails('HostUnreachable', 'web-1 can not be reached.');
    let looks = 0;
    const watchService: Activities['watchService'] = async () => {
      looks++;
      if (looks === 1) return seen(bad('health /health'));
      return looks === 2 ? await failing() : seen(good);
    };
    await followUp(lab, { settings: { watchHours: 1 }, replaced: { watchService } }, async (driven) => {
      await tickAll(driven);
      await driven.handle.result();
      expect(driven.told.slice(0, 4)).toEqual([
        '15 trouble health incidents',
        '30 trouble unwatched incidents',
        '45 trouble-over health incidents',
        '45 trouble-over unwatched incidents',
      ]);
    });
  });

  it('is left to a later rollback', async () => {
    const looks: Seen[] = [
      { is: 'skipped', why: 'not checked: rollback two runs' },
      { is: 'superseded', by: 'two' },
    ];
    await followUp(lab, { looks }, async (driven) => {
      await tickAll(driven);
      const result = (await driven.handle.result()) as FollowUpResult;
      expect(result.summary).toBe(
        'listings in production: 0 checks made, no trouble was found. Everything is done.',
      );
      const watched = (await driven.status()).items.find(({ name }) => name === 'watched');
      expect(watched?.ticked).toMatchObject({
        by: 'Backout',
        note: 'rollback two came later, and watches on',
      });
      expect(driven.told).toEqual(['30 watch-over incidents', '30 ended incidents']);
    });
  });

  it('goes on as a new run when its history is long, and forgets nothing', async () => {
    const looks = [seen(bad('health /health'))];
    await followUp(
      lab,
      { settings: { everyMinutes: 1, watchHours: 4, tickets: GITHUB }, looks },
      async (driven) => {
        await tickAll(driven, ['report-reviewed', 'root-cause', 'report-completed', 'postmortem']);
        const result = (await driven.handle.result()) as FollowUpResult;
        const { runId } = await lab.environment.client.workflow
          .getHandle(driven.handle.workflowId)
          .describe();
        expect(runId).not.toBe(
          (driven.handle as unknown as { firstExecutionRunId: string }).firstExecutionRunId,
        );
        expect(driven.calls.filter((call) => call === 'look')).toHaveLength(240);
        expect(driven.calls.filter((call) => call.startsWith('openTicket'))).toHaveLength(2);
        expect(result.troubles.map(({ times, seen: by }) => [times, by])).toEqual([[1, 240]]);
      },
    );
  });
});

describe('reminders', () => {
  it('come when something is due, again after growing pauses, and to every channel when ignored', async () => {
    await followUp(lab, { settings: { watchHours: 0 } }, async ({ pass, told }) => {
      await pass(8 * 60 + 1);
      const everywhere = (at: number) =>
        ['deployments', 'engineering', 'incidents'].map(
          (channel) => `${at} reminder report-reviewed ${channel}`,
        );
      // Several channels are told at once.
      const byTime = told.toSorted(
        (one, other) => parseInt(one) - parseInt(other) || one.localeCompare(other),
      );
      expect(byTime).toEqual([
        '30 reminder report-reviewed incidents',
        ...[60, 120, 240, 480].flatMap(everywhere),
      ]);
    });
  });

  it('name root cause and report after a day and the postmortem after a week, each day again', async () => {
    await followUp(lab, { settings: { watchHours: 0 } }, async ({ pass, told, tick }) => {
      await tick('report-reviewed');
      await tick('bug-ticket');
      await pass(24 * 60 + 1);
      await tick('report-completed');
      await pass(24 * 60);
      await tick('root-cause');
      await pass(6 * 24 * 60);
      expect(told.filter((line) => line.endsWith('incidents'))).toEqual([
        '1440 reminder root-cause report-completed incidents',
        '2880 reminder root-cause incidents',
        '10080 reminder postmortem incidents',
        '11520 reminder postmortem incidents',
      ]);
    });
  });

  it('end after a month, with what is open', async () => {
    await followUp(lab, { settings: { watchHours: 0 } }, async (driven) => {
      await tickAll(driven, ['report-reviewed', 'bug-ticket', 'root-cause', 'report-completed']);
      const result = (await driven.handle.result()) as FollowUpResult;
      expect(result).toMatchObject({ outcome: 'given-up', open: ['postmortem'] });
      expect(driven.told.at(-1)).toBe('43200 ended incidents');
      const last = driven.messages.at(-1) as FollowUpMessage;
      expect(announceFollowUp(last).title).toBe(
        'NOT ALL IS DONE, and nobody is reminded any more: listings in production (P1)',
      );
    });
  });

  it('hold nothing up when they can not be sent', async () => {
    const announceFollowUp = fails('MessageRefused', 'no such channel.');
    await followUp(lab, { settings: { watchHours: 1 }, replaced: { announceFollowUp } }, async (driven) => {
      await tickAll(driven);
      expect(((await driven.handle.result()) as FollowUpResult).outcome).toBe('done');
      expect((await driven.status()).timeline.map(({ what }) => what)).toContain(
        'Not everybody was told (watch-over): no such channel.',
      );
    });
  });
});

describe('pages', () => {
  const policy = escalationPolicy({
    file: escalationSchema.parse({
      channels: {
        duty: { kind: 'pagerduty', routingKey: { env: 'PD_DUTY' } },
        leads: { kind: 'pagerduty', routingKey: { env: 'PD_LEADS' } },
      },
      levels: [{ channels: ['duty'] }, { channels: ['leads'] }],
    }),
    environment: undefined,
    people: undefined,
  });
  if (policy === null) throw new Error('there is no policy');

  const paging = (sent: string[]): Partial<Activities> => ({
    sendPage: async ({ channel, page }) => {
      const key = page.incidentKey.replace(/^.*-follow-up-/, '');
      sent.push(
        `${page.action} ${key} level ${page.level.number} ${channel.name ?? channel.kind}: ${page.title}`,
      );
      return { channel: 'PagerDuty', provider: 'pagerduty', receipt: key, sentAt: new Date().toISOString() };
    },
  });

  it('go to the first level when health fails, once, and say there when it is over', async () => {
    const sent: string[] = [];
    const health = seen(bad('health /health'), bad('p95'));
    await followUp(
      lab,
      {
        settings: { watchHours: 2 },
        looks: [health, health, seen(good)],
        replaced: paging(sent),
        escalation: policy,
      },
      async (driven) => {
        await tickAll(driven);
        await driven.handle.result();
        expect(sent).toEqual([
          'trigger health level 1 duty: TROUBLE AFTER THE ROLLBACK, health checks fail: listings in production (P1)',
          'resolve health level 1 duty: What you were paged about is over: listings in production (P1)',
        ]);
      },
    );
  });

  it('go on to the next level where nobody of the first could be reached', async () => {
    const sent: string[] = [];
    const replaced = paging(sent);
    const sendPage: Activities['sendPage'] = async (input) =>
      input.channel.name === 'duty' && input.page.action === 'trigger'
        ? await fails('MessageRefused', 'duty said no.')()
        : await replaced.sendPage!(input);
    const [first, ...others] = policy.levels;
    const noRoutes = { ...policy, levels: [{ ...first!, routes: [] }, ...others] };
    for (const escalation of [policy, noRoutes]) {
      sent.length = 0;
      const looks = [seen(bad('health /health')), seen(good)];
      await followUp(
        lab,
        { settings: { watchHours: 2 }, looks, replaced: { sendPage }, escalation },
        async (driven) => {
          await tickAll(driven);
          await driven.handle.result();
          expect(sent.filter((line) => line.includes('leads')).map((line) => line.split(':')[0])).toEqual([
            'trigger health level 2 leads',
            'resolve health level 2 leads',
          ]);
          const said = (await driven.status()).timeline.map(({ what }) => what);
          expect(said).toContainEqual(
            expect.stringMatching(/^Nobody of level 1 \(on duty\) could be paged: TROUBLE/),
          );
          expect(said).toContainEqual(
            expect.stringMatching(/^Paged level 2 \(team lead or DevOps\) by PagerDuty: /),
          );
        },
      );
    }
  });

  it('are tried again every 5 minutes while nobody at all is reached, and are closed where they were opened', async () => {
    const sent: string[] = [];
    const tries: string[] = [];
    let isDown = true;
    const taken = paging(sent).sendPage;
    const sendPage: Activities['sendPage'] = async (input) => {
      if (input.page.action === 'trigger') tries.push(`${input.page.level.number} ${input.page.id}`);
      return isDown ? await fails('MessageRefused', 'the network is down.')() : await taken!(input);
    };
    const health = seen(bad('health /health'));
    const looks = [health, health, seen(good)];
    await followUp(lab, { looks, replaced: { sendPage }, escalation: policy }, async ({ pass, status }) => {
      await pass(24);
      expect(tries.map((line) => line.split(' ')[0])).toEqual(['1', '2', '1', '2']);
      expect(new Set(tries).size).toBe(4);
      isDown = false;
      await pass(2);
      expect(sent.map((line) => line.split(':')[0])).toEqual(['trigger health level 1 duty']);
      const said = (await status()).timeline.map(({ what }) => what);
      expect(said.filter((what) => what.startsWith('Nobody of level'))).toHaveLength(2);
      expect(said).toContain('It is tried again every 5 minutes, until somebody is reached or it is over');
      expect(said).toContainEqual(
        expect.stringMatching(
          /^Paged level 1 \(on duty\) by PagerDuty, after 2 that reached nobody: TROUBLE/,
        ),
      );
      await pass(20);
      // PagerDuty may have opened what it did not answer for.
      expect(
        sent
          .slice(1)
          .map((line) => line.split(':')[0])
          .toSorted(),
      ).toEqual(['resolve health level 1 duty', 'resolve health level 1 leads']);
    });
  });

  it('are not tried again when the trouble is over', async () => {
    const sendPage = fails('MessageRefused', 'the network is down.');
    const looks = [seen(bad('health /health')), seen(good)];
    const mails = escalationPolicy({
      file: escalationSchema.parse({
        channels: {
          mail: { kind: 'email', from: 'b@example.com', to: ['a@example.com'], smtp: { host: 'mx' } },
        },
        levels: [{ channels: ['mail'] }],
        repeatMinutes: 60,
      }),
      environment: undefined,
      people: undefined,
    });
    if (mails === null) throw new Error('there is no policy');
    await followUp(lab, { looks, replaced: { sendPage }, escalation: mails }, async ({ pass, status }) => {
      await pass(120);
      const said = (await status()).timeline
        .map(({ what }) => what)
        .filter((what) => /paged|tried/.test(what));
      expect(said.map((what) => what.split(':')[0])).toEqual([
        'Nobody of level 1 (on duty) could be paged',
        'It is tried again every 15 minutes, until somebody is reached or it is over',
        'It is over, and nobody could be paged about it (health)',
      ]);
    });
  });

  describe('while Slack is out', () => {
    const slackIsOut = async () => {
      throw new Error('503');
    };
    const looks = [seen(good), seen(good), seen(bad('health /health')), seen(good)];
    const expected = [
      'trigger health level 1 duty: TROUBLE AFTER THE ROLLBACK, health checks fail: listings in production (P1)',
      'resolve health level 1 duty: What you were paged about is over: listings in production (P1)',
    ];

    it('leave at once: a message that is tried for an hour delays none', async () => {
      const sent: string[] = [];
      const replaced = { ...paging(sent), announceFollowUp: slackIsOut };
      await followUp(lab, { looks, replaced, escalation: policy }, async ({ pass, told }) => {
        // A reminder waits for Slack from minute 30 on; the trouble begins at 45 and is over at 60.
        await pass(50);
        expect(sent).toEqual(expected.slice(0, 1));
        await pass(12);
        expect(sent).toEqual(expected);
        expect(told).toEqual([]);
      });
    });

    it('leave at once, too, when a long history waits for Slack until it can rest', async () => {
      const sent: string[] = [];
      const replaced = { ...paging(sent), announceFollowUp: slackIsOut };
      await followUp(lab, { looks, replaced, escalation: policy }, async ({ handle, pass }) => {
        await pass(32);
        for (let batch = 0; batch < 20; batch++)
          await Promise.all(Array.from({ length: 100 }, () => handle.signal('tick', 'nonsense')));
        await pass(18);
        expect(sent).toEqual(expected.slice(0, 1));
        expect((await handle.describe()).historyLength).toBeGreaterThan(2000);
      });
    });
  });

  it('wake nobody because a report is not reviewed, unless that is wanted', async () => {
    const sent: string[] = [];
    const replaced = paging(sent);
    const settings: FollowUpSettingsInput = { watchHours: 0 };
    await followUp(lab, { settings, replaced, escalation: policy }, async ({ pass }) => {
      await pass(150);
      expect(sent).toEqual([]);
    });
    const wanted: FollowUpSettingsInput = { ...settings, page: ['reminders'] };
    await followUp(lab, { settings: wanted, replaced, escalation: policy }, async ({ pass, tick }) => {
      await pass(90);
      await tick('report-reviewed');
      await pass(5);
      expect(sent).toEqual([
        'trigger items level 2 leads: STILL NOT DONE: report-reviewed: listings in production (P1)',
        'resolve items level 2 leads: What you were paged about is over: listings in production (P1)',
      ]);
    });
  });
});

describe('messages', () => {
  it('leave at once, too, when a long history waits for a ticket until it can rest', async () => {
    let isDown = true;
    const openTicket: Activities['openTicket'] = async () => {
      if (isDown) throw new Error('503');
      return { ticket: { system: 'github', id: '7', url: 'https://github.example/7' }, already: false };
    };
    const looks = [seen(good), seen(good), seen(bad('p95')), seen(good)];
    const parts = { settings: { tickets: GITHUB }, replaced: { openTicket }, looks };
    await followUp(lab, parts, async ({ handle, pass, told }) => {
      await pass(32);
      for (let batch = 0; batch < 20; batch++)
        await Promise.all(Array.from({ length: 100 }, () => handle.signal('tick', 'nonsense')));
      await pass(18);
      expect((await handle.describe()).historyLength).toBeGreaterThan(2000);
      expect(told.slice(1)).toEqual(['45 trouble metrics incidents']);
      isDown = false;
      await pass(20);
      // It rests as soon as the ticket is made, and goes on.
      const { historyLength } = await lab.environment.client.workflow.getHandle(handle.workflowId).describe();
      expect(historyLength).toBeLessThan(2000);
      expect(told).toContain('60 trouble-over metrics incidents');
    });
  });
});

describe('tickets', () => {
  it('tick their item, and are named in the status', async () => {
    await followUp(lab, { settings: { tickets: GITHUB } }, async ({ pass, status }) => {
      await pass(1);
      const { bugTicket, items } = await status();
      expect(bugTicket).toEqual({ system: 'github', id: '7', url: 'https://github.example/7' });
      expect(items.find(({ name }) => name === 'bug-ticket')?.ticked).toMatchObject({
        by: 'Backout',
        note: 'https://github.example/7',
        assurance: 'backout',
      });
    });
  });

  it('that are refused are left to a person, and said', async () => {
    const openTicket = fails('MessageRefused', 'The token is wrong.');
    await followUp(
      lab,
      { settings: { tickets: GITHUB }, replaced: { openTicket } },
      async ({ pass, status }) => {
        await pass(1);
        const { problems, items } = await status();
        expect(problems).toEqual([
          'The bug ticket could not be made: write it by hand, then tick bug-ticket. The token is wrong.',
        ]);
        expect(items.find(({ name }) => name === 'bug-ticket')?.ticked).toBeNull();
      },
    );
  });

  it('that a tracker takes hours for delay no check and no reminder', async () => {
    let tries = 0;
    const openTicket: Activities['openTicket'] = async () => {
      if (++tries < 30) throw new Error('503');
      return { ticket: { system: 'github', id: '7', url: 'https://github.example/7' }, already: false };
    };
    const looks = [seen(good), seen(bad('health /health')), seen(good)];
    await followUp(
      lab,
      { settings: { tickets: GITHUB }, replaced: { openTicket }, looks },
      async (driven) => {
        await driven.pass(65);
        expect(driven.told.slice(0, 3)).toEqual([
          '30 reminder report-reviewed incidents',
          '30 trouble health incidents',
          '45 trouble-over health incidents',
        ]);
        expect((await driven.status()).bugTicket).toBeNull();
        await driven.pass(5 * 60);
        expect((await driven.status()).bugTicket?.id).toBe('7');
      },
    );
  });
});

describe('ticking', () => {
  it('is refused clearly when there is no such item, or it is ticked already', async () => {
    await followUp(lab, {}, async ({ tick, status, handle }) => {
      const why = async (work: Promise<unknown>) =>
        await work.then(
          () => 'taken',
          (error: Error) => (error.cause as Error).message,
        );
      expect(await why(tick('root-caus'))).toBe(
        'there is no item "root-caus"; the items are report-reviewed, bug-ticket, root-cause, report-completed, postmortem, watched',
      );
      expect(await tick('root-cause', 'bob')).toBe('recorded');
      expect(await why(tick('root-cause'))).toMatch(/^bob has ticked root-cause already, at \d{4}-/);
      expect(await why(tick('watched'))).toBe('watched is ticked by Backout itself when the watch is over');
      await handle.signal('tick', { item: 'postmortem' });
      await handle.signal('tock', {});
      const { refusedMessages, items } = await status();
      expect(refusedMessages.map(({ name, why: said }) => [name, said])).toEqual([
        ['tick', expect.stringContaining('by')],
        ['tock', 'there is no signal of that name; known is tick'],
      ]);
      expect(items.filter(({ ticked }) => ticked !== null).map(({ name }) => name)).toEqual(['root-cause']);
    });
  });

  it('works by a signal, too', async () => {
    await followUp(lab, {}, async ({ handle, status }) => {
      await handle.signal('tick', { item: 'postmortem', by: 'carol', note: 'held on Friday' });
      const { items } = await status();
      expect(items.find(({ name }) => name === 'postmortem')?.ticked).toMatchObject({
        by: 'carol',
        note: 'held on Friday',
        assurance: 'declared',
      });
    });
  });
});

describe('a rollback', () => {
  const rollBack = async (
    { input = REQUEST, replaced = {} }: { input?: object; replaced?: Partial<Activities> },
    id: string,
  ) =>
    await lab.withWorker(
      (taskQueue) =>
        fakeActivities(taskQueue, {
          replaced: {
            resolveService: async ({ service }) => ({
              service,
              environment: 'production',
              taskQueue,
              searchAttributes: [],
              followsUp: true,
            }),
            ...replaced,
          },
        }),
      async (taskQueue) => {
        const { workflow } = clientKeepingTime(lab);
        const handle = await workflow.start('trafficOnlyRollback', {
          taskQueue,
          workflowId: id,
          args: [input],
        });
        await handle.result().catch(() => undefined);
        const status = await handle.query<{ followUp?: string }>('status');
        if (status.followUp === undefined) return null;
        const follower = workflow.getHandle(status.followUp);
        const said = await follower.query<FollowUpStatus>('status');
        await follower.terminate();
        return said;
      },
    );

  it('is followed up when it has ended, by a workflow whose ID is derived from its own', async () => {
    const said = await rollBack({}, 'rollback-listings-default-20261121T041500Z');
    expect(said).toMatchObject({
      workflowId: 'rollback-listings-default-20261121T041500Z-follow-up',
      rollback: 'rollback-listings-default-20261121T041500Z',
      phase: 'watching',
      service: 'listings',
    });
  });

  it('whose ID has no time is followed up by one whose ID has', async () => {
    const said = await rollBack({}, 'by-pipeline');
    expect(said?.workflowId).toMatch(/^by-pipeline-follow-up-\d{8}T\d{6}Z$/);
  });

  it('that is not proved good is followed up, too', async () => {
    const { verdict } = await import('./support.ts');
    const said = await rollBack({ replaced: { verifyRelease: async () => verdict(false) } }, 'unverified');
    expect(said?.items.map(({ name }) => name)).toContain('service-good');
  });

  it.each([
    ['a dry run', { input: { ...REQUEST, dryRun: true } }],
    ['a plan that was refused', { replaced: { planRollback: fails('NothingToRollBack', 'nothing to do.') } }],
  ])('is not followed up: %s', async (title, parts) => {
    expect(await rollBack(parts, title.replaceAll(' ', '-'))).toBeNull();
  });
});
