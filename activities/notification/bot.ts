/** Tells a channel as a bot: one thread per rollback, whose head is edited as things go on. */
import type { Announcement } from '../../src/domain/announcement.ts';
import type { SlackBot } from '../../src/domain/notification.ts';
import { describeSecret, readSecret } from '../secrets/read.ts';
import { toSlackPayload } from '../slack/payload.ts';
import { openSlack } from '../slack/web.ts';
import type { SlackWeb, SlackWebTarget } from '../slack/web.ts';
import { REPEAT_NOTE } from '../outbound/repeat-note.ts';

const HEAD_NOTE = 'This message is kept up to date. Every step is in its thread.';

export type BotMessage = {
  bot: SlackBot;
  /** Purpose of the channel. */
  channel: string;
  announcement: Announcement;
  /** How the head of the thread looks from now on; undefined: as it is. */
  head: Announcement | undefined;
  /** `ts` of the head, where it is known. */
  thread: string | undefined;
};

type Around = { env: NodeJS.ProcessEnv; fetch: typeof fetch; attempt: number; signal: AbortSignal };

/**
 * The first message is the head; every other one is a reply, and the head is edited. On a later try it looks first.
 * @returns the thread
 */
export async function tellAsBot(message: BotMessage, { env, attempt, ...around }: Around): Promise<string> {
  const { bot, announcement, head } = message;
  const since = beginOf(announcement);
  const target = await targetOf(message, env);
  const slack = openSlack(target, around);
  const place = { channel: bot.channel };
  const id = idOf(announcement);
  const thread = message.thread ?? (await slack.find({ ...place, id: headIdOf(announcement) }, { since }));
  if (thread === null) return await begin(slack, message);
  await slack.post(
    {
      ...place,
      thread,
      id,
      // Somebody is to act on these: a reply alone is seen by those only who follow the thread.
      broadcast: announcement.tone === 'question' || announcement.tone === 'bad',
      payload: (repeat) => toSlackPayload(announcement, repeat ? { note: REPEAT_NOTE } : {}),
    },
    attempt > 1 ? { since } : null,
  );
  if (head !== undefined) {
    await slack.update({ ...place, ts: thread, id: headIdOf(announcement), payload: headPayload(head) });
  }
  return thread;
}

/** @throws BackoutFailure InvalidConfiguration where the token is not there */
export async function targetOf(
  { bot, channel }: Pick<BotMessage, 'bot' | 'channel'>,
  env: NodeJS.ProcessEnv,
): Promise<SlackWebTarget> {
  return {
    to: `Slack, ${channel} channel (bot token in the ${describeSecret(bot.token)}),`,
    token: await readSecret(bot.token, env),
    baseUrl: bot.baseUrl,
  };
}

async function begin(slack: SlackWeb, message: BotMessage): Promise<string> {
  const { bot, announcement, head } = message;
  const { ts } = await slack.post(
    {
      channel: bot.channel,
      id: headIdOf(announcement),
      also: idOf(announcement),
      // One that nobody edits promises nothing.
      payload: () => (head === undefined ? toSlackPayload(announcement) : headPayload(head)),
    },
    null,
  );
  return ts;
}

const headPayload = (head: Announcement) => toSlackPayload(head, { note: HEAD_NOTE });

const idOf = ({ id }: Announcement): string => JSON.stringify(id);

/** All messages of one rollback have these two in common: its workflow ID and when it began. */
const headIdOf = ({ id: [workflowId, startedAt] }: Announcement): string =>
  JSON.stringify([workflowId, startedAt, 'head']);

/** In milliseconds since 1970. What says no time is looked for from the beginning of time. */
function beginOf({ id: [, startedAt] }: Announcement): number {
  const begin = Date.parse(startedAt ?? '');
  return Number.isNaN(begin) ? 0 : begin;
}
