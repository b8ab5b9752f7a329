/** Each recipient of a follow-up's messages, at real servers. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tellOfFollowUp } from '../../../activities/notification/follow-up.ts';
import { announceFollowUp } from '../../../src/domain/follow-up/announcement.ts';
import type { FollowUpRecipient } from '../../../src/domain/follow-up/ways.ts';
import { emailPageSchema, slackPageSchema } from '../../../src/domain/paging/channel.ts';
import { stakeholdersSchema } from '../../../src/domain/stakeholders.ts';
import { followUpStatus } from '../../support/follow-ups.ts';
import { CONFIG, makeRecord } from '../../support/records.ts';
import { startSlack } from '../../support/slack.ts';
import type { SlackReceiver } from '../../support/slack.ts';
import { startSmtp } from '../../support/smtp.ts';
import type { MailServer } from '../../support/smtp.ts';

let server: MailServer;
let slack: SlackReceiver;
beforeEach(async () => {
  server = await startSmtp();
  slack = await startSlack();
});
afterEach(async () => {
  await server.close();
  await slack.close();
});

const status = followUpStatus();
const items = status.items.filter(({ name }) => name === 'root-cause');
const announcement = announceFollowUp({
  moment: { is: 'reminder', items, escalated: true, missed: null },
  count: 3,
  record: makeRecord(),
  status,
});
const from = 'backout@example.com';
const smtp = () => ({ host: '127.0.0.1', port: server.port, caFile: server.caFile });
const tell = (to: FollowUpRecipient, { attempt = 1, config = CONFIG } = {}) =>
  tellOfFollowUp(
    { env: { PAGES: slack.url('pages'), SLACK_INCIDENTS: slack.url('incidents') }, fetch },
    { to, config, announcement },
    { attempt, signal: new AbortController().signal },
  );

test('a level by mail: what is open, the command that ticks it, and one Message-ID for every try', async () => {
  const leads = emailPageSchema.parse({
    kind: 'email',
    name: 'leads',
    from,
    to: ['leads@example.com'],
    smtp: smtp(),
  });
  await tell(leads);
  await tell(leads, { attempt: 2 });
  const [first, second] = server.mails;
  expect(first?.to).toEqual(['leads@example.com']);
  expect(first?.raw).toContain('STILL NOT DONE: root-cause: listings in production');
  expect(first?.raw.replaceAll('=\r\n', '')).toContain(`backout tick ${status.workflowId} root-cause`);
  expect(second?.messageId).toBe(first?.messageId);
  expect(second?.raw).toContain('Sent again after a try that was cut off');
});

test('a level by Slack, mentioning nobody', async () => {
  await tell(slackPageSchema.parse({ kind: 'slack', webhook: { env: 'PAGES' }, mention: [] }));
  expect(slack.messages.map(({ channel }) => channel)).toEqual(['pages']);
  expect(slack.messages[0]?.text).toContain('STILL NOT DONE: root-cause');
  expect(slack.messages[0]?.text).not.toMatch(/<[!@]/);
});

test('a channel of Slack by its purpose, and the stakeholders', async () => {
  await tell('incidents');
  expect(slack.messages.map(({ channel }) => channel)).toEqual(['incidents']);
  const stakeholders = stakeholdersSchema.parse({
    mail: { from, smtp: smtp() },
    to: ['product@example.com'],
  });
  await tell('stakeholders', { config: { ...CONFIG, stakeholders } });
  expect(server.mails.map(({ to }) => to)).toEqual([['product@example.com']]);
});
