/** Slack's Web API: threads, edits, looking before a second try, and what to do about each refusal. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSlack } from '../../../activities/slack/web.ts';
import type { SlackPayload } from '../../../activities/slack/payload.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { startSlackApi } from '../../support/slack-api.ts';
import type { SlackApi } from '../../support/slack-api.ts';

const TOKEN = 'xoxb-sEcReT-token';
const CHANNEL = 'C0INCIDENTS';
const HEADER = {
  type: 'header' as const,
  block_id: 'b',
  text: { type: 'plain_text' as const, text: 'hello', emoji: false as const },
};
const PAYLOAD: SlackPayload = { text: 'hello', blocks: [HEADER] };

let slack: SlackApi;
beforeEach(async () => {
  slack = await startSlackApi(TOKEN, [CHANNEL, 'C0ANOTHER']);
});
afterEach(() => slack.close());

const open = (token = TOKEN, timeoutMs = 2000) =>
  openSlack(
    { to: 'Slack (incidents)', token, baseUrl: slack.url },
    { fetch, signal: new AbortController().signal, timeoutMs },
  );
const message = (id: string, more: object = {}) => ({
  channel: CHANNEL,
  id,
  payload: () => PAYLOAD,
  ...more,
});
const since = () => ({ since: Date.now() });

async function failureOf(sending: Promise<unknown>): Promise<BackoutFailure> {
  const error: unknown = await sending.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BackoutFailure);
  expect(JSON.stringify(error)).not.toContain(TOKEN);
  return error as BackoutFailure;
}

test('a first try does not look', async () => {
  await open().post(message('a'), null);
  expect(slack.calls()).toEqual(['chat.postMessage']);
});

test('what is there already is found by its ID, not by its text', async () => {
  const { ts } = await open().post(message('a'), null);
  await open().post(message('b'), null);
  await expect(open().post(message('a'), since())).resolves.toEqual({ ts, found: true });
  expect(slack.messages).toHaveLength(2);
  await expect(open().post(message('c'), since())).resolves.toMatchObject({ found: false });
  expect(slack.messages).toHaveLength(3);
});

test('a message of another channel, or from long before, is another message', async () => {
  await open().post({ ...message('a'), channel: 'C0ANOTHER' }, null);
  await expect(open().post(message('a'), since())).resolves.toMatchObject({ found: false });
  await expect(open().find(message('a'), { since: Date.now() + 3_600_000 })).resolves.toBeNull();
});

test('it looks through pages of messages', async () => {
  const { ts } = await open().post(message('wanted'), null);
  for (let more = 0; more < 450; more++) {
    slack.messages.push({
      ...slack.messages[0]!,
      ts: `${ts.slice(0, -6)}${String(100 + more).padStart(6, '0')}`,
      metadata: null,
    });
  }
  await expect(open().find(message('wanted'), since())).resolves.toBe(ts);
  expect(slack.calls().filter((call) => call === 'conversations.history')).toHaveLength(3);
});

test('replies are looked for in their thread', async () => {
  const { ts: head } = await open().post(message('head'), null);
  const { ts } = await open().post(message('reply', { thread: head }), null);
  await expect(open().post(message('reply', { thread: head }), since())).resolves.toEqual({
    ts,
    found: true,
  });
  expect(slack.messages.map(({ thread, broadcast }) => [thread, broadcast])).toEqual([
    [null, false],
    [head, false],
  ]);
});

test('a reply below a head that was deleted is posted beside it', async () => {
  const { ts: head } = await open().post(message('head'), null);
  slack.remove(head);
  await open().post(message('reply', { thread: head }), null);
  expect(slack.messages).toMatchObject([{ thread: null, text: 'hello' }]);
});

test('a reply can be shown in the channel, too', async () => {
  const { ts: head } = await open().post(message('head'), null);
  await open().post(message('reply', { thread: head, broadcast: true }), null);
  expect(slack.messages[1]).toMatchObject({ thread: head, broadcast: true });
});

test('a message is edited in its place and keeps its ID', async () => {
  const { ts } = await open().post(message('a'), null);
  await expect(
    open().update({ channel: CHANNEL, ts, id: 'a', payload: { ...PAYLOAD, text: 'changed' } }),
  ).resolves.toBe(true);
  expect(slack.messages).toMatchObject([{ ts, text: 'changed', edits: 1 }]);
  await expect(open().find(message('a'), since())).resolves.toBe(ts);
});

test('that a person deleted the message is no failure', async () => {
  const { ts } = await open().post(message('a'), null);
  slack.remove(ts);
  await expect(open().update({ channel: CHANNEL, ts, id: 'a', payload: PAYLOAD })).resolves.toBe(false);
});

test('what is too large for blocks is sent as text with its answers rather than not at all', async () => {
  const section = {
    type: 'section' as const,
    text: { type: 'mrkdwn' as const, text: 'x'.repeat(2900), verbatim: true as const },
  };
  const answer = { ...section, text: { ...section.text, text: '*Answer with*\n```backout status```' } };
  const payload = { text: 'the gist', blocks: [HEADER, section, section, section, section, section, answer] };
  const { ts } = await open().post(message('a', { payload: () => payload }), null);
  const answers = '\n*Answer with*\n```backout status```';
  expect(slack.messages).toMatchObject([{ text: `the gist${answers}`, blocks: [] }]);
  await open().update({ channel: CHANNEL, ts, id: 'a', payload: { ...payload, text: 'the gist of now' } });
  expect(slack.messages).toMatchObject([{ text: `the gist of now${answers}`, blocks: [] }]);
});

test.each([
  [
    'channel_not_found',
    {},
    'There is no such channel, or it is private: check its ID, and invite the app with /invite @backout.',
  ],
  ['not_in_channel', {}, 'Invite the app into the channel: /invite @backout'],
  ['is_archived', {}, 'The channel is archived: name another one.'],
  [
    'token_revoked',
    {},
    'The bot token is not valid (any more): install the app again and put its new token there.',
  ],
  [
    'missing_scope',
    { needed: 'chat:write' },
    'The bot may not do that: give the app the scope chat:write and install it again.',
  ],
  [
    'restricted_action_thread_only_channel',
    {},
    'Ask an administrator of the Slack workspace to let the app post there.',
  ],
])('%s is not tried again', async (name, more, next) => {
  slack.inject({ kind: 'answer', status: 200, body: JSON.stringify({ ok: false, error: name, ...more }) });
  const failure = await failureOf(open().post(message('a'), null));
  expect([failure.type, failure.parts.what, failure.parts.next]).toEqual([
    'MessageRefused',
    `Slack (incidents) did not take the message: it answered "${name}".`,
    next,
  ]);
});

test.each([['internal_error'], ['service_unavailable'], ['ratelimited']])(
  '%s is tried again',
  async (name) => {
    slack.inject({ kind: 'answer', status: 200, body: JSON.stringify({ ok: false, error: name }) });
    expect((await failureOf(open().post(message('a'), null))).type).toBe('MessageNotSent');
  },
);

test('while Slack can not be looked through, nothing is sent a second time', async () => {
  slack.inject({ kind: 'answer', status: 503 });
  expect((await failureOf(open().post(message('a'), since()))).type).toBe('MessageNotSent');
  expect(slack.messages).toEqual([]);
});

test('a page instead of an answer is not Slack', async () => {
  slack.inject({ kind: 'answer', status: 200, body: '<html>' });
  expect((await failureOf(open().post(message('a'), null))).parts).toMatchObject({
    what: 'Slack (incidents) did not take the message: it answered "<html>".',
    next: 'What answers there is not Slack’s Web API: check `baseUrl`, and proxies on the way.',
  });
});

test('no answer in time is said so', async () => {
  slack.inject({ kind: 'silent' });
  const failure = await failureOf(open(TOKEN, 100).post(message('a'), null));
  expect(failure.parts.what).toBe('Slack (incidents) did not take the message: no answer within 0.1 s.');
});
