/** Pages through Slack: by a bot token, which lets it look before a second try, or by an incoming webhook. */
import { describeChannel } from '../../src/domain/paging/channel.ts';
import type { ChannelOf } from '../../src/domain/paging/channel.ts';
import type { Page } from '../../src/domain/paging/page.ts';
import { describeSecret, readSecret } from '../secrets/read.ts';
import { sendToSlack } from '../slack/webhook.ts';
import { openSlack } from '../slack/web.ts';
import type { SlackWebTarget } from '../slack/web.ts';
import type { Sending } from './sending.ts';
import { toSlackPage } from './slack-request.ts';

type SlackChannel = ChannelOf<'slack'>;

/** @returns `ts` of the message; null by a webhook, which names none. Throws as `openSlack` and `sendToSlack`. */
export async function pageBySlack(
  channel: SlackChannel,
  page: Page,
  sending: Sending,
): Promise<string | null> {
  const { token, channel: id, webhook } = channel;
  if (token !== undefined && id !== undefined) return await byToken({ channel, token, id }, page, sending);
  if (webhook !== undefined) await byWebhook({ channel, webhook }, page, sending);
  return null;
}

type ByToken = { channel: SlackChannel; token: NonNullable<SlackChannel['token']>; id: string };

async function byToken({ channel, token, id }: ByToken, page: Page, sending: Sending): Promise<string> {
  const { attempt, since, env } = sending;
  const target = await slackTargetOf(channel, token, env);
  const { ts } = await openSlack(target, sending).post(
    {
      channel: id,
      id: page.id,
      payload: (repeat) => toSlackPage(page, { mention: channel.mention, repeat }),
    },
    attempt > 1 ? { since } : null,
  );
  return `message ${ts}`;
}

/** @throws BackoutFailure InvalidConfiguration where the token is not there */
export async function slackTargetOf(
  channel: SlackChannel,
  token: NonNullable<SlackChannel['token']>,
  env: NodeJS.ProcessEnv,
): Promise<SlackWebTarget> {
  return {
    to: `${describeChannel(channel)} (bot token in the ${describeSecret(token)})`,
    token: await readSecret(token, env),
    baseUrl: channel.baseUrl,
  };
}

type ByWebhook = { channel: SlackChannel; webhook: NonNullable<SlackChannel['webhook']> };

async function byWebhook({ channel, webhook }: ByWebhook, page: Page, sending: Sending): Promise<void> {
  const { attempt, env, fetch, signal, timeoutMs } = sending;
  await sendToSlack(
    {
      channel: channel.name ?? 'paging',
      secretName: describeSecret(webhook),
      webhook: await readSecret(webhook, env),
    },
    toSlackPage(page, { mention: channel.mention, repeat: attempt > 1 }),
    { fetch, signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
  );
}
