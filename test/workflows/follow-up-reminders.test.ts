/** Who is reminded after a rollback, by what and when, on the time-skipping server. */
import { describe, expect, it } from 'vitest';
import type { Activities } from '../../activities/types.ts';
import { escalationPolicy } from '../../src/domain/escalation/policy.ts';
import { escalationSchema } from '../../src/domain/escalation/settings.ts';
import { announceFollowUp } from '../../src/domain/follow-up/announcement.ts';
import type { Item } from '../../src/domain/follow-up/items.ts';
import { stakeholdersSchema } from '../../src/domain/stakeholders.ts';
import { CONFIG, makePlan, makeRecord } from '../support/records.ts';
import { until } from '../support/until.ts';
import { followUp, GITHUB, tickAll } from './follow-up-support.ts';
import { labOfFile } from './lab.ts';
import { proof } from './support.ts';

const lab = labOfFile();

const { slack: _slack, ...WITHOUT_SLACK } = CONFIG;
const recordWith = (config: typeof CONFIG) =>
  makeRecord({ plan: { ...makePlan({ customerFacing: false }), config } });
const SILENT = recordWith(WITHOUT_SLACK);

const smtp = { host: 'smtp.example.com' };
const from = 'backout@example.com';
const STAKEHOLDERS = stakeholdersSchema.parse({ mail: { from, smtp }, to: ['product@example.com'] });
const LADDER = escalationPolicy({
  file: escalationSchema.parse({
    channels: {
      duty: { kind: 'pagerduty', routingKey: { env: 'PD_DUTY' } },
      'duty-mail': { kind: 'email', from, to: ['duty@example.com'], smtp },
      leads: { kind: 'pagerduty', routingKey: { env: 'PD_LEADS' } },
      'leads-mail': { kind: 'email', from, to: ['leads@example.com'], smtp },
      'boss-mail': { kind: 'email', from, to: ['boss@example.com'], smtp },
    },
    levels: [
      { channels: ['duty', 'duty-mail'] },
      { sideBySide: [['leads'], ['leads-mail']] },
      { channels: ['boss-mail'] },
    ],
  }),
  environment: undefined,
  people: undefined,
});
if (LADDER === null) throw new Error('there is no ladder');

const byTime = (told: string[]) =>
  told.toSorted((one, other) => parseInt(one) - parseInt(other) || one.localeCompare(other));
const settings = { watchHours: 0 };

describe('without Slack', () => {
  it('the first level is reminded by mail, and the second, too, of what was ignored; nobody is paged', async () => {
    await followUp(
      lab,
      { settings, record: SILENT, escalation: LADDER },
      async ({ pass, told, calls, tick }) => {
        await pass(121);
        await tick('report-reviewed');
        await tick('bug-ticket');
        await pass(49 * 60);
        expect(byTime(told)).toEqual([
          '30 reminder report-reviewed e-mail (duty-mail)',
          '60 reminder report-reviewed e-mail (duty-mail)',
          '60 reminder report-reviewed e-mail (leads-mail)',
          '120 reminder report-reviewed e-mail (duty-mail)',
          '120 reminder report-reviewed e-mail (leads-mail)',
          '1440 reminder root-cause report-completed e-mail (duty-mail)',
          '2880 reminder root-cause report-completed e-mail (duty-mail)',
          '2880 reminder root-cause report-completed e-mail (leads-mail)',
        ]);
        expect(calls.filter((call) => call.startsWith('page'))).toEqual([]);
      },
    );
  });

  it('the bug ticket reminds, and stays open or closed as people have left it', async () => {
    const said: string[] = [];
    const changeTicket: Activities['changeTicket'] = async ({ change: { open, comment } }) =>
      void said.push(`${open} ${JSON.stringify(comment.body[0])}`);
    const parts = { settings: { ...settings, tickets: GITHUB }, record: SILENT, replaced: { changeTicket } };
    await followUp(lab, parts, async ({ pass, told, status }) => {
      await pass(61);
      expect(said).toEqual(
        Array<string>(2).fill(
          'null "To be done after the rollback: report-reviewed. Nothing was changed by this: traffic and data are as they were."',
        ),
      );
      expect(told).toEqual([]);
      expect((await status()).reminded.first).toEqual(['a comment on the bug ticket']);
    });
  });

  it('stakeholders are reminded where there is nobody else', async () => {
    const record = recordWith({ ...WITHOUT_SLACK, stakeholders: STAKEHOLDERS });
    await followUp(lab, { settings, record }, async ({ pass, told }) => {
      await pass(61);
      expect(told).toEqual([
        '30 reminder report-reviewed stakeholders',
        '60 reminder report-reviewed stakeholders',
      ]);
    });
  });

  it('and without anything else nobody is reminded, which is said', async () => {
    await followUp(lab, { settings, record: SILENT }, async ({ pass, told, status }) => {
      await pass(31);
      const { reminded, timeline } = await status();
      expect(told).toEqual([]);
      expect(reminded).toEqual({ first: [], ignored: [] });
      expect(timeline.map(({ what }) => what)).toContain('Nobody could be reminded of report-reviewed');
    });
  });
});

describe('with Slack', () => {
  it('what is ignored for a week goes to every channel, the second level by mail, and into the bug ticket', async () => {
    const parts = { settings: { ...settings, tickets: GITHUB }, escalation: LADDER };
    await followUp(lab, parts, async (driven) => {
      await tickAll(driven, ['report-reviewed', 'root-cause', 'report-completed']);
      await driven.pass(8 * 24 * 60 + 1);
      expect(byTime(driven.told)).toEqual([
        '10080 reminder postmortem incidents',
        '11520 reminder postmortem deployments',
        '11520 reminder postmortem e-mail (leads-mail)',
        '11520 reminder postmortem engineering',
        '11520 reminder postmortem incidents',
      ]);
      const comments = driven.calls.filter((call) => call.startsWith('changeTicket'));
      expect(comments).toEqual([expect.stringMatching(/:rollback:reminder-\d{8}T\d{9}Z$/)]);
    });
  });

  it('the second level gets no mail besides the page that was asked for', async () => {
    const page: ['reminders'] = ['reminders'];
    await followUp(
      lab,
      { settings: { ...settings, page }, escalation: LADDER },
      async ({ pass, told, calls }) => {
        await pass(61);
        expect(told.filter((line) => line.includes('e-mail'))).toEqual([]);
        expect(calls.filter((call) => call.startsWith('page')).toSorted()).toEqual([
          'page trigger 2 email',
          'page trigger 2 pagerduty',
        ]);
      },
    );
  });
});

describe('after hours without a worker', () => {
  it('one reminder stands for those that nobody was there to send, and ignored were they not', async () => {
    await followUp(lab, { settings, awayHours: 9 }, async ({ pass, told, messages, status }) => {
      await until('somebody is reminded', () => told.length > 0);
      expect(told).toEqual([expect.stringMatching(/^54\d reminder report-reviewed incidents$/)]);
      const [message] = messages;
      if (message?.moment.is !== 'reminder') throw new Error('it is no reminder');
      const [item] = message.moment.items as [Item];
      // 0:30, 1:00, 2:00, 4:00 and 8:00.
      expect([item.reminded, item.missed]).toEqual([1, 4]);
      expect(announceFollowUp(message).title).toBe(
        'To be done: report-reviewed: listings in production (P1)',
      );
      expect(announceFollowUp(message).body.at(-1)).toMatch(
        /^No worker ran to send 4 earlier reminders, due from \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC on: this one stands for them\.$/,
      );
      // The next one comes when it would have: at 16 hours.
      await pass(7 * 60 + 2);
      await until('they are reminded again, everywhere', () => told.length === 4);
      expect(told.slice(1)).toEqual(Array(3).fill(expect.stringMatching(/^96\d reminder report-reviewed /)));
      expect((await status()).items[0]).toMatchObject({ reminded: 2, missed: 4 });
    });
  });
});

describe('after hours without Slack', () => {
  it('one reminder comes for those that waited, and none of what was done meanwhile', async () => {
    let downUntil = Infinity;
    const told: string[] = [];
    const announceFollowUp: Activities['announceFollowUp'] = async ({ channel, message: { moment } }) => {
      if ((await lab.environment.currentTimeMs()) < downUntil) throw new Error('503');
      const names = moment.is === 'reminder' ? moment.items.map(({ name }) => name).join(' ') : moment.is;
      told.push(`${names} ${JSON.stringify(channel)}`);
      return proof('told');
    };
    const hourly = { reviewMinutes: 3, rootCauseHours: 1 };
    const parts = { settings: { ...settings, reminders: hourly }, replaced: { announceFollowUp } };
    await followUp(lab, parts, async ({ pass, tick }) => {
      // Of the report at 3, 6, 12, 24, 48 and 96 minutes, of the cause at 60. The first is tried for an hour, until 63.
      await pass(61);
      await tick('bug-ticket');
      await tick('root-cause');
      await tick('report-completed');
      downUntil = (await lab.environment.currentTimeMs()) + 5 * 60_000;
      await pass(20);
      await until('Slack has it', () => told.length >= 3);
      expect(told.toSorted()).toEqual([
        'report-reviewed "deployments"',
        'report-reviewed "engineering"',
        'report-reviewed "incidents"',
      ]);
      await tick('report-reviewed');
      await pass(60);
      expect(told).toHaveLength(3);
    });
  });
});
