/** Slack's Web API with a bot token: posting once, replying in a thread, editing, and looking for what was posted. */
import { createHash } from 'node:crypto';
import { LogLevel, WebClient } from '@slack/web-api';
import type { ConversationsHistoryResponse, KnownBlock, Logger } from '@slack/web-api';
import { notTaken } from '../outbound/failures.ts';
import { scrub } from '../outbound/scrub.ts';
import { formless } from './payload.ts';
import type { SlackPayload } from './payload.ts';
import { isAboutForm, isAboutThread, judgeWebError } from './web-error.ts';

/** One request may take this long. */
const TIMEOUT_MS = 10_000;
/** Slack's clock and ours may differ by this much. */
const CLOCK_TOLERANCE_MS = 600_000;
/** A look reads at most this many pages of this many messages. */
const PAGES = 5;
const PAGE_SIZE = 200;
const EVENT_TYPE = 'backout_message';

export type SlackWebTarget = {
  /** Whom it is for, and where the token is kept, in words. */
  to: string;
  token: string;
  baseUrl: string;
};

export type SlackWebOptions = { fetch: typeof fetch; signal: AbortSignal; timeoutMs?: number };

export type WebMessage = {
  /** ID of the channel. */
  channel: string;
  /** `ts` of the head of the thread in which it is a reply. */
  thread?: string;
  /** A reply that is shown in the channel, too. */
  broadcast?: boolean;
  /** The same for every try of the same message. It stands in the message's metadata, as a hash. */
  id: string;
  /** A second ID under which it is found, too. */
  also?: string;
  /** The message; `repeat`: nobody could find out whether it is there already. */
  payload: (repeat: boolean) => SlackPayload;
};

/** Where to look before posting: messages since then, in milliseconds since 1970. */
export type Look = { since: number };

export type SlackWeb = {
  /**
   * Posts the message, unless `look` finds it there already.
   * @returns its `ts`, Slack's name for it in its channel, and whether it was there already
   */
  post(message: WebMessage, look: Look | null): Promise<{ ts: string; found: boolean }>;
  /** The `ts` of a message with this ID; null where there is none, or where the bot may not look. */
  find(wanted: Pick<WebMessage, 'channel' | 'id' | 'thread'>, look: Look): Promise<string | null>;
  /** The bot's name there. Sends nothing. */
  whoAmI(): Promise<string>;
  /** @returns false when the message can't be edited any more, or was deleted */
  update(message: { channel: string; ts: string; id: string; payload: SlackPayload }): Promise<boolean>;
};

/**
 * Every function throws BackoutFailure MessageRefused (a person must act) or MessageNotSent (worth a retry), or an
 * ApplicationFailure of that type with the delay that Slack asks for. Whoever tries again must look first.
 */
export function openSlack(target: SlackWebTarget, options: SlackWebOptions): SlackWeb {
  const client = clientOf(target, options);
  const fail = (error: unknown): Error => {
    options.signal.throwIfAborted();
    const judged = judgeWebError(error);
    return notTaken(target.to, { ...judged, why: scrub(judged.why, [target.token]) });
  };
  const find: SlackWeb['find'] = async (wanted, look) => {
    try {
      return await search(client, wanted, look);
    } catch (error) {
      // That it may not look is no reason to tell nobody.
      if (judgeWebError(error).kind === 'refused') return null;
      throw fail(error);
    }
  };
  return {
    find,
    async post(message, look) {
      const found = look === null ? null : await find(message, look);
      if (found !== null) return { ts: found, found: true };
      try {
        return { ts: await say(client, message, message.payload(look !== null)), found: false };
      } catch (error) {
        throw fail(error);
      }
    },
    async whoAmI() {
      try {
        const { user } = await client.auth.test();
        return user ?? 'without a name';
      } catch (error) {
        throw fail(error);
      }
    },
    async update({ channel, ts, id, payload }) {
      // Named anew, so that it is found again whatever Slack makes of metadata that are not named.
      const place = { channel, ts, metadata: metadataOf({ id }) };
      const edit = (content: Content) => client.chat.update({ ...place, ...content });
      try {
        await edit(contentOf(payload)).catch(async (error: unknown) => {
          if (!isAboutForm(error)) throw error;
          await edit({ text: formless(payload), blocks: [] });
        });
        return true;
      } catch (error) {
        if (CANT_EDIT.test((error as { data?: { error?: string } }).data?.error ?? '')) return false;
        throw fail(error);
      }
    },
  };
}

const CANT_EDIT = /^(message_not_found|cant_update_message|edit_window_closed|update_failed)$/;

async function say(client: WebClient, message: WebMessage, payload: SlackPayload): Promise<string> {
  const place = {
    channel: message.channel,
    unfurl_links: false,
    unfurl_media: false,
    metadata: metadataOf(message),
  };
  const send = async (content: Content, thread: object) =>
    tsOf(await client.chat.postMessage({ ...place, ...thread, ...content }));
  const whole = contentOf(payload);
  const thread = threadOf(message);
  try {
    return await send(whole, thread);
  } catch (error) {
    // A message that looks poor, or stands beside its thread, is better than none.
    if (isAboutForm(error)) return await send({ text: formless(payload), blocks: [] }, thread);
    if (isAboutThread(error)) return await send(whole, {});
    throw error;
  }
}

function threadOf({ thread, broadcast }: WebMessage): object {
  if (thread === undefined) return {};
  return { thread_ts: thread, ...(broadcast === true ? { reply_broadcast: true } : {}) };
}

const tsOf = ({ ts }: { ts?: string | undefined }): string => {
  if (ts === undefined) throw new Error('the answer names no message');
  return ts;
};

type Content = { text: string; blocks: KnownBlock[] };
const contentOf = ({ text, blocks }: SlackPayload): Content => ({ text, blocks });

const metadataOf = ({ id, also }: Pick<WebMessage, 'id' | 'also'>) => ({
  event_type: EVENT_TYPE,
  event_payload: { id: hashOf(id), ...(also === undefined ? {} : { also: hashOf(also) }) },
});

const hashOf = (id: string): string => createHash('sha256').update(id).digest('hex');

type Message = NonNullable<ConversationsHistoryResponse['messages']>[number];

async function search(
  client: WebClient,
  { channel, id, thread }: Pick<WebMessage, 'channel' | 'id' | 'thread'>,
  { since }: Look,
): Promise<string | null> {
  const oldest = String((since - CLOCK_TOLERANCE_MS) / 1000);
  const hash = hashOf(id);
  const isWanted = ({ metadata }: Message) => {
    const payload = metadata?.event_payload as { id?: unknown; also?: unknown } | undefined;
    return metadata?.event_type === EVENT_TYPE && (payload?.id === hash || payload?.also === hash);
  };
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const query = {
      channel,
      oldest,
      limit: PAGE_SIZE,
      include_all_metadata: true,
      ...(cursor === undefined ? {} : { cursor }),
    };
    const { messages, response_metadata: rest } =
      thread === undefined
        ? await client.conversations.history(query)
        : await client.conversations.replies({ ...query, ts: thread });
    const found = (messages as Message[] | undefined)?.find(isWanted)?.ts;
    if (found !== undefined) return found;
    cursor = rest?.next_cursor;
    if (cursor === undefined || cursor === '') return null;
  }
  return null;
}

function clientOf({ token, baseUrl }: SlackWebTarget, options: SlackWebOptions): WebClient {
  const { fetch, signal, timeoutMs = TIMEOUT_MS } = options;
  return new WebClient(token, {
    slackApiUrl: `${baseUrl.replace(/\/+$/, '')}/`,
    // Temporal tries again, and remembers that it does.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: SILENT,
    fetch: async (url, init) => {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const response = await fetch(url, { ...init, signal: AbortSignal.any([signal, timeout]) });
        // Read here, so that an answer which never ends is cut off, too.
        return new Response(await response.arrayBuffer(), response);
      } catch (error) {
        if (timeout.aborted) throw new Error(`no answer within ${timeoutMs / 1000} s`, { cause: undefined });
        throw error;
      }
    },
  });
}

/** What fails is told by what is thrown; the client's own log lines quote requests. */
const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};
