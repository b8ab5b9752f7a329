/** Whether a way to page could work, as far as that can be seen without sending anything. */
import { describeChannel } from '../../src/domain/paging/channel.ts';
import type { ChannelOf, PagingChannel } from '../../src/domain/paging/channel.ts';
import { checkSmtp } from '../mail/smtp.ts';
import { unusable } from '../outbound/failures.ts';
import { describeSecret, readSecret } from '../secrets/read.ts';
import { openSlack } from '../slack/web.ts';
import { slackTargetOf } from './slack.ts';
import type { Sending } from './sending.ts';
import { readWebhook } from './webhook.ts';

type Looking = Pick<Sending, 'env' | 'fetch' | 'signal' | 'timeoutMs'>;

const ROUTING_KEY_LENGTH = 32;
const ONLY_A_TEST = 'only `backout page-test` shows that it is the right one';

/**
 * @returns what was seen, in words
 * @throws BackoutFailure or ApplicationFailure as sending does
 */
export async function checkChannel(channel: PagingChannel, looking: Looking): Promise<string> {
  const described = describeChannel(channel);
  switch (channel.kind) {
    case 'pagerduty':
      await checkRoutingKey(channel, looking);
      return `${described}: the routing key is there; ${ONLY_A_TEST}`;
    case 'goalert':
      await readSecret(channel.token, looking.env);
      return `${described}: the token is there; ${ONLY_A_TEST}`;
    case 'slack':
      return await checkSlack(channel, looking);
    case 'email':
      await checkSmtp({ to: described, smtp: channel.smtp }, looking);
      return `${described}: ${channel.smtp.host} answers${channel.smtp.user === undefined ? '' : ', and takes the login'}`;
    case 'webhook':
      await readWebhook(channel, looking);
      return `${described}: URL and signing key are there; ${ONLY_A_TEST}`;
  }
}

async function checkRoutingKey(channel: ChannelOf<'pagerduty'>, { env }: Looking): Promise<void> {
  const { length } = await readSecret(channel.routingKey, env);
  if (length === ROUTING_KEY_LENGTH) return;
  throw unusable(describeChannel(channel), {
    why: `what is in the ${describeSecret(channel.routingKey)} has ${length} characters, and a routing key has ${ROUTING_KEY_LENGTH}`,
    next: 'Take the key from the Events API v2 integration in PagerDuty and put it there.',
  });
}

async function checkSlack(channel: ChannelOf<'slack'>, looking: Looking): Promise<string> {
  const described = describeChannel(channel);
  if (channel.token !== undefined) {
    const bot = await openSlack(await slackTargetOf(channel, channel.token, looking.env), looking).whoAmI();
    return `${described}: Slack knows the bot ${bot}; only \`backout page-test\` shows that it may write there`;
  }
  if (channel.webhook !== undefined) await readSecret(channel.webhook, looking.env);
  return `${described}: the webhook is there; ${ONLY_A_TEST}`;
}
