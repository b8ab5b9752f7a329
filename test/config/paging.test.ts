/** Paging channels in the file: where their secrets are found, and levels that would call nobody. */
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/load.ts';
import { SMALL, writeConfig } from './support.ts';

const CHANNELS = `escalation:
  channels:
    pd: { kind: pagerduty, routingKey: { env: PD_KEY } }
    again: { kind: pagerduty, name: the same, routingKey: { env: PD_KEY } }
    leads: { kind: pagerduty, routingKey: { env: LEADS_KEY } }
    chat: { kind: slack, token: { env: BOT }, channel: C0123456789 }
    mail: { kind: email, from: b@example.com, to: [a@example.com], smtp: { host: m, user: u, password: { env: MAIL } } }
`;
const env = { PD_KEY: 'k', LEADS_KEY: 'l', BOT: 'b', MAIL: 'm' };

const check = (levels: string) =>
  checkConfig({
    path: writeConfig(SMALL.replace('services:', `${CHANNELS}  levels: ${levels}\nservices:`)),
    env,
  });

describe('paging channels', () => {
  it('have secrets, which are found wherever they stand, and without which break-glass tells nobody', async () => {
    const slack = 'slack: { incidents: { token: { env: BOT }, channel: C0123456789 } }\n';
    const text = SMALL.replace('services:', `${CHANNELS}${slack}services:`);
    const { silent } = await checkConfig({ path: writeConfig(text), env: {}, mayBeSilent: true });
    expect(silent.map(({ path }) => path.join('.'))).toEqual([
      'escalation.channels.pd.routingKey',
      'escalation.channels.again.routingKey',
      'escalation.channels.leads.routingKey',
      'escalation.channels.chat.token',
      'escalation.channels.mail.smtp.password',
      'slack.incidents.token',
    ]);
  });

  it.each([
    ['[{ channels: [pd] }, { channels: [again] }]'],
    ['[{ channels: [pd, mail] }, { channels: [chat] }, { channels: [pd] }]'],
  ])('are warned of where a level calls nobody: %s', async (levels) => {
    const { warnings } = await check(levels);
    expect(warnings.map(({ message }) => message)).toEqual([
      'calls nobody: all it pages through is what level 1 has paged through, and PagerDuty and GoAlert call people once per incident and integration; give each level an integration of its own',
    ]);
  });

  it.each([
    ['[{ channels: [pd] }, { channels: [leads] }]'],
    ['[{ channels: [pd] }, { channels: [pd, mail] }]'],
    ['[{ channels: [chat] }, { channels: [chat] }]'],
  ])('are not warned of where it calls somebody: %s', async (levels) => {
    expect((await check(levels)).warnings).toEqual([]);
  });
});
