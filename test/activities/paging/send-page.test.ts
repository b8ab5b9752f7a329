/** Pages over real connections, to servers that are as strict as the vendors: what is taken, retried, refused, and how often people get it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { ApplicationFailure } from '@temporalio/activity';
import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sendPage } from '../../../activities/paging/send-page.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { pagingChannelSchema } from '../../../src/domain/paging/channel.ts';
import type { PagingChannel, PagingChannelInput } from '../../../src/domain/paging/channel.ts';
import { startGoAlert } from '../../support/goalert.ts';
import { startPagerDuty } from '../../support/pagerduty.ts';
import { makePage, makeSending } from '../../support/pages.ts';
import { startSlackApi } from '../../support/slack-api.ts';
import { startSmtp } from '../../support/smtp.ts';
import type { MailServer, SmtpFault } from '../../support/smtp.ts';
import { until } from '../../support/until.ts';
import type { Fault, Vendor } from '../../support/vendor.ts';
import { startWebhookReceiver } from '../../support/webhook-receiver.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const SECRETS = {
  PD_KEY: KEY,
  GOALERT_TOKEN: '7f9c2b1e-sEcReT-token',
  SLACK_TOKEN: 'xoxb-sEcReT-token',
  SIGNING_KEY: 'sEcReT-signing-key',
  SMTP_PASSWORD: 'sEcReT-password',
};
const CHANGED = 'Traffic and data were not changed by this: it only tells people.';
const AGAIN =
  'Backout tries again by itself. If it goes on, check the network of the worker and the status of that service.';

let mail: MailServer;
beforeAll(async () => {
  mail = await startSmtp({ login: { user: 'backout', password: SECRETS.SMTP_PASSWORD } });
});
afterAll(() => mail.close());

type Started = {
  channel: PagingChannel;
  vendor: Pick<Vendor, 'seen' | 'inject' | 'close'>;
  /** How often a person got it. */
  copies: () => number;
  receipt: string;
};

const channelOf = (input: PagingChannelInput): PagingChannel => pagingChannelSchema.parse(input);

const WAYS: Record<string, () => Promise<Started>> = {
  pagerduty: async () => {
    const vendor = await startPagerDuty(KEY);
    return {
      channel: channelOf({ kind: 'pagerduty', routingKey: { env: 'PD_KEY' }, baseUrl: vendor.url }),
      vendor,
      copies: () => vendor.incidents.reduce((sum, { calls }) => sum + calls, 0),
      receipt: 'backout/listings/production/run-1',
    };
  },
  goalert: async () => {
    const vendor = await startGoAlert(SECRETS.GOALERT_TOKEN);
    return {
      channel: channelOf({ kind: 'goalert', token: { env: 'GOALERT_TOKEN' }, baseUrl: vendor.url }),
      vendor,
      copies: () => vendor.alerts.length,
      receipt: 'alert 1',
    };
  },
  slack: async () => {
    const vendor = await startSlackApi(SECRETS.SLACK_TOKEN, ['C0INCIDENTS']);
    return {
      channel: channelOf({
        kind: 'slack',
        token: { env: 'SLACK_TOKEN' },
        channel: 'C0INCIDENTS',
        mention: ['here'],
        baseUrl: vendor.url,
      }),
      vendor,
      copies: () => vendor.messages.length,
      receipt: expect.stringMatching(/^message \d+\.000001$/) as string,
    };
  },
  webhook: async () => {
    const vendor = await startWebhookReceiver(SECRETS.SIGNING_KEY);
    return {
      channel: channelOf({ kind: 'webhook', url: `${vendor.url}/page`, signingKey: { env: 'SIGNING_KEY' } }),
      vendor,
      copies: () => vendor.pages.length,
      receipt: 'R-1',
    };
  },
};

/** Everything that Temporal would write into the history, and that a log would show. */
function everythingIn(error: unknown): string {
  const proto = new DefaultFailureConverter().errorToFailure(error, defaultPayloadConverter);
  return `${JSON.stringify(proto)} ${inspect(error, { depth: 20, showHidden: true })}`;
}

async function failureOf(sending: Promise<unknown>): Promise<BackoutFailure | ApplicationFailure> {
  const error: unknown = await sending.then(
    () => 'it was sent',
    (thrown: unknown) => thrown,
  );
  expect(error instanceof BackoutFailure || error instanceof ApplicationFailure).toBe(true);
  for (const secret of Object.values(SECRETS)) expect(everythingIn(error)).not.toContain(secret);
  return error as BackoutFailure;
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

describe.each(Object.entries(WAYS))('%s', (kind, start) => {
  let way: Started;
  beforeEach(async () => {
    way = await start();
    closing.push(way.vendor.close);
  });
  const send = (attempt = 1, more: Parameters<typeof makeSending>[1] = {}) =>
    sendPage({ channel: way.channel, page: makePage() }, makeSending(SECRETS, { attempt, ...more }));

  test('a page arrives once, and the receipt is kept', async () => {
    await expect(send()).resolves.toEqual({
      channel: expect.any(String),
      provider: kind,
      receipt: way.receipt,
      sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect([way.copies(), way.vendor.seen.length]).toEqual([1, 1]);
  });

  test.each<[string, Fault[]]>([
    ['the connection is closed before the answer', [{ kind: 'cut' }]],
    ['the answer is too late', [{ kind: 'silent' }]],
    ['the way delivers it twice', kind === 'slack' ? [] : [{ kind: 'duplicate' }]],
  ])('it is taken once although %s', async (_, faults) => {
    way.vendor.inject(...faults);
    await send(1, { timeoutMs: 200 }).catch((error: unknown) => {
      expect(error).toMatchObject({ type: 'MessageNotSent', retryable: true });
    });
    await expect(send(2)).resolves.toMatchObject({ receipt: way.receipt });
    expect(way.copies()).toBe(1);
  });

  test('429 is tried again after the time that is asked for', async () => {
    way.vendor.inject({ kind: 'answer', status: 429, headers: { 'Retry-After': '17' } });
    const failure = (await failureOf(send())) as ApplicationFailure;
    expect([failure.type, failure.nonRetryable, failure.nextRetryDelay]).toEqual([
      'MessageNotSent',
      false,
      17_000,
    ]);
    expect(failure.message).toContain(`did not take the message: it answered 429. ${CHANGED} ${AGAIN}`);
    await send(2);
    expect(way.copies()).toBe(1);
  });

  test('429 that does not say how long is tried again later', async () => {
    way.vendor.inject({ kind: 'answer', status: 429 });
    const failure = (await failureOf(send())) as ApplicationFailure;
    expect([failure.type, failure.nextRetryDelay]).toEqual([
      'MessageNotSent',
      { pagerduty: 30_000, goalert: 10_000, slack: 1000, webhook: 10_000 }[kind],
    ]);
  });

  test.each([500, 502, 503])('%i is tried again', async (status) => {
    way.vendor.inject({ kind: 'answer', status, body: 'oops' });
    const failure = await failureOf(send());
    expect(failure).toMatchObject({ type: 'MessageNotSent', retryable: true });
    await send(2);
    expect(way.copies()).toBe(1);
  });

  test('a slow answer is waited for', async () => {
    way.vendor.inject({ kind: 'slow', ms: 300 });
    await send();
    expect([way.copies(), way.vendor.seen.length]).toEqual([1, 1]);
  });

  test('a wrong secret is refused, and shown by nothing', async () => {
    const wrong = 'fedcba9876543210fedcba98-wRoNg';
    const env = { PD_KEY: `${wrong}99`, GOALERT_TOKEN: wrong, SLACK_TOKEN: wrong, SIGNING_KEY: wrong };
    const failure = await failureOf(sendPage({ channel: way.channel, page: makePage() }, makeSending(env)));
    expect(failure.type).toBe('MessageRefused');
    expect(everythingIn(failure)).not.toContain(wrong);
    expect(way.copies()).toBe(0);
  });

  test('an answer that quotes the secret is shown without it', async () => {
    const own = {
      pagerduty: SECRETS.PD_KEY,
      goalert: SECRETS.GOALERT_TOKEN,
      slack: SECRETS.SLACK_TOKEN,
      webhook: SECRETS.SIGNING_KEY,
    }[kind];
    way.vendor.inject(
      kind === 'slack'
        ? { kind: 'answer', status: 200, body: JSON.stringify({ ok: false, error: `no ${own}` }) }
        : { kind: 'answer', status: 400, body: `no ${own}` },
    );
    const failure = await failureOf(send());
    expect(failure.message).toContain('"no [secret]"');
  });

  test('a secret that is not set is named', async () => {
    const failure = await failureOf(sendPage({ channel: way.channel, page: makePage() }, makeSending({})));
    expect(failure.type).toBe('InvalidConfiguration');
    expect(failure.message).toMatch(
      /^The worker has no secret in the environment variable [A-Z_]+: it is not set\./,
    );
    expect(way.vendor.seen).toEqual([]);
  });

  test('a redirect is not followed', async () => {
    let asked = 0;
    const elsewhere = createServer((_, response) => void response.end(String(asked++)));
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => elsewhere.close(resolve)));
    const { port } = elsewhere.address() as AddressInfo;
    way.vendor.inject({ kind: 'answer', status: 307, headers: { Location: `http://127.0.0.1:${port}/` } });
    const failure = await failureOf(send());
    // Slack's own client takes a redirect for a broken connection.
    expect(failure.type).toBe(kind === 'slack' ? 'MessageNotSent' : 'MessageRefused');
    expect([asked, way.copies()]).toEqual([0, 0]);
  });

  test('a cancellation is not a failure of the vendor', async () => {
    const controller = new AbortController();
    way.vendor.inject({ kind: 'silent' });
    const sending = send(1, { signal: controller.signal, timeoutMs: 20_000 });
    const cancelled = expect(sending).rejects.toThrow('cancelled by a person');
    await until('the vendor has the page', () => way.vendor.seen.length === 1);
    controller.abort(new Error('cancelled by a person'));
    await cancelled;
  });
});

test('PagerDuty: acknowledged and resolved by the same key, and a new page after that calls again', async () => {
  const { channel, vendor } = await WAYS['pagerduty']!();
  closing.push(vendor.close);
  const { incidents } = vendor as unknown as Awaited<ReturnType<typeof startPagerDuty>>;
  const say = (action: 'trigger' | 'acknowledge' | 'resolve') =>
    sendPage({ channel, page: makePage({ action }) }, makeSending(SECRETS));
  await say('trigger');
  await say('acknowledge');
  expect(incidents.map(({ state }) => state)).toEqual(['acknowledged']);
  await say('resolve');
  expect(incidents.map(({ state }) => state)).toEqual(['resolved']);
  await say('trigger');
  expect(incidents.map(({ state, calls }) => [state, calls])).toEqual([
    ['resolved', 1],
    ['triggered', 1],
  ]);
});

test('GoAlert: closed by the same key; to acknowledge is refused, and nothing is sent', async () => {
  const { channel, vendor } = await WAYS['goalert']!();
  closing.push(vendor.close);
  const { alerts } = vendor as unknown as Awaited<ReturnType<typeof startGoAlert>>;
  await sendPage({ channel, page: makePage() }, makeSending(SECRETS));
  const failure = await failureOf(
    sendPage({ channel, page: makePage({ action: 'acknowledge' }) }, makeSending(SECRETS)),
  );
  expect(failure.message).toMatch(
    /^GoAlert \(127\.0\.0\.1:\d+\) \(token in the environment variable GOALERT_TOKEN\) did not take the message: its generic API opens and closes alerts, and acknowledges none\. Traffic and data were not changed by this: it only tells people\. Acknowledge the alert in GoAlert\.$/,
  );
  expect(vendor.seen).toHaveLength(1);
  await sendPage({ channel, page: makePage({ action: 'resolve' }) }, makeSending(SECRETS));
  expect(alerts.map(({ isOpen }) => isOpen)).toEqual([false]);
});

test('Slack: a bot that may not look pages again rather than not at all, and says that it may be a repeat', async () => {
  const vendor = await startSlackApi(SECRETS.SLACK_TOKEN, ['C0INCIDENTS']);
  closing.push(vendor.close);
  const channel = channelOf({
    kind: 'slack',
    token: { env: 'SLACK_TOKEN' },
    channel: 'C0INCIDENTS',
    baseUrl: vendor.url,
  });
  vendor.forbidReading();
  vendor.inject({ kind: 'cut' });
  await failureOf(sendPage({ channel, page: makePage() }, makeSending(SECRETS)));
  await sendPage({ channel, page: makePage() }, makeSending(SECRETS, { attempt: 2 }));
  expect(vendor.messages).toHaveLength(2);
  expect(JSON.stringify(vendor.messages[1]?.blocks)).toContain('you may have this already');
});

test.each([
  [
    'a key that is too short',
    { url: 'http://127.0.0.1:9/', key: 'short' },
    'its signing key is shorter than 16 characters',
  ],
  [
    'no URL',
    { url: 'sEcReT', key: SECRETS.SIGNING_KEY },
    'what is in the environment variable URL is not a URL that begins with https:// and has no login',
  ],
])('a webhook with %s is refused before anything is sent', async (_, { url, key }, why) => {
  const channel = channelOf({ kind: 'webhook', url: { env: 'URL' }, signingKey: { env: 'SIGNING_KEY' } });
  const failure = await failureOf(
    sendPage({ channel, page: makePage() }, makeSending({ URL: url, SIGNING_KEY: key })),
  );
  expect(failure.type).toBe('InvalidConfiguration');
  expect(failure.message).toContain(`${why}. ${CHANGED}`);
});

describe('e-mail', () => {
  const channel = () =>
    channelOf({
      kind: 'email',
      from: 'backout@example.com',
      to: ['oncall@example.com', 'lead@example.com'],
      smtp: {
        host: '127.0.0.1',
        port: mail.port,
        caFile: mail.caFile,
        user: 'backout',
        password: { env: 'SMTP_PASSWORD' },
      },
    });
  const send = (more: Parameters<typeof makeSending>[1] = {}) =>
    sendPage({ channel: channel(), page: makePage() }, makeSending(SECRETS, more));
  beforeEach(() => void mail.mails.splice(0));

  test('a page arrives once, encrypted, with its headers', async () => {
    await expect(send()).resolves.toMatchObject({
      channel: 'e-mail (oncall@example.com, lead@example.com)',
      provider: 'email',
      receipt: expect.stringMatching(/^250 .*queued as 4444444441$/),
    });
    const [taken] = mail.mails;
    expect(taken).toMatchObject({
      from: 'backout@example.com',
      to: ['oncall@example.com', 'lead@example.com'],
      encrypted: true,
      user: 'backout',
    });
    expect(taken?.raw).toMatch(/^Subject: listings in production is being rolled back \(P0\)\r?$/m);
    expect(taken?.raw).toMatch(/^In-Reply-To:\s+<incident-[0-9a-f]{40}@example\.com>\r?$/m);
    expect(taken?.raw).toMatch(/^References:\s+<incident-[0-9a-f]{40}@example\.com>\r?$/m);
    expect(taken?.raw).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
    expect(taken?.raw).toContain('Content-Type: multipart/alternative');
  });

  test.each<[string, SmtpFault]>([
    ['the connection is closed before the answer', { kind: 'cut' }],
    ['the answer is too late', { kind: 'silent' }],
  ])('where %s, a second mail has the same Message-ID', async (_, fault) => {
    mail.inject(fault);
    expect(await failureOf(send({ timeoutMs: 300 }))).toMatchObject({
      type: 'MessageNotSent',
      retryable: true,
    });
    await send({ attempt: 2 });
    expect(mail.mails).toHaveLength(2);
    expect(new Set(mail.mails.map(({ messageId }) => messageId)).size).toBe(1);
    expect(mail.mails[0]?.messageId).toMatch(/^<page-[0-9a-f]{40}@example\.com>$/);
  });
});
