/** Sending to Slack over a real connection: what is retried, what is not, and that the URL stays secret. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { ApplicationFailure } from '@temporalio/activity';
import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { afterEach, expect, test } from 'vitest';
import { sendToSlack } from '../../../activities/slack/webhook.ts';
import type { SlackOptions, SlackTarget } from '../../../activities/slack/webhook.ts';
import type { SlackPayload } from '../../../activities/slack/payload.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';

const PATH = '/services/T0000AAAA/B0000BBBB/sEcReTsEcReTsEcReT';
const SECRETS = ['sEcReTsEcReTsEcReT', 'T0000AAAA', 'B0000BBBB'];
const PAYLOAD: SlackPayload = { text: 'hello ✅', blocks: [] };
const CHANGED = 'Traffic and data were not changed by this: it only tells people.';
const WHERE =
  'Slack did not take the message for the incidents channel (webhook in the environment variable SLACK_INCIDENTS)';
const AGAIN =
  'Backout tries again by itself. If it goes on, check the network of the worker and Slack’s status page.';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
}

const answering = (status: number, body: string, headers: Record<string, string> = {}) =>
  serve((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(status, headers).end(body));
  });

const targetOf = (webhook: string): SlackTarget => ({
  channel: 'incidents',
  secretName: 'environment variable SLACK_INCIDENTS',
  webhook,
});

const send = (webhook: string, options: Partial<SlackOptions> = {}) =>
  sendToSlack(targetOf(webhook), PAYLOAD, { fetch, signal: new AbortController().signal, ...options });

/** Everything that Temporal would write into the history, and that a log would show. */
function everythingIn(error: unknown): string {
  const proto = new DefaultFailureConverter().errorToFailure(error, defaultPayloadConverter);
  return `${JSON.stringify(proto)} ${inspect(error, { depth: 20, showHidden: true })}`;
}

async function failureOf(sending: Promise<void>): Promise<BackoutFailure> {
  const error: unknown = await sending.then(
    () => 'it was sent',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BackoutFailure);
  for (const secret of SECRETS) expect(everythingIn(error)).not.toContain(secret);
  return error as BackoutFailure;
}

test('the payload goes out as UTF-8 JSON by one POST', async () => {
  const seen: unknown[] = [];
  const webhook = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      seen.push([request.method, request.url, request.headers['content-type'], body]);
      response.end('ok');
    });
  });
  await send(webhook);
  expect(seen).toEqual([
    ['POST', PATH, 'application/json; charset=utf-8', '{"text":"hello ✅","blocks":[]}'],
  ]);
});

test.each([
  [
    400,
    'invalid_payload',
    'Slack does not understand the message, which is a bug in Backout: report it with this text.',
  ],
  [
    403,
    'action_prohibited',
    'The webhook may not post there: ask an administrator of the Slack workspace, or make a new one.',
  ],
  [404, 'no_service', 'The webhook was removed or never was: make a new one in Slack and put its URL there.'],
  [
    410,
    'channel_is_archived',
    'The channel is gone or archived: make a webhook for another one and put its URL there.',
  ],
  [200, '<title>Log in</title>', 'What is there is not the URL of a Slack webhook: check it.'],
])('%i %s is not tried again', async (status, body, next) => {
  const failure = await failureOf(send(await answering(status, body)));
  expect([failure.type, failure.retryable]).toEqual(['MessageRefused', false]);
  expect(failure.message).toBe(`${WHERE}: it answered ${status} "${body}". ${CHANGED} ${next}`);
});

test('a redirect is not followed', async () => {
  let asked = 0;
  const elsewhere = await serve((_, response) => {
    asked++;
    response.end('ok');
  });
  const failure = await failureOf(send(await answering(302, '', { Location: elsewhere })));
  expect(failure.type).toBe('MessageRefused');
  expect(failure.parts.what).toBe(`${WHERE}: it answered 302.`);
  expect(asked).toBe(0);
});

test.each([500, 503])('%i is tried again', async (status) => {
  const failure = await failureOf(send(await answering(status, 'rollup_error')));
  expect([failure.type, failure.retryable]).toEqual(['MessageNotSent', true]);
  expect(failure.message).toBe(`${WHERE}: it answered ${status} "rollup_error". ${CHANGED} ${AGAIN}`);
});

test('429 is tried again after the time that Slack asks for', async () => {
  const error: unknown = await send(await answering(429, 'rate_limited', { 'Retry-After': '17' })).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ApplicationFailure);
  const failure = error as ApplicationFailure;
  expect([failure.type, failure.nonRetryable, failure.nextRetryDelay]).toEqual([
    'MessageNotSent',
    false,
    17_000,
  ]);
  expect(failure.message).toBe(`${WHERE}: it answered 429 "rate_limited". ${CHANGED} ${AGAIN}`);
  expect(failure.details).toEqual([
    { what: `${WHERE}: it answered 429 "rate_limited".`, changed: CHANGED, next: AGAIN },
  ]);
  for (const secret of SECRETS) expect(everythingIn(error)).not.toContain(secret);
});

test('no answer in time is tried again', async () => {
  const webhook = await serve((request) => request.resume());
  const failure = await failureOf(send(webhook, { timeoutMs: 100 }));
  expect([failure.type, failure.retryable]).toEqual(['MessageNotSent', true]);
  expect(failure.parts.what).toBe(`${WHERE}: no answer within 0.1 s.`);
});

test('an answer whose body never ends is cut off in the same time', async () => {
  const webhook = await serve((request, response) => {
    request.resume();
    response.writeHead(200).write('o');
  });
  const failure = await failureOf(send(webhook, { timeoutMs: 150 }));
  expect(failure.type).toBe('MessageNotSent');
  expect(failure.parts.what).toBe(`${WHERE}: no answer within 0.15 s.`);
});

test('a refused connection is tried again', async () => {
  const webhook = await answering(200, 'ok');
  const { port } = new URL(webhook);
  closing.splice(0).forEach((close) => close());
  await new Promise((resolve) => connect(Number(port), '127.0.0.1').on('error', resolve));
  const failure = await failureOf(send(webhook));
  expect([failure.type, failure.retryable]).toEqual(['MessageNotSent', true]);
  expect(failure.parts.what).toBe(`${WHERE}: connect ECONNREFUSED 127.0.0.1:${port}.`);
});

test('a connection that is cut before the answer is tried again', async () => {
  const failure = await failureOf(send(await serve((request) => request.socket.destroy())));
  expect([failure.type, failure.retryable]).toEqual(['MessageNotSent', true]);
  expect(failure.parts.what).toBe(`${WHERE}: other side closed.`);
});

test('a cancellation is not a failure of Slack', async () => {
  const controller = new AbortController();
  const webhook = await serve((request) => {
    request.resume();
    controller.abort(new Error('cancelled by a person'));
  });
  await expect(send(webhook, { signal: controller.signal })).rejects.toThrow('cancelled by a person');
});

test.each([
  ['hooks.slack.com/services/T0000AAAA/B0000BBBB/sEcReTsEcReTsEcReT'],
  ['xoxb-sEcReTsEcReTsEcReT'],
  ['file:///sEcReTsEcReTsEcReT'],
  ['https://anna:sEcReTsEcReTsEcReT@hooks.slack.com/x'],
  [' '],
])('what is no webhook URL is refused before anything is sent, and not shown', async (webhook) => {
  let asked = false;
  const failure = await failureOf(
    send(webhook, {
      fetch: () => {
        asked = true;
        return Promise.resolve(new Response('ok'));
      },
    }),
  );
  expect([failure.type, failure.retryable, asked]).toEqual(['InvalidConfiguration', false, false]);
  expect(failure.message).toBe(
    `${WHERE}: what is there is not a URL that begins with https://. ${CHANGED} Put the URL of a Slack incoming webhook there.`,
  );
});

test('an answer or error that quotes the URL is shown without it', async () => {
  const webhook = `https://hooks.slack.com${PATH}?key=aNoThErSeCrEt`;
  const quoted = await failureOf(
    send(webhook, { fetch: () => Promise.resolve(new Response(`no ${webhook} here`, { status: 500 })) }),
  );
  expect(quoted.parts.what).toBe(`${WHERE}: it answered 500 "no [secret] here".`);
  const thrown = await failureOf(
    send(webhook, {
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: new Error(`can't ask ${PATH}`) })),
    }),
  );
  expect(thrown.parts.what).toBe(`${WHERE}: can't ask /services/[secret]/[secret]/[secret].`);
});

test('an answer that is cut in the middle of the URL shows no beginning of it', async () => {
  const webhook = await answering(500, `${'x'.repeat(60)} ${PATH}`);
  const failure = await failureOf(send(webhook));
  expect(failure.parts.what).toBe(
    `${WHERE}: it answered 500 "${'x'.repeat(60)} /services/[secret]/[secret]/[secret]".`,
  );
  expect(everythingIn(failure)).not.toContain('sEcReT');
});
