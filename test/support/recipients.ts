/** Everybody outside who hears of a rollback beside the pagers: each a server of its own, which counts what it got. */
import { startEventReceiver } from './cdevents.ts';
import { REPO, startGithub } from './github-api.ts';
import { JIRA, startJira } from './jira-api.ts';
import { startSlackApi } from './slack-api.ts';
import { startSmtp } from './smtp.ts';
import { startStatuspage } from './statuspage-api.ts';
import { json, startVendor } from './vendor.ts';
import type { Vendor } from './vendor.ts';

/** What the worker has in its environment. */
export const SECRETS = {
  SENDS_STATUSPAGE: 'sp-key-0123456789abcdef',
  SENDS_PAGE_TOKEN: 'page-token-0123456789',
  SENDS_BOT: 'xoxb-token',
  SENDS_JIRA: JIRA.token,
  SENDS_GITHUB: 'ghp_0123456789abcdef',
  SENDS_EVENTS: 'events-token-0123456789',
};

export type Recipients = Awaited<ReturnType<typeof startRecipients>>;

export async function startRecipients() {
  const [statuspage, page, mail, bot, hook, events, github, jira, jiraServer] = await Promise.all([
    startStatuspage({ pageId: 'page1', apiKey: SECRETS.SENDS_STATUSPAGE }),
    startPage(),
    startSmtp(),
    startSlackApi(SECRETS.SENDS_BOT, ['C0INCIDENTS']),
    startHook(),
    startEventReceiver({ token: SECRETS.SENDS_EVENTS }),
    startGithub(),
    startJira('3'),
    startJira('2'),
  ]);
  return { statuspage, page, mail, bot, hook, events, github, jira, jiraServer };
}

export type PageDelivery = { key: string; update: Record<string, unknown> };

/** A status page behind a webhook, as docs/status-page.md asks for it. It keeps repeats, too, to count them. */
async function startPage(): Promise<Vendor & { readonly deliveries: PageDelivery[] }> {
  const deliveries: PageDelivery[] = [];
  const vendor = await startVendor(({ headers, body }) => {
    if (headers.authorization !== `Bearer ${SECRETS.SENDS_PAGE_TOKEN}`) return { status: 401 };
    const key = String(headers['idempotency-key']);
    deliveries.push({ key, update: JSON.parse(body) as Record<string, unknown> });
    return json(200, {});
  });
  return { ...vendor, deliveries };
}

/** A Slack channel behind an incoming webhook. */
async function startHook(): Promise<Vendor & { readonly messages: string[] }> {
  const messages: string[] = [];
  const vendor = await startVendor(({ body }) => {
    messages.push(body);
    return { status: 200, body: 'ok' };
  });
  return { ...vendor, messages };
}

/** How the worker reaches them. */
export function settingsOf({
  statuspage,
  page,
  mail,
  bot,
  hook,
  events,
  github,
  jira,
  jiraServer,
}: Recipients) {
  const smtp = { host: '127.0.0.1', port: mail.port, caFile: mail.caFile };
  const jiraToken = { env: 'SENDS_JIRA' };
  return {
    statuspage: {
      kind: 'statuspage',
      pageId: 'page1',
      apiKey: { env: 'SENDS_STATUSPAGE' },
      baseUrl: `${statuspage.url}/v1`,
    },
    page: { kind: 'webhook', url: page.url, token: { env: 'SENDS_PAGE_TOKEN' } },
    stakeholders: { mail: { from: 'backout@example.com', smtp }, to: ['product@example.com'] },
    customerNotice: { mail: { from: 'support@example.com', smtp }, to: ['customers@lists.example.com'] },
    slack: {
      incidents: { token: { env: 'SENDS_BOT' }, channel: 'C0INCIDENTS', baseUrl: bot.url },
      deployments: { env: 'SENDS_HOOK' },
    },
    hook: `${hook.url}/services/T0/B0/hook`,
    events: { url: events.url, token: { env: 'SENDS_EVENTS' } },
    trackers: [
      { github: { repo: REPO, token: { env: 'SENDS_GITHUB' }, baseUrl: github.url } },
      { jira: { url: jira.url, project: JIRA.project, user: JIRA.user, token: jiraToken } },
      { jira: { url: jiraServer.url, project: JIRA.project, token: jiraToken, apiVersion: '2' } },
    ],
  };
}
