/** As a bot, a rollback is one thread: a head that is edited, and a reply for each moment. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { botFindings } from '../../../activities/notification/check.ts';
import { createNotifier, sendAnnouncement } from '../../../activities/notification/notifier.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { announceFollowUp } from '../../../src/domain/follow-up/announcement.ts';
import { slackSchema } from '../../../src/domain/notification.ts';
import type { AnnouncementEvent } from '../../../src/domain/notification.ts';
import type { IncidentRecord } from '../../../src/domain/rollback.ts';
import { shifted, started, success, waiting } from '../../support/cases.ts';
import { followUpStatus } from '../../support/follow-ups.ts';
import { startSlackApi } from '../../support/slack-api.ts';
import type { PostedMessage, SlackApi } from '../../support/slack-api.ts';

const TOKEN = 'xoxb-sEcReT-token';
const signal = new AbortController().signal;

let slack: SlackApi;
beforeEach(async () => {
  slack = await startSlackApi(TOKEN, ['C0INCIDENTS', 'C0DEPLOYS']);
});
afterEach(() => slack.close());

function withBot(record: IncidentRecord, startedAt = new Date().toISOString()): IncidentRecord {
  const settings = slackSchema.parse({
    incidents: { token: { env: 'BOT' }, channel: 'C0INCIDENTS', baseUrl: slack.url },
  });
  const config = { ...record.plan.config, slack: settings };
  return { ...record, plan: { ...record.plan, config }, status: { ...record.status, startedAt } };
}

const BEGUN = new Date().toISOString();

const tell = (
  event: AnnouncementEvent,
  record: IncidentRecord,
  { attempt = 1, thread, token = TOKEN }: { attempt?: number; thread?: string; token?: string } = {},
) =>
  createNotifier({ env: { BOT: token } })(
    {
      event,
      channel: 'incidents',
      record: withBot(record, BEGUN),
      ...(thread === undefined ? {} : { thread }),
    },
    { attempt, signal },
  );

const shown = (message: PostedMessage | undefined) => JSON.stringify(message?.blocks);

test('the first message is the head, the others are replies, and the head says how things stand', async () => {
  const { thread } = await tell('started', started());
  expect(slack.messages).toMatchObject([{ ts: thread, thread: null, edits: 0 }]);
  expect(shown(slack.messages[0])).toContain('Rolling back: listings in production');
  expect(shown(slack.messages[0])).toContain('This message is kept up to date. Every step is in its thread.');

  await expect(tell('traffic-shifted', shifted(), { thread: thread! })).resolves.toMatchObject({ thread });
  expect(slack.messages).toMatchObject([{ edits: 1 }, { thread, broadcast: false }]);
  expect(shown(slack.messages[0])).toContain('Traffic has moved: listings in production');
  expect(shown(slack.messages[0])).toContain('*Reason*');
  expect(shown(slack.messages[1])).not.toContain('*Reason*');

  await tell('ended', success(), { thread: thread! });
  expect(slack.messages).toMatchObject([{ edits: 2 }, {}, { thread, broadcast: false }]);
  expect(shown(slack.messages[0])).toContain('*Resolution*');
});

test('a question is shown in the channel, too', async () => {
  const { thread } = await tell('started', started());
  await tell('waiting-for-decision', waiting(), { thread: thread! });
  expect(slack.messages[1]).toMatchObject({ thread, broadcast: true });
});

test('the thread is found again when nobody knows it any more', async () => {
  const { thread } = await tell('started', started());
  await expect(tell('ended', success())).resolves.toMatchObject({ thread });
  expect(slack.messages.map((message) => message.thread)).toEqual([null, thread]);
});

const tellAfterwards = () => {
  const record = withBot(success(), BEGUN);
  const announcement = announceFollowUp({
    moment: { is: 'watch-over' },
    count: 0,
    record,
    status: followUpStatus({ startedAt: new Date(Date.parse(BEGUN) + 60_000).toISOString() }),
  });
  return sendAnnouncement(
    { env: { BOT: TOKEN }, fetch },
    { channel: 'incidents', slack: record.plan.config.slack, announcement },
    { attempt: 1, signal },
  );
};

test('what its follow-up says hours later is a reply in the thread of the rollback, whose head stays as it is', async () => {
  const { thread } = await tell('started', started());
  expect(await tellAfterwards()).toBe(thread);
  expect(slack.messages).toMatchObject([{ thread: null, edits: 0 }, { thread }]);
  expect(shown(slack.messages[1])).toContain('The watch is over');
});

test('a follow-up whose rollback told nobody begins a thread, and does not promise to keep its first message up to date', async () => {
  const thread = await tellAfterwards();
  expect(slack.messages).toMatchObject([{ ts: thread, thread: null }]);
  expect(shown(slack.messages[0])).not.toContain('kept up to date');
  expect(await tellAfterwards()).toBe(thread);
});

test('another rollback has a thread of its own', async () => {
  await tell('started', started());
  const other = started();
  other.status.workflowId = 'another';
  await tell('started', other);
  expect(slack.messages.map(({ thread }) => thread)).toEqual([null, null]);
});

test.each<[string, AnnouncementEvent, number]>([
  ['the head', 'started', 1],
  ['a reply', 'ended', 2],
])('%s is posted once although the connection was cut before the answer', async (_, event, messages) => {
  if (event === 'ended') await tell('started', started());
  // Looking for the thread comes first.
  slack.inject({ kind: 'slow', ms: 1 }, { kind: 'cut' });
  const record = event === 'ended' ? success() : started();
  await expect(tell(event, record)).rejects.toMatchObject({ type: 'MessageNotSent' });
  await tell(event, record, { attempt: 2 });
  expect(slack.messages).toHaveLength(messages);
});

test('the head is brought up to date by a later try', async () => {
  const { thread } = await tell('started', started());
  slack.inject({ kind: 'slow', ms: 1 }, { kind: 'answer', status: 500 });
  await expect(tell('ended', success(), { thread: thread! })).rejects.toMatchObject({
    type: 'MessageNotSent',
  });
  expect(slack.messages).toMatchObject([{ edits: 0 }, { thread }]);
  await tell('ended', success(), { thread: thread!, attempt: 2 });
  expect(slack.messages).toMatchObject([{ edits: 1 }, { thread }]);
});

test('a bot that may not read makes a thread all the same, as long as the workflow knows it', async () => {
  slack.forbidReading();
  const { thread } = await tell('started', started());
  await tell('ended', success(), { thread: thread! });
  expect(slack.messages.map((message) => message.thread)).toEqual([null, thread]);
});

test('what Slack refuses names the place of the token, never the token', async () => {
  const error: unknown = await tell('started', started(), { token: 'xoxb-wRoNg' }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BackoutFailure);
  expect((error as BackoutFailure).message).toBe(
    'Slack, incidents channel (bot token in the environment variable BOT), did not take the message: it answered "invalid_auth". Traffic and data were not changed by this: it only tells people. The bot token is not valid (any more): install the app again and put its new token there.',
  );
});

test('doctor asks Slack who the bot is, and says what to do where it is not known', async () => {
  const { slack: settings } = withBot(started()).plan.config;
  const look = (token: string) => botFindings({ env: { BOT: token }, fetch }, settings);
  await expect(look(TOKEN)).resolves.toEqual([
    { name: 'slack: incidents', optional: true, ok: true, detail: 'Slack knows the bot backout' },
  ]);
  await expect(look('xoxb-wRoNg')).resolves.toEqual([
    {
      name: 'slack: incidents',
      optional: true,
      ok: false,
      detail:
        'Slack, incidents channel (bot token in the environment variable BOT), did not take the message: it answered "invalid_auth".',
      fix: 'The bot token is not valid (any more): install the app again and put its new token there.',
    },
  ]);
  expect(slack.calls()).toEqual(['auth.test', 'auth.test']);
  await expect(botFindings({ env: {}, fetch }, { incidents: { env: 'HOOK' } })).resolves.toEqual([]);
});
