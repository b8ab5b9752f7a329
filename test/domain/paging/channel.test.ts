/** What the configuration of a paging channel may say. */
import { expect, test } from 'vitest';
import { takesAction } from '../../../src/domain/paging/actions.ts';
import { describeChannel, pagingChannelSchema } from '../../../src/domain/paging/channel.ts';
import type { PagingChannelInput } from '../../../src/domain/paging/channel.ts';

const SMTP = { host: 'mail.example.com' };

test.each<[string, PagingChannelInput]>([
  ['PagerDuty', { kind: 'pagerduty', routingKey: { env: 'PD_KEY' } }],
  ['PagerDuty (primary)', { kind: 'pagerduty', name: 'primary', routingKey: { env: 'PD_KEY' } }],
  [
    'GoAlert (goalert.example.com)',
    { kind: 'goalert', token: { env: 'T' }, baseUrl: 'https://goalert.example.com/x' },
  ],
  ['Slack', { kind: 'slack', webhook: { file: '/run/secrets/slack' } }],
  ['Slack (C0123456789)', { kind: 'slack', token: { env: 'T' }, channel: 'C0123456789' }],
  [
    'e-mail (a@example.com, b@example.com)',
    { kind: 'email', from: 'x@example.com', to: ['a@example.com', 'b@example.com'], smtp: SMTP },
  ],
  [
    'webhook (hooks.example.com)',
    { kind: 'webhook', url: 'https://hooks.example.com/page', signingKey: { env: 'K' } },
  ],
  ['webhook', { kind: 'webhook', url: { env: 'URL' }, signingKey: { env: 'K' } }],
])('%s', (described, input) => {
  expect(describeChannel(pagingChannelSchema.parse(input))).toBe(described);
});

test.each<[string, object, string]>([
  ['no way for Slack', { kind: 'slack' }, 'needs either `webhook`, or `token` and `channel`'],
  [
    'both ways for Slack',
    { kind: 'slack', webhook: { env: 'W' }, token: { env: 'T' }, channel: 'C0123456789' },
    'needs either `webhook`, or `token` and `channel`',
  ],
  [
    'a token without a channel',
    { kind: 'slack', token: { env: 'T' } },
    'needs either `webhook`, or `token` and `channel`',
  ],
  [
    'a channel by its name',
    { kind: 'slack', token: { env: 'T' }, channel: '#incidents' },
    'must be the ID of a channel, such as C0123456789',
  ],
  [
    'a mention by name',
    { kind: 'slack', webhook: { env: 'W' }, mention: ['@anna'] },
    'must be here, channel, or the ID of a user (U…) or user group (S…)',
  ],
  [
    'a mail to nobody',
    { kind: 'email', from: 'x@example.com', to: [], smtp: SMTP },
    'Too small: expected array to have >=1 items',
  ],
  [
    'a mail to a name',
    { kind: 'email', from: 'x@example.com', to: ['Anna <a@example.com>'], smtp: SMTP },
    'must be one e-mail address, such as oncall@example.com',
  ],
  [
    'a password that would go in the clear',
    {
      kind: 'email',
      from: 'x@example.com',
      to: ['a@example.com'],
      smtp: { ...SMTP, tls: 'none', user: 'u', password: { env: 'P' } },
    },
    'a password is not sent without encryption: `tls` must be `starttls` or `implicit`',
  ],
  [
    'a user without a password',
    { kind: 'email', from: 'x@example.com', to: ['a@example.com'], smtp: { ...SMTP, user: 'u' } },
    '`user` and `password` belong together',
  ],
  [
    'a login in a URL',
    { kind: 'webhook', url: 'https://u:p@hooks.example.com/', signingKey: { env: 'K' } },
    'must start with https:// or http://, without a login or fragment',
  ],
  ['a key instead of its place', { kind: 'pagerduty', routingKey: 'k'.repeat(32) }, 'Invalid input'],
])('%s is refused', (_, input, message) => {
  const { error } = pagingChannelSchema.safeParse(input);
  expect(error?.issues.map((issue) => issue.message)).toEqual([message]);
});

test('only people acknowledge in GoAlert', () => {
  const goalert = pagingChannelSchema.parse({ kind: 'goalert', token: { env: 'T' }, baseUrl: 'https://g' });
  const pagerduty = pagingChannelSchema.parse({ kind: 'pagerduty', routingKey: { env: 'K' } });
  expect(
    (['trigger', 'acknowledge', 'resolve'] as const).map((action) => takesAction(goalert, action)),
  ).toEqual([true, false, true]);
  expect(takesAction(pagerduty, 'acknowledge')).toBe(true);
});
