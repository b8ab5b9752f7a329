/** Sends one page through one channel. */
import { describeChannel } from '../../src/domain/paging/channel.ts';
import type { PagingChannel } from '../../src/domain/paging/channel.ts';
import type { Page, PageReceipt } from '../../src/domain/paging/page.ts';
import { sendByEmail } from './email.ts';
import { sendToGoAlert } from './goalert.ts';
import { sendToPagerDuty } from './pagerduty.ts';
import type { Sending } from './sending.ts';
import { pageBySlack } from './slack.ts';
import { sendToWebhook } from './webhook.ts';

export type PageInput = { channel: PagingChannel; page: Page };

/**
 * Resolves when the provider has taken the page. A try that is cut off between that and our hearing of it is made again;
 * docs/channels.md says for each kind what comes of it.
 * @throws BackoutFailure MessageRefused, InvalidConfiguration (a person must act) or MessageNotSent (worth a retry)
 * @throws ApplicationFailure MessageNotSent with the delay that the provider asks for
 */
export async function sendPage({ channel, page }: PageInput, sending: Sending): Promise<PageReceipt> {
  const receipt = await send({ channel, page }, sending);
  return {
    channel: describeChannel(channel),
    provider: channel.kind,
    receipt,
    sentAt: new Date().toISOString(),
  };
}

async function send({ channel, page }: PageInput, sending: Sending): Promise<string | null> {
  switch (channel.kind) {
    case 'pagerduty':
      return await sendToPagerDuty(channel, page, sending);
    case 'goalert':
      return await sendToGoAlert(channel, page, sending);
    case 'slack':
      return await pageBySlack(channel, page, sending);
    case 'email':
      return await sendByEmail(channel, page, sending);
    case 'webhook':
      return await sendToWebhook(channel, page, sending);
  }
}
