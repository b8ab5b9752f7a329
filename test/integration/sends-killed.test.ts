/**
 * What everybody beside the pagers gets (those are in paging.test.ts) when the worker is killed between sending and recording: each
 * recipient takes what it is sent and never says so, the worker dies, and another one goes on. In the order of a rollback: the
 * first message of each kind, one in between, the last. The table of docs/channels.md says the same.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import type { SlackPayload } from '../../activities/slack/payload.ts';
import type { AnnouncementResult } from '../../activities/types.ts';
import type { Session } from '../../src/cli/temporal/connect.ts';
import { sendNotice } from '../../src/cli/temporal/send-notice.ts';
import { SENT_BELOW } from '../../src/domain/customer-notice/draft.ts';
import type { Ticket } from '../../src/domain/follow-up/tickets.ts';
import type { Posted } from '../../src/domain/status-page/state.ts';
import { REPO } from '../support/github-api.ts';
import { CONFIG } from '../support/records.ts';
import { startOwnWorker } from '../support/own-worker.ts';
import type { OwnWorker } from '../support/own-worker.ts';
import { SECRETS, settingsOf, startRecipients } from '../support/recipients.ts';
import type { Recipients } from '../support/recipients.ts';
import { createSends } from '../support/sends.ts';
import type { Send } from '../support/sends-workflow.ts';
import { makeTagRemote } from '../support/tag-remote.ts';
import type { TagRemote } from '../support/tag-remote.ts';
import { until } from '../support/until.ts';

const taskQueue = `sends-${randomUUID()}`;
const ROLLBACK = {
  workflowId: `rollback-${taskQueue}`,
  runId: randomUUID(),
  startedAt: new Date().toISOString(),
  requestedBy: 'anna',
};
const MAY_BE_A_REPEAT = 'you may have this already';
/** Longer than it takes until another worker looks for the ticket that was made. */
const SEARCH_LAG_MS = 10_000;

let folder: string;
let recipients: Recipients;
let remote: TagRemote;
let sends: ReturnType<typeof createSends>;
let worker: OwnWorker;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backout-sends-'));
  recipients = await startRecipients();
  const settings = settingsOf(recipients);
  remote = await makeTagRemote(folder, ['1.4.0', '1.5.0', '1.6.0']);
  sends = createSends(ROLLBACK, settings, remote.path);
  // What a killed worker leaves lying about goes with the folder.
  const env = { ...SECRETS, SENDS_HOOK: settings.hook, TMPDIR: folder };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  worker = await startOwnWorker({
    folder,
    temporal: { address: inject('temporal').address, taskQueue },
    workflows: './sends-workflow.ts',
    config: {
      incidents: { directory: join(folder, 'incidents') },
      slack: settings.slack,
      customerNotice: settings.customerNotice,
      services: { listings: { environments: { production: { target: CONFIG.target } } } },
    },
  });
});

afterAll(async () => {
  await worker.close();
  await Promise.all(Object.values(recipients).map((recipient) => recipient.close()));
  await remote.letGo();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** Sends all of it, kills the worker when it is `taken` and nothing of it recorded, and lets another one end it. */
async function sendAndDie(all: Send[], taken: () => boolean | Promise<boolean>): Promise<unknown[]> {
  const handle = await worker.client.workflow.start('sendAll', {
    workflowId: `send-all-${randomUUID()}`,
    taskQueue,
    args: [all],
  });
  await until('everything that was sent is taken', taken);
  const { pendingActivities } = (await handle.describe()).raw;
  await worker.replace();
  expect(pendingActivities).toHaveLength(all.length);
  return (await handle.result()) as unknown[];
}

type Copies = ReturnType<typeof copies>;

/** How many of each have arrived at everybody by now, repeats counted. */
function copies() {
  const { statuspage, page, mail, bot, hook, events, github, jira, jiraServer } = recipients;
  const trackers = [github, jira, jiraServer];
  return {
    incidents: statuspage.incidents.length,
    updates: statuspage.incidents.reduce((sum, { updates }) => sum + updates.length, 0),
    page: page.deliveries.length,
    mail: mail.mails.length,
    bot: bot.messages.length,
    hook: hook.messages.length,
    events: events.events.length,
    tickets: trackers.map(({ issues }) => issues.length),
    comments: trackers.map(({ issues }) => issues.reduce((sum, { comments }) => sum + comments.length, 0)),
  };
}

const has = (wanted: Copies): boolean => JSON.stringify(copies()) === JSON.stringify(wanted);

/** Whom a message reaches twice can tell: by its ID, or because it says so. All that was sent until now was cut off once. */
function expectRepeatsToBeKnown(): void {
  const { page, mail, hook, events } = recipients;
  for (const [first, ...others] of byId(page.deliveries, ({ key }) => key)) expect(others).toEqual([first]);
  for (const [first, ...others] of byId(events.events, ({ id }) => id)) expect(others).toEqual([first]);
  const says = (text: string) => text.includes(MAY_BE_A_REPEAT);
  for (const mails of byId(mail.mails, ({ messageId }) => messageId))
    expect(mails.map(({ raw }) => says(raw))).toEqual([false, true]);
  for (const messages of byId(hook.messages, blockIdOf)) expect(messages.map(says)).toEqual([false, true]);
}

function byId<One>(all: readonly One[], idOf: (one: One) => string): One[][] {
  return [...new Set(all.map(idOf))].map((id) => all.filter((one) => idOf(one) === id));
}

function blockIdOf(message: string): string {
  const header = (JSON.parse(message) as SlackPayload).blocks.find(({ type }) => type === 'header');
  return header?.type === 'header' ? header.block_id : '';
}

let incident: string | null;
let thread: string | undefined;
let tickets: Ticket[];

test('the first of each: one incident, one thread, one ticket, one tag; two where nobody can be asked', async () => {
  const { statuspage, page, mail, bot, hook, events, github, jira, jiraServer } = recipients;
  statuspage.inject({ kind: 'silent', only: 'POST' });
  page.inject({ kind: 'silent' });
  mail.inject({ kind: 'silent' });
  bot.inject({ kind: 'silent', only: 'POST /api/chat.postMessage' });
  hook.inject({ kind: 'silent' });
  events.mishaps.push('silent');
  github.fail('POST', `/repos/${REPO}/issues`, 'hang-after');
  jira.fail('POST', '/rest/api/3/issue', 'hang-after');
  jiraServer.fail('POST', '/rest/api/2/issue', 'hang-after');
  jira.lagMs = SEARCH_LAG_MS;
  await remote.holdBack('post-receive');
  const once: Copies = {
    ...{ incidents: 1, updates: 1, page: 1, mail: 1, bot: 1, hook: 1, events: 1 },
    ...{ tickets: [1, 1, 1], comments: [0, 0, 0] },
  };

  const [posted, , told, , , github1, jira1, jiraServer1, , tagged] = (await sendAndDie(
    [
      ...sends.publicUpdates({ stage: 'assessing', before: null, number: 1, incident: null }),
      ...sends.announcements('started'),
      ...sends.newTickets(),
      sends.event('incident.detected'),
      sends.tag('1.5.0'),
    ],
    async () => has(once) && (await remote.isHeld()),
  )) as [Posted, unknown, AnnouncementResult, unknown, unknown, ...{ ticket: Ticket }[]];

  expect(copies()).toEqual({ ...once, page: 2, mail: 2, hook: 2, events: 2 });
  expectRepeatsToBeKnown();
  expect(posted).toEqual({ outcome: 'already', incident: 'inc1', url: 'https://stspg.example.net/inc1' });
  expect(told.thread).toBe(bot.messages[0]?.ts);
  expect([github1, jira1, jiraServer1]).toMatchObject([
    { already: true, ticket: { system: 'github', id: '1' } },
    { already: true, ticket: { system: 'jira', id: 'OPS-1' } },
    { already: true, ticket: { system: 'jira', id: 'OPS-1' } },
  ]);
  expect(tagged).toMatchObject({ outcome: 'already' });
  await remote.letGo();
  expect(await remote.tags('rollback')).toEqual([
    `${sends.nameOfTag('1.5.0')} ${await remote.commitOf('v1.5.0')}`,
  ]);
  ({ incident } = posted);
  ({ thread } = told);
  tickets = [github1, jira1, jiraServer1].flatMap((made) => made?.ticket ?? []);
});

test('one in between, those of a freeze and a follow-up too: an update, a reply and a comment stand there once; a push that outlives its worker makes no second tag', async () => {
  const { statuspage, page, mail, bot, hook, events, github, jira, jiraServer } = recipients;
  const reply = { kind: 'silent', only: 'POST /api/chat.postMessage' } as const;
  statuspage.inject({ kind: 'silent', only: 'PATCH' });
  page.inject({ kind: 'silent' });
  mail.inject({ kind: 'silent' });
  bot.inject(reply, reply, reply);
  hook.inject({ kind: 'silent' }, { kind: 'silent' }, { kind: 'silent' });
  events.mishaps.push('silent');
  github.fail('POST', `/repos/${REPO}/issues/1/comments`, 'hang-after');
  jira.fail('POST', '/rest/api/3/issue/OPS-1/comment', 'hang-after');
  jiraServer.fail('POST', '/rest/api/2/issue/OPS-1/comment', 'hang-after');
  await remote.holdBack('pre-receive');
  const before = copies();
  const once: Copies = {
    ...{ incidents: 1, updates: 2, page: before.page + 1, mail: before.mail + 1, bot: 4 },
    ...{ hook: before.hook + 3, events: before.events + 1, tickets: [1, 1, 1], comments: [1, 1, 1] },
  };

  await sendAndDie(
    [
      ...sends.publicUpdates({ stage: 'mending', before: 'assessing', number: 2, incident }),
      ...sends.announcements('traffic-shifted', thread),
      ...sends.ofFreeze(),
      ...sends.ofFollowUp(),
      ...sends.comments('again', tickets),
      sends.event('service.rolledback'),
      sends.tag('1.6.0'),
    ],
    async () => has(once) && (await remote.isHeld()),
  );

  expect(copies()).toEqual({
    ...once,
    ...{ page: once.page + 1, mail: once.mail + 1, hook: once.hook + 3, events: once.events + 1 },
  });
  expectRepeatsToBeKnown();
  expect(bot.messages.map((message) => message.thread)).toEqual([null, thread, thread, thread]);
  // The push of the worker that was killed goes on now, and comes too late.
  await remote.letGo();
  expect(await remote.tags('rollback')).toEqual([
    `${sends.nameOfTag('1.5.0')} ${await remote.commitOf('v1.5.0')}`,
    `${sends.nameOfTag('1.6.0')} ${await remote.commitOf('v1.6.0')}`,
  ]);
});

test('the last: resolved once, closed once, and the head of the thread says how it ended', async () => {
  const { statuspage, page, mail, bot, hook, events, github, jira, jiraServer } = recipients;
  statuspage.inject({ kind: 'silent', only: 'PATCH' });
  page.inject({ kind: 'silent' });
  mail.inject({ kind: 'silent' });
  bot.inject({ kind: 'silent', only: 'POST /api/chat.update' });
  hook.inject({ kind: 'silent' });
  events.mishaps.push('silent');
  github.fail('PATCH', `/repos/${REPO}/issues/1`, 'hang-after');
  jira.fail('POST', '/rest/api/3/issue/OPS-1/transitions', 'hang-after');
  jiraServer.fail('POST', '/rest/api/2/issue/OPS-1/transitions', 'hang-after');
  const before = copies();
  const once: Copies = {
    ...{ incidents: 1, updates: 3, page: before.page + 1, mail: before.mail + 1, bot: 5 },
    ...{ hook: before.hook + 1, events: before.events + 1, tickets: [1, 1, 1], comments: [2, 2, 2] },
  };
  const areClosed = () =>
    github.issues[0]?.state === 'closed' &&
    [jira, jiraServer].every(({ issues }) => issues[0]?.status === 'done');
  const headSaysTheEnd = () => bot.messages[0]?.text.startsWith('✅ Rolled back: listings in production');

  await sendAndDie(
    [
      ...sends.publicUpdates({ stage: 'resolved', before: 'mending', number: 3, incident }),
      ...sends.announcements('ended', thread),
      ...sends.comments('over', tickets),
      sends.event('incident.resolved'),
    ],
    () => has(once) && areClosed() && headSaysTheEnd() === true,
  );

  expect(copies()).toEqual({
    ...once,
    ...{ page: once.page + 1, mail: once.mail + 1, hook: once.hook + 1, events: once.events + 1 },
  });
  expectRepeatsToBeKnown();
  expect(statuspage.incidents[0]?.updates.map((update) => update.split(':')[0])).toEqual([
    'investigating',
    'identified',
    'resolved',
  ]);
  expect([areClosed(), headSaysTheEnd()]).toEqual([true, true]);
  expect(bot.messages.at(-1)?.thread).toBe(thread);
  const transitions = [jira, jiraServer].map(
    ({ calls }) =>
      calls.filter(({ method, path }) => method === 'POST' && path.endsWith('/transitions')).length,
  );
  expect(transitions).toEqual([1, 1]);
});

test('the customer notice: one, and a person is asked before there is a second, of the same ID; a corrected one has its own', async () => {
  const { mail } = recipients;
  const before = mail.mails.length;
  const incidentFolder = join(folder, 'incidents', 'rollback-20261121-041500');
  const { workflowId, startedAt } = ROLLBACK;
  const write = (text: string) =>
    writeFile(
      join(incidentFolder, 'CUSTOMER_NOTICE.md'),
      `${SENT_BELOW}\n\nSubject: Changes were lost\n\n${text}\n`,
    );
  await mkdir(incidentFolder, { recursive: true });
  await writeFile(
    join(incidentFolder, '.backout-owner.json'),
    JSON.stringify({ format: 'backout.owner/1', workflowId, startedAt, host: 'here' }),
  );
  await write('What you entered at 04:00 is lost.');
  const session = {
    client: worker.client,
    settings: { taskQueue },
    program: 'backout',
  } as unknown as Session;
  const request = {
    rollback: { workflowId, startedAt },
    ...{ service: 'listings', environment: 'production', incidentFolder, by: 'anna' },
  };
  const tell = (again = false) =>
    sendNotice(session, request, { again, interrupt: new AbortController().signal });

  mail.inject({ kind: 'silent' });
  const told = tell().then(
    () => 'sent',
    (error: Error) => error.message,
  );
  await until('the notice is taken', () => mail.mails.length === before + 1);
  await worker.replace();
  expect(await told).toBe(
    'It is not known whether the notice was sent: the worker that was sending it stopped answering. Backout does not try again by itself, since customers would get it twice. Traffic and data were not changed by this. Ask whoever runs the mail server whether it took it. If it did not, say so again with --again.',
  );
  await expect(tell()).rejects.toThrow(
    /^An earlier try may have sent this notice: .* Nothing was sent now\./,
  );
  const sent = () => mail.mails.slice(before).map(({ messageId }) => messageId);
  expect(sent()).toHaveLength(1);

  await tell(true);
  await write('What you entered at 03:00 is lost, too.');
  await tell(true);
  const [first, again, corrected] = sent();
  expect(sent()).toHaveLength(3);
  expect(again).toBe(first);
  expect(corrected).not.toBe(first);
});
