/** Tells one channel of one moment. Each channel is an activity call of its own, so a retry repeats no other. */
import type { Announcement } from '../../src/domain/announcement.ts';
import { headFor } from '../../src/domain/announcement-head.ts';
import type { Channel } from '../../src/domain/announcement-channels.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { AnnouncementEvent, SlackBot, SlackSettings } from '../../src/domain/notification.ts';
import type { SecretRef } from '../../src/domain/secret.ts';
import { announcementDraft } from '../../src/domain/templates/announcements.ts';
import { createWriter } from '../../src/templates/write.ts';
import type { Writer } from '../../src/templates/write.ts';
import { describeSecret, readSecret } from '../secrets/read.ts';
import type { AnnouncementInput, AnnouncementResult } from '../types.ts';
import { toSlackPayload } from '../slack/payload.ts';
import { sendToSlack } from '../slack/webhook.ts';
import { tellAsBot } from './bot.ts';
import { REPEAT_NOTE } from '../outbound/repeat-note.ts';
import { tellStakeholders } from './stakeholders.ts';

/** What the notifier needs of the running activity. */
type Running = { attempt: number; signal: AbortSignal };

export type Notifier = (input: AnnouncementInput, running: Running) => Promise<AnnouncementResult>;

/** `fetch` is replaced in tests only. `write`: as the team's templates have it. Default: there are none. */
export function createNotifier({
  env,
  fetch: send = fetch,
  write = createWriter({}),
}: {
  env: NodeJS.ProcessEnv;
  fetch?: typeof fetch;
  write?: Writer;
}): Notifier {
  return async ({ event, channel, record, thread }, running) => {
    const problems = new Set<string>();
    const writeFor = (moment: AnnouncementEvent): Announcement => {
      const { message, problem } = write(announcementDraft({ event: moment, record, channel }));
      if (problem !== null) problems.add(problem);
      return message;
    };
    const announcement = writeFor(event);
    if (channel === 'stakeholders') {
      const { stakeholders } = record.plan.config;
      const said = await tellStakeholders(stakeholders, announcement, { env, ...running });
      return done(`The mail server took the message for the stakeholders (${event}): ${said}`, problems);
    }
    const head = headFor(event, record, (moment) => (moment === event ? announcement : writeFor(moment)));
    const told = await sendAnnouncement(
      { env, fetch: send },
      {
        channel,
        slack: record.plan.config.slack,
        announcement,
        head,
        thread,
      },
      running,
    );
    return {
      ...done(`Slack took the message for the ${channel} channel (${event})`, problems),
      ...(told === null ? {} : { thread: told }),
    };
  };
}

const done = (proof: string, details: Iterable<string>): AnnouncementResult => ({
  outcome: 'done',
  proof,
  details: [...details],
  provedAt: new Date().toISOString(),
});

type Message = SlackMessage & { channel: Channel; slack: SlackSettings | undefined };

type SlackMessage = {
  announcement: Announcement;
  /** How the head of the thread looks from now on. Default: as it is. */
  head?: Announcement;
  thread?: string | undefined;
};

/**
 * One message to one channel. Throws as `sendToSlack` and `openSlack`; BackoutFailure InvalidConfiguration where there is
 * no such channel.
 * @returns the thread; null where there is none
 */
export async function sendAnnouncement(
  outside: Outside,
  { channel, slack, ...message }: Message,
  running: Running,
): Promise<string | null> {
  const target = slack?.[channel];
  if (target === undefined) throw notConfigured(channel);
  return await sendToChannel(outside, { channel, target, ...message }, running);
}

type Outside = { env: NodeJS.ProcessEnv; fetch: typeof fetch };

/**
 * The same to a channel that stands anywhere in the configuration. `channel`: how people call it.
 * @returns the thread; null where there is none
 */
export async function sendToChannel(
  { env, fetch: send }: Outside,
  message: SlackMessage & { channel: string; target: SlackBot | SecretRef },
  { attempt, signal }: Running,
): Promise<string | null> {
  const { channel, target, announcement, head, thread } = message;
  if ('token' in target) {
    return await tellAsBot(
      { bot: target, channel, announcement, head, thread },
      { env, fetch: send, attempt, signal },
    );
  }
  const webhook = await readSecret(target, env);
  const payload = toSlackPayload(announcement, attempt > 1 ? { note: REPEAT_NOTE } : {});
  await sendToSlack({ channel, webhook, secretName: describeSecret(target) }, payload, {
    fetch: send,
    signal,
  });
  return null;
}

function notConfigured(channel: string): BackoutFailure {
  return new BackoutFailure('InvalidConfiguration', {
    what: `There is no Slack channel "${channel}" in the configuration of this service.`,
    changed: 'Traffic and data were not changed by this: it only tells people.',
    next: `Add \`${channel}\` under \`slack\`.`,
  });
}
