/** Pages by e-mail. */
import { describeChannel } from '../../src/domain/paging/channel.ts';
import type { ChannelOf } from '../../src/domain/paging/channel.ts';
import type { Page } from '../../src/domain/paging/page.ts';
import { sendMail } from '../mail/smtp.ts';
import { toMail } from './email-request.ts';
import type { Sending } from './sending.ts';

/** @returns the server's answer, which mostly holds the name of the mail in its queue. Throws as `sendMail`. */
export async function sendByEmail(
  channel: ChannelOf<'email'>,
  page: Page,
  sending: Sending,
): Promise<string> {
  const { from, to, smtp } = channel;
  const mail = toMail(page, { from, to, repeat: sending.attempt > 1 });
  return await sendMail({ to: describeChannel(channel), smtp, mail }, sending);
}
