/** What can be seen of a way to page without sending anything. */
import { afterEach, expect, test } from 'vitest';
import { checkChannel } from '../../../activities/paging/check-channel.ts';
import { pagingChannelSchema } from '../../../src/domain/paging/channel.ts';
import type { PagingChannelInput } from '../../../src/domain/paging/channel.ts';
import { startSlackApi } from '../../support/slack-api.ts';
import { startSmtp } from '../../support/smtp.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const ENV = {
  KEY: '0123456789abcdef0123456789abcdef',
  TOKEN: 'xoxb-token',
  PASSWORD: 'mail-password',
  SHORT: 'short',
};

const look = (channel: PagingChannelInput, env: NodeJS.ProcessEnv = ENV) =>
  checkChannel(pagingChannelSchema.parse(channel), {
    env,
    fetch,
    signal: new AbortController().signal,
    timeoutMs: 2000,
  });

test.each<[PagingChannelInput, string]>([
  [
    { kind: 'pagerduty', routingKey: { env: 'KEY' } },
    'PagerDuty: the routing key is there; only `backout page-test` shows that it is the right one',
  ],
  [
    { kind: 'goalert', token: { env: 'KEY' }, baseUrl: 'https://g.example.com' },
    'GoAlert (g.example.com): the token is there; only `backout page-test` shows that it is the right one',
  ],
  [
    { kind: 'slack', webhook: { env: 'KEY' } },
    'Slack: the webhook is there; only `backout page-test` shows that it is the right one',
  ],
  [
    { kind: 'webhook', url: 'https://h.example.com/', signingKey: { env: 'KEY' } },
    'webhook (h.example.com): URL and signing key are there; only `backout page-test` shows that it is the right one',
  ],
])('%j: its secrets are there', async (channel, seen) => {
  await expect(look(channel)).resolves.toBe(seen);
  await expect(look(channel, {})).rejects.toMatchObject({ type: 'InvalidConfiguration' });
});

test('a routing key that is none is found', async () => {
  await expect(look({ kind: 'pagerduty', routingKey: { env: 'SHORT' } })).rejects.toThrow(
    "PagerDuty can't be reached: what is in the environment variable SHORT has 5 characters, and a routing key has 32.",
  );
});

test('Slack is asked who the bot is', async () => {
  const slack = await startSlackApi(ENV.TOKEN, []);
  closing.push(slack.close);
  const channel = { kind: 'slack', channel: 'C0123456789', baseUrl: slack.url } as const;
  await expect(look({ ...channel, token: { env: 'TOKEN' } })).resolves.toBe(
    'Slack (C0123456789): Slack knows the bot backout; only `backout page-test` shows that it may write there',
  );
  await expect(look({ ...channel, token: { env: 'KEY' } })).rejects.toMatchObject({ type: 'MessageRefused' });
  expect(slack.calls()).toEqual(['auth.test', 'auth.test']);
});

test('the mail server is asked whether it takes the login', async () => {
  const server = await startSmtp({ login: { user: 'backout', password: ENV.PASSWORD } });
  closing.push(server.close);
  const mail = (password: string): PagingChannelInput => ({
    kind: 'email',
    from: 'backout@example.com',
    to: ['oncall@example.com'],
    smtp: {
      host: '127.0.0.1',
      port: server.port,
      caFile: server.caFile,
      user: 'backout',
      password: { env: password },
    },
  });
  await expect(look(mail('PASSWORD'))).resolves.toBe(
    'e-mail (oncall@example.com): 127.0.0.1 answers, and takes the login',
  );
  await expect(look(mail('KEY'))).rejects.toMatchObject({ type: 'MessageRefused' });
  expect(server.mails).toEqual([]);
});
