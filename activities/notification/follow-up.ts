/** Tells one recipient of a follow-up: a Slack channel, the stakeholders, or a channel of a level that does not ring. */
import type { Announcement } from '../../src/domain/announcement.ts';
import type { FollowUpRecipient, QuietChannel } from '../../src/domain/follow-up/ways.ts';
import type { SlackBot } from '../../src/domain/notification.ts';
import { describeChannel } from '../../src/domain/paging/channel.ts';
import type { ChannelOf } from '../../src/domain/paging/channel.ts';
import type { SecretRef } from '../../src/domain/secret.ts';
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import { sendMail } from '../mail/smtp.ts';
import { toAnnouncementMail } from './announcement-mail.ts';
import { sendAnnouncement, sendToChannel } from './notifier.ts';
import { REPEAT_NOTE } from '../outbound/repeat-note.ts';
import { tellStakeholders } from './stakeholders.ts';

type Outside = { env: NodeJS.ProcessEnv; fetch: typeof fetch };
type Running = { attempt: number; signal: AbortSignal };

/** Throws as `sendAnnouncement`, `tellStakeholders` and `sendMail`. */
export async function tellOfFollowUp(
  outside: Outside,
  message: {
    to: FollowUpRecipient;
    config: Pick<ServiceEnvironment, 'slack' | 'stakeholders'>;
    announcement: Announcement;
  },
  running: Running,
): Promise<void> {
  const { to, config, announcement } = message;
  if (typeof to !== 'string') await tellLevel(outside, { channel: to, announcement }, running);
  else if (to === 'stakeholders')
    await tellStakeholders(config.stakeholders, announcement, { env: outside.env, ...running });
  else await sendAnnouncement(outside, { channel: to, slack: config.slack, announcement }, running);
}

async function tellLevel(
  { env, fetch }: Outside,
  { channel, announcement }: { channel: QuietChannel; announcement: Announcement },
  { attempt, signal }: Running,
): Promise<void> {
  const name = describeChannel(channel);
  if (channel.kind === 'slack') {
    const target = targetOf(channel);
    await sendToChannel({ env, fetch }, { channel: name, target, announcement }, { attempt, signal });
    return;
  }
  const { from, to, smtp } = channel;
  const note = attempt > 1 ? { note: REPEAT_NOTE } : {};
  const mail = toAnnouncementMail(announcement, { from, to, ...note });
  await sendMail({ to: name, smtp, mail }, { env, signal });
}

/** A paging channel has either a webhook, or a token and a channel. */
function targetOf({ webhook, token, channel, baseUrl }: ChannelOf<'slack'>): SlackBot | SecretRef {
  if (webhook !== undefined) return webhook;
  if (token === undefined || channel === undefined)
    throw new Error('the Slack channel of a level is incomplete');
  return { token, channel, baseUrl };
}
