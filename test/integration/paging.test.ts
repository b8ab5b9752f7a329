/** Paging by a real worker: what people get when it dies between sending and recording, and `backout page-test`. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { pageTest } from '../../src/cli/commands/page-test.ts';
import { pagingChannelSchema } from '../../src/domain/paging/channel.ts';
import type { PageReceipt } from '../../src/domain/paging/page.ts';
import type { PageTested } from '../../src/domain/paging/test-page.ts';
import { fakeIo } from '../cli/support/io.ts';
import { startGoAlert } from '../support/goalert.ts';
import { startOwnWorker } from '../support/own-worker.ts';
import type { OwnWorker } from '../support/own-worker.ts';
import { startPagerDuty } from '../support/pagerduty.ts';
import { makePage } from '../support/pages.ts';
import { startSlackApi } from '../support/slack-api.ts';
import { startSmtp } from '../support/smtp.ts';
import { until } from '../support/until.ts';
import { startVendor } from '../support/vendor.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';

const SECRETS = {
  PAGING_PD: '0123456789abcdef0123456789abcdef',
  PAGING_GOALERT: 'goalert-token',
  PAGING_BOT: 'xoxb-token',
  PAGING_SIGNING: 'a key of sixteen characters',
  PAGING_MAIL: 'mail-password',
  PAGING_HOOK: '',
};

const taskQueue = `paging-${randomUUID()}`;

async function startVendors() {
  const hookMessages: string[] = [];
  const hook = await startVendor(({ body }) => {
    hookMessages.push(body);
    return { status: 200, body: 'ok' };
  });
  return {
    pagerduty: await startPagerDuty(SECRETS.PAGING_PD),
    goalert: await startGoAlert(SECRETS.PAGING_GOALERT),
    slack: await startSlackApi(SECRETS.PAGING_BOT, ['C0INCIDENTS']),
    webhook: await startWebhookReceiver(SECRETS.PAGING_SIGNING),
    mail: await startSmtp({ login: { user: 'backout', password: SECRETS.PAGING_MAIL } }),
    hook: { ...hook, messages: hookMessages },
  };
}

type Vendors = Awaited<ReturnType<typeof startVendors>>;

const channelsOf = ({ pagerduty, goalert, slack, webhook, mail }: Vendors) => ({
  pagerduty: { kind: 'pagerduty', routingKey: { env: 'PAGING_PD' }, baseUrl: pagerduty.url },
  goalert: { kind: 'goalert', token: { env: 'PAGING_GOALERT' }, baseUrl: goalert.url },
  bot: { kind: 'slack', token: { env: 'PAGING_BOT' }, channel: 'C0INCIDENTS', baseUrl: slack.url },
  hook: { kind: 'slack', webhook: { env: 'PAGING_HOOK' } },
  mail: {
    kind: 'email',
    from: 'backout@example.com',
    to: ['oncall@example.com'],
    smtp: {
      host: '127.0.0.1',
      port: mail.port,
      caFile: mail.caFile,
      user: 'backout',
      password: { env: 'PAGING_MAIL' },
    },
  },
  webhook: { kind: 'webhook', url: webhook.url, signingKey: { env: 'PAGING_SIGNING' } },
});

const SERVICE = {
  environments: {
    production: {
      target: {
        kind: 'nginx-blue-green',
        site: '/etc/nginx/sites-available/listings',
        upstream: 'listings',
        probe: { url: 'http://127.0.0.1/', identityHeader: 'X-Release' },
        colours: Object.fromEntries(
          ['blue', 'green'].map((name, index) => [
            name,
            {
              servers: [`127.0.0.1:808${index}`],
              url: `http://127.0.0.1:808${index}`,
              process: { systemd: `${name}.service` },
            },
          ]),
        ),
      },
    },
  },
};

let folder: string;
let vendors: Vendors;
let worker: OwnWorker;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backout-paging-'));
  vendors = await startVendors();
  Object.assign(process.env, SECRETS, { PAGING_HOOK: `${vendors.hook.url}/services/T0/B0/hook` });
  worker = await startOwnWorker({
    folder,
    temporal: { address: inject('temporal').address, taskQueue },
    workflows: './page-workflow.ts',
    config: { escalation: { channels: channelsOf(vendors) }, services: { listings: SERVICE } },
  });
});

afterAll(async () => {
  await worker.close();
  await Promise.all(Object.values(vendors).map((vendor) => vendor.close()));
  for (const name of Object.keys(SECRETS)) Reflect.deleteProperty(process.env, name);
  await rm(folder, { recursive: true, force: true });
});

const copies = ({ pagerduty, goalert, slack, hook, mail, webhook }: Vendors) => ({
  pagerduty: pagerduty.incidents.reduce((sum, { calls }) => sum + calls, 0),
  goalert: goalert.alerts.length,
  bot: slack.messages.length,
  hook: hook.messages.length,
  mail: mail.mails.length,
  webhook: webhook.pages.length,
});

test('a worker dies between sending and recording: one copy where the provider knows a page again, two elsewhere', async () => {
  for (const vendor of Object.values(vendors)) vendor.inject({ kind: 'silent' });
  const channels = Object.values(channelsOf(vendors)).map((channel) => pagingChannelSchema.parse(channel));
  const handle = await worker.client.workflow.start('pageAll', {
    workflowId: `page-all-${randomUUID()}`,
    taskQueue,
    args: [{ channels, page: makePage() }],
  });
  const once = { pagerduty: 1, goalert: 1, bot: 1, hook: 1, mail: 1, webhook: 1 };
  await until(
    'every channel has taken the page',
    () => JSON.stringify(copies(vendors)) === JSON.stringify(once),
  );
  await worker.replace();

  const receipts = (await handle.result()) as PageReceipt[];
  expect(receipts.map(({ provider }) => provider)).toEqual([
    'pagerduty',
    'goalert',
    'slack',
    'slack',
    'email',
    'webhook',
  ]);
  expect(copies(vendors)).toEqual({ ...once, hook: 2, mail: 2 });
  expect(vendors.hook.messages[0]).not.toContain('you may have this already');
  expect(vendors.hook.messages[1]).toContain('you may have this already');
  expect(new Set(vendors.mail.mails.map(({ messageId }) => messageId)).size).toBe(1);
  expect(vendors.mail.mails.map(({ raw }) => raw.includes('you may have this already'))).toEqual([
    false,
    true,
  ]);
});

test('page-test sends a marked page through every channel, and says of one that fails what to do', async () => {
  const before = copies(vendors);
  vendors.goalert.inject({ kind: 'answer', status: 401 });
  const io = fakeIo();
  const exitCode = await pageTest(
    { config: worker.configFile, service: 'listings', yes: true, by: 'anna', json: true },
    io,
  );
  expect([exitCode, io.printed.err]).toEqual([1, '']);
  const { environment, channels } = JSON.parse(io.printed.out) as PageTested;
  expect([environment, channels.map(({ name, outcome }) => `${name} ${outcome}`)]).toEqual([
    'production',
    ['pagerduty taken', 'goalert failed', 'bot taken', 'hook taken', 'mail taken', 'webhook taken'],
  ]);
  expect(channels[1]).toMatchObject({
    what: 'GoAlert (goalert) (token in the environment variable PAGING_GOALERT) did not take the message: it answered 401.',
    next: 'The token is not one of a Generic API integration key: take it from the service in GoAlert and put it there.',
  });
  expect(copies(vendors)).toEqual({
    pagerduty: before.pagerduty + 1,
    goalert: before.goalert,
    bot: before.bot + 1,
    hook: before.hook + 1,
    mail: before.mail + 1,
    webhook: before.webhook + 1,
  });
  expect(vendors.mail.mails.at(-1)?.raw).toMatch(/^Subject: TEST, nothing is wrong: pages about listings/m);
});

test('page-test --close closes what it opened, and calls nobody', async () => {
  const before = copies(vendors);
  const io = fakeIo();
  const exitCode = await pageTest(
    { config: worker.configFile, service: 'listings', close: true, by: 'anna' },
    io,
  );
  expect(exitCode).toBe(0);
  expect(io.printed.out).toMatch(/^End of the test of paging about listings in production:$/m);
  expect(io.printed.out).toMatch(/^ {2}- mail: e-mail \(mail\): nothing to close there$/m);
  expect(vendors.pagerduty.incidents.map(({ key, state }) => `${key} ${state}`)).toEqual([
    'backout/listings/production/run-1 triggered',
    'backout-test/listings/production resolved',
  ]);
  expect(copies(vendors)).toEqual({ ...before, webhook: before.webhook + 1 });
});

test('page-test of a channel that is not configured calls nobody', async () => {
  const before = copies(vendors);
  await expect(
    pageTest({ config: worker.configFile, service: 'listings', channel: ['pager'], yes: true }, fakeIo()),
  ).rejects.toThrow(
    'There is no channel "pager" under escalation.channels. Nobody was paged, and traffic and data were not changed. Choose one of: pagerduty, goalert, bot, hook, mail, webhook.',
  );
  expect(copies(vendors)).toEqual(before);
});
