/** Slack's Web API as far as Backout speaks it: limits, errors and metadata as documented, and messages that are kept. */
import * as z from 'zod';
import { json, startVendor } from './vendor.ts';
import type { Reply, Seen, Vendor } from './vendor.ts';

export type PostedMessage = {
  ts: string;
  channel: string;
  text: string;
  /** Of the head of its thread; null for a message of the channel. */
  thread: string | null;
  broadcast: boolean;
  blocks: unknown[];
  metadata: { event_type: string; event_payload: Record<string, unknown> } | null;
  edits: number;
};

export type SlackApi = Vendor & {
  readonly messages: PostedMessage[];
  /** Methods that were called, in order. */
  calls(): string[];
  /** The bot may not read messages. */
  forbidReading(): void;
  remove(ts: string): void;
};

/** https://docs.slack.dev/reference/block-kit/blocks */
const mrkdwn = (max: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  });
const blockId = z.string().max(255).optional();
const blockSchema = z.union([
  z.strictObject({
    type: z.literal('header'),
    block_id: blockId,
    text: z.strictObject({
      type: z.literal('plain_text'),
      text: z.string().min(1).max(150),
      emoji: z.boolean().optional(),
    }),
  }),
  z.strictObject({ type: z.literal('section'), block_id: blockId, text: mrkdwn(3000) }),
  z.strictObject({
    type: z.literal('section'),
    block_id: blockId,
    fields: z.array(mrkdwn(2000)).min(1).max(10),
  }),
  z.strictObject({
    type: z.literal('context'),
    block_id: blockId,
    elements: z.array(mrkdwn(3000)).min(1).max(10),
  }),
]);
const metadataSchema = z.strictObject({
  event_type: z.string().regex(/^[A-Za-z0-9_]+$/),
  event_payload: z.record(z.string(), z.unknown()),
});

/** Undocumented, but seen by many: all blocks together. */
const MAX_BLOCK_CHARACTERS = 13_000;
const MAX_TEXT = 40_000;

type Workspace = {
  token: string;
  channels: string[];
  messages: PostedMessage[];
  mayRead: boolean;
  clock: number;
};

/** Knows one bot, with this token, and the channels that it is in. */
export async function startSlackApi(token: string, channels: string[]): Promise<SlackApi> {
  const workspace: Workspace = {
    token,
    channels,
    messages: [],
    mayRead: true,
    clock: Math.floor(Date.now() / 1000),
  };
  const vendor = await startVendor((request) => take(request, workspace));
  return {
    ...vendor,
    url: `${vendor.url}/api`,
    messages: workspace.messages,
    calls: () => vendor.seen.map(({ path }) => path.replace('/api/', '')),
    forbidReading: () => (workspace.mayRead = false),
    remove: (ts) =>
      void workspace.messages.splice(
        workspace.messages.findIndex((m) => m.ts === ts),
        1,
      ),
  };
}

function take(request: Seen, workspace: Workspace): Reply {
  const { authorization } = request.headers;
  if (authorization === undefined) return error('not_authed');
  if (authorization !== `Bearer ${workspace.token}`) return error('invalid_auth');
  const given = new URLSearchParams(request.body);
  switch (request.path) {
    case '/api/auth.test':
      return json(200, { ok: true, team: 'Listings', user: 'backout', bot_id: 'B0000001' });
    case '/api/chat.postMessage':
      return post(given, workspace);
    case '/api/chat.update':
      return update(given, workspace);
    case '/api/conversations.history':
    case '/api/conversations.replies':
      return read(request.path, { given, workspace });
    default:
      return error('unknown_method');
  }
}

const error = (name: string, more: object = {}): Reply => json(200, { ok: false, error: name, ...more });

function post(given: URLSearchParams, workspace: Workspace): Reply {
  const content = contentOf(given, workspace);
  if (typeof content === 'string') return error(content);
  const thread = given.get('thread_ts');
  if (thread !== null && !workspace.messages.some(({ ts }) => ts === thread))
    return error('thread_not_found');
  const ts = `${workspace.clock}.${String(workspace.messages.length + 1).padStart(6, '0')}`;
  const broadcast = given.get('reply_broadcast') === 'true';
  workspace.messages.push({ ts, thread, broadcast, edits: 0, ...content });
  return json(200, { ok: true, channel: content.channel, ts, message: { ts, text: content.text } });
}

function update(given: URLSearchParams, workspace: Workspace): Reply {
  const content = contentOf(given, workspace);
  if (typeof content === 'string') return error(content);
  const message = workspace.messages.find(({ ts }) => ts === given.get('ts'));
  if (message === undefined) return error('message_not_found');
  // Whether metadata that are not named stay is not documented everywhere: here they do not.
  Object.assign(message, content, { edits: message.edits + 1 });
  return json(200, { ok: true, channel: content.channel, ts: message.ts, text: content.text });
}

/** The message, or the error that Slack would answer with. */
function contentOf(given: URLSearchParams, { channels }: Workspace) {
  const channel = given.get('channel') ?? '';
  if (!channels.includes(channel)) return 'channel_not_found';
  const text = given.get('text') ?? '';
  if (text.length > MAX_TEXT) return 'msg_too_long';
  const blocks = JSON.parse(given.get('blocks') ?? '[]') as unknown[];
  if (text === '' && blocks.length === 0) return 'no_text';
  if (blocks.length > 50 || blocks.some((block) => !blockSchema.safeParse(block).success))
    return 'invalid_blocks';
  if (JSON.stringify(blocks).length > MAX_BLOCK_CHARACTERS) return 'msg_blocks_too_long';
  const metadata = given.get('metadata');
  const parsed = metadata === null ? null : metadataSchema.safeParse(JSON.parse(metadata));
  if (parsed?.success === false) return 'invalid_metadata_format';
  return { channel, text, blocks, metadata: parsed === null ? null : parsed.data };
}

function read(path: string, { given, workspace }: { given: URLSearchParams; workspace: Workspace }): Reply {
  if (!workspace.mayRead)
    return error('missing_scope', { needed: 'channels:history', provided: 'chat:write' });
  const channel = given.get('channel') ?? '';
  if (!workspace.channels.includes(channel)) return error('channel_not_found');
  const ts = given.get('ts');
  const oldest = Number(given.get('oldest') ?? 0);
  const some = workspace.messages.filter(
    (message) =>
      message.channel === channel &&
      Number(message.ts) > oldest &&
      (path.endsWith('replies')
        ? message.ts === ts || message.thread === ts
        : message.thread === null || message.broadcast),
  );
  const ordered = path.endsWith('replies') ? some : some.reverse();
  const start = Number(given.get('cursor') ?? 0);
  const limit = Number(given.get('limit') ?? 100);
  const withMetadata = given.get('include_all_metadata') === 'true';
  const messages = ordered.slice(start, start + limit).map((message) => ({
    type: 'message',
    ts: message.ts,
    text: message.text,
    ...(message.thread === null ? {} : { thread_ts: message.thread }),
    ...(withMetadata && message.metadata !== null ? { metadata: message.metadata } : {}),
  }));
  const more = start + limit < ordered.length;
  return json(200, {
    ok: true,
    messages,
    has_more: more,
    response_metadata: { next_cursor: more ? String(start + limit) : '' },
  });
}
