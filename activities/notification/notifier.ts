/** Tells one channel of one moment. Each channel is an activity call of its own, so a retry repeats no other. */
import { announcementFor } from '../../src/domain/announcement.ts';
import type { Announcement } from '../../src/domain/announcement.ts';
import type { Channel } from '../../src/domain/announcement-channels.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { SlackSettings } from '../../src/domain/notification.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import { describeSecret, readSecret } from '../secrets/read.ts';
import type { AnnouncementInput } from '../types.ts';
import { toSlackPayload } from './slack-payload.ts';
import { sendToSlack } from './slack.ts';

/** What the notifier needs of the running activity. */
type Running = { attempt: number; signal: AbortSignal };

export type Notifier = (input: AnnouncementInput, running: Running) => Promise<StepResult>;

/** On a later try, since the first may have arrived although nobody heard that it did. */
const REPEAT_NOTE = 'Sent again after a try that was cut off: you may have this message already.';

/** `fetch` is replaced in tests only. */
export function createNotifier({
  env,
  fetch: send = fetch,
}: {
  env: NodeJS.ProcessEnv;
  fetch?: typeof fetch;
}): Notifier {
  return async ({ event, channel, record }, running) => {
    const announcement = announcementFor(event, record);
    const { slack } = record.plan.config;
    await sendAnnouncement({ env, fetch: send }, { channel, slack, announcement }, running);
    return {
      outcome: 'done',
      proof: `Slack took the message for the ${channel} channel (${event})`,
      details: [],
      provedAt: new Date().toISOString(),
    };
  };
}

type Message = { channel: Channel; slack: SlackSettings | undefined; announcement: Announcement };

/** One message to one channel. Throws as `sendToSlack`; BackoutFailure InvalidConfiguration where there is no such channel */
export async function sendAnnouncement(
  { env, fetch: send }: { env: NodeJS.ProcessEnv; fetch: typeof fetch },
  { channel, slack, announcement }: Message,
  { attempt, signal }: Running,
): Promise<void> {
  const ref = slack?.[channel];
  if (ref === undefined) throw notConfigured(channel);
  const webhook = await readSecret(ref, env);
  const payload = toSlackPayload(announcement, attempt > 1 ? { note: REPEAT_NOTE } : {});
  await sendToSlack({ channel, webhook, secretName: describeSecret(ref) }, payload, { fetch: send, signal });
}

function notConfigured(channel: string): BackoutFailure {
  return new BackoutFailure('InvalidConfiguration', {
    what: `There is no Slack channel "${channel}" in the configuration of this service.`,
    changed: 'Traffic and data were not changed by this: it only tells people.',
    next: `Add \`${channel}\` under \`slack\`.`,
  });
}
