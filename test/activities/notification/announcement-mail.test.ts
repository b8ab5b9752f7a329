/** Messages about a rollback as mails: everything that requirement H1 lists, in one conversation. */
import { expect, test } from 'vitest';
import { toAnnouncementMail } from '../../../activities/notification/announcement-mail.ts';
import { announcementFor } from '../../../src/domain/announcement.ts';
import type { AnnouncementEvent } from '../../../src/domain/notification.ts';
import type { IncidentRecord } from '../../../src/domain/rollback.ts';
import { started, success, unverified } from '../../support/cases.ts';

const PEOPLE = { from: 'backout@example.com', to: ['product@example.com'] };
const mailOf = (event: AnnouncementEvent, record: IncidentRecord) =>
  toAnnouncementMail(announcementFor(event, record), PEOPLE);
const namesIn = (text: string) =>
  text
    .split('\n')
    .map((line) => /^([A-Z][A-Za-z ()]*?):( |$)/.exec(line)?.[1])
    .filter((name) => name !== undefined);

test('the mail at the start holds every field that people are promised', () => {
  const { subject, text, html } = mailOf('started', started());
  expect(subject).toBe('Rolling back: listings in production (P1)');
  expect(namesIn(text)).toEqual([
    'Rolling back',
    'Environment',
    'Service',
    'From (faulty)',
    'To',
    'Started by',
    'Incident commander',
    'Reason',
    'Status',
    'ETA',
    'Deadline',
    'Actions',
    'Next steps',
  ]);
  expect(text).toContain('\nActions:\n- Keep the state before the rollback\n');
  expect(html).toContain('<h3>Actions</h3><ul><li>Keep the state before the rollback</li>');
});

test('the mail at the end says how long, how resolved, what it did to customers, and what is next', () => {
  const { text } = mailOf('ended', success());
  expect(namesIn(text)).toEqual(
    expect.arrayContaining(['Duration', 'Resolution', 'Impact', 'Report', 'Next steps']),
  );
  expect(text).toContain('\nResolution: back on 1.4.0 (carol)\n');
});

test('all mails of a rollback answer its first one, under an ID that is the same for every try', () => {
  const first = mailOf('started', success());
  const moved = mailOf('traffic-shifted', success());
  const last = mailOf('ended', success());
  expect(first.messageId).toMatch(/^<rollback-[0-9a-f]{40}@example\.com>$/);
  expect(first.inReplyTo).toBeUndefined();
  expect([moved.inReplyTo, last.inReplyTo]).toEqual([first.messageId, first.messageId]);
  expect(new Set([first, moved, last].map(({ messageId }) => messageId)).size).toBe(3);
  expect(mailOf('ended', success()).messageId).toBe(last.messageId);
});

test('only what did not go well is urgent', () => {
  expect(mailOf('started', started()).priority).toBe('normal');
  expect(mailOf('ended', success()).priority).toBe('normal');
  expect(mailOf('ended', unverified()).priority).toBe('high');
});
