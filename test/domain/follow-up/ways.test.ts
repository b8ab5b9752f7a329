import { describe, expect, it } from 'vitest';
import { escalationPolicy } from '../../../src/domain/escalation/policy.ts';
import { escalationSchema } from '../../../src/domain/escalation/settings.ts';
import { DEFAULT_FOLLOW_UP } from '../../../src/domain/follow-up/settings.ts';
import { describeWays, remindedBy, remindedSentence, waysOf } from '../../../src/domain/follow-up/ways.ts';
import type { Reachable } from '../../../src/domain/follow-up/ways.ts';
import { stakeholdersSchema } from '../../../src/domain/stakeholders.ts';
import { CONFIG } from '../../support/records.ts';

const smtp = { host: 'smtp.example.com' };
const from = 'backout@example.com';
const mail = (to: string) => ({ kind: 'email', from, to: [to], smtp });
const stakeholders = stakeholdersSchema.parse({ mail: { from, smtp }, to: ['product@example.com'] });
const channels = {
  duty: { kind: 'pagerduty', routingKey: { env: 'PD' } },
  chat: { kind: 'slack', token: { env: 'SLACK' }, channel: 'C0123456789', mention: ['here'] },
  'duty-mail': mail('duty@example.com'),
  'leads-mail': mail('leads@example.com'),
  'boss-mail': mail('boss@example.com'),
};

const ladder = (...levels: object[]) =>
  escalationPolicy({
    file: escalationSchema.parse({ channels, levels }),
    environment: undefined,
    people: undefined,
  });
const NOTHING: Reachable = {
  config: {},
  settings: DEFAULT_FOLLOW_UP,
  policy: null,
  customersAffected: false,
  hasTicket: false,
};
const { slack = {} } = CONFIG;
const MAILS = ladder(
  { channels: ['duty', 'duty-mail'] },
  { channels: ['leads-mail'] },
  { channels: ['boss-mail'] },
);
const RINGS = ladder({ channels: ['duty'] }, { channels: ['duty'] });

describe('a reminder goes', () => {
  const cases: [string, Partial<Reachable>, string[], string[]][] = [
    ['to nobody where there is nothing', {}, [], []],
    ['to nobody by what rings', { policy: RINGS }, [], []],
    [
      'to Slack, and to each channel of it when it was ignored',
      { config: { slack } },
      ['Slack (incidents)'],
      ['Slack (incidents)', 'Slack (deployments)', 'Slack (engineering)'],
    ],
    [
      'to the others where there is no incidents channel',
      { config: { slack: { engineering: { env: 'X' } } } },
      ['Slack (engineering)'],
      ['Slack (engineering)'],
    ],
    [
      'to the first level by mail, then to the second, too, and no higher',
      { policy: MAILS },
      ['e-mail (duty-mail)'],
      ['e-mail (duty-mail)', 'e-mail (leads-mail)'],
    ],
    [
      'to Slack before mail, and up when it was ignored',
      { config: { slack: { incidents: { env: 'X' } }, stakeholders }, policy: MAILS, hasTicket: true },
      ['Slack (incidents)'],
      ['Slack (incidents)', 'e-mail (leads-mail)', 'a comment on the bug ticket'],
    ],
    [
      'to the only level that there is',
      { config: { slack: { incidents: { env: 'X' } } }, policy: ladder({ channels: ['duty-mail'] }) },
      ['Slack (incidents)'],
      ['Slack (incidents)', 'e-mail (duty-mail)'],
    ],
    [
      'into the bug ticket',
      { policy: RINGS, config: { stakeholders }, hasTicket: true },
      ['a comment on the bug ticket'],
      ['a comment on the bug ticket'],
    ],
    [
      'to the second level where the first only rings',
      { policy: ladder({ channels: ['duty'] }, { channels: ['leads-mail'] }) },
      ['e-mail (leads-mail)'],
      ['e-mail (leads-mail)'],
    ],
    [
      'to the stakeholders last',
      { config: { stakeholders }, policy: RINGS },
      ['stakeholders by e-mail'],
      ['stakeholders by e-mail'],
    ],
    [
      'once to a Slack channel that is also one of a level',
      {
        config: {
          slack: {
            incidents: { token: { env: 'SLACK' }, channel: 'C0123456789', baseUrl: 'https://slack.com/api' },
          },
        },
        policy: ladder({ channels: ['chat'] }),
      },
      ['Slack (incidents)'],
      ['Slack (incidents)'],
    ],
  ];

  it.each(cases)('%s', (_title, change, first, ignored) => {
    expect(remindedBy({ ...NOTHING, ...change })).toEqual({ first, ignored });
  });

  it('by Slack without calling anybody there', () => {
    const { recipients } = waysOf(
      { is: 'reminder', escalated: false },
      { ...NOTHING, policy: ladder({ channels: ['chat'] }) },
    );
    expect(recipients).toEqual([
      expect.objectContaining({ kind: 'slack', channel: 'C0123456789', mention: [] }),
    ]);
  });

  it('by a page where that is wanted, instead of a mail to the same level', () => {
    const settings = { ...DEFAULT_FOLLOW_UP, page: ['reminders' as const] };
    expect(remindedBy({ ...NOTHING, settings, policy: MAILS })).toEqual({
      first: ['e-mail (duty-mail)'],
      ignored: ['e-mail (duty-mail)', 'a page to level 2'],
    });
  });
});

it('trouble goes to Slack, or to the first level by mail, and into no bug ticket', () => {
  const to = (change: Partial<Reachable>) =>
    describeWays(waysOf({ is: 'trouble' }, { ...NOTHING, hasTicket: true, ...change }));
  expect(to({ config: { slack } })).toEqual(['Slack (incidents)']);
  expect(to({ policy: MAILS })).toEqual(['e-mail (duty-mail)']);
  expect(to({ config: { stakeholders } })).toEqual([]);
});

it('who is reminded is one sentence', () => {
  expect(remindedSentence(remindedBy({ ...NOTHING, config: { slack }, policy: MAILS }))).toBe(
    'Reminders go by Slack (incidents); what is ignored also goes by Slack (deployments), Slack (engineering), e-mail (leads-mail).',
  );
  expect(remindedSentence(remindedBy({ ...NOTHING, config: { stakeholders } }))).toBe(
    'Reminders go by stakeholders by e-mail.',
  );
  expect(remindedSentence(remindedBy(NOTHING))).toBe(
    'Nobody is reminded of what is open: there is neither Slack, e-mail of a level, a bug ticket nor a stakeholder to remind by.',
  );
});
