/** The notice leaves as one mail that shows nobody who else gets it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sendNotice, toNoticeMail } from '../../../activities/notification/customer-notice.ts';
import type { Notice } from '../../../src/domain/customer-notice/draft.ts';
import { customerNoticeSchema } from '../../../src/domain/customer-notice/settings.ts';
import { startSmtp } from '../../support/smtp.ts';
import type { MailServer } from '../../support/smtp.ts';

let server: MailServer;
beforeEach(async () => {
  server = await startSmtp();
});
afterEach(() => server.close());

const NOTICE = { subject: 'Lost', body: 'Hello,\n\na < b.\nSorry.' };
const settings = () =>
  customerNoticeSchema.parse({
    mail: {
      from: 'support@example.com',
      smtp: { host: '127.0.0.1', port: server.port, caFile: server.caFile },
    },
    name: 'Example Listings',
    to: ['a@lists.example.com', 'b@lists.example.com'],
  });

test('everybody gets it, and nobody sees who else does, nor that a tool sent it', async () => {
  const { signal } = new AbortController();
  await expect(
    sendNotice({ notice: NOTICE, key: 'rollback-1', settings: settings() }, { env: {}, signal }),
  ).resolves.toMatch(/^250 .*queued as/);
  const [mail] = server.mails;
  expect(server.mails).toHaveLength(1);
  expect(mail?.to).toEqual(['a@lists.example.com', 'b@lists.example.com']);
  expect(mail?.raw).toContain('From: Example Listings <support@example.com>');
  expect(mail?.raw).not.toMatch(/lists\.example\.com|Backout/);
});

test('what was written stays text, in paragraphs', () => {
  const first = toNoticeMail(NOTICE, settings(), 'rollback-1');
  expect(first.text).toBe('Hello,\n\na < b.\nSorry.\n');
  expect(first.html).toBe(
    '<!doctype html><html><body>\n<p>Hello,</p>\n<p>a &lt; b.<br>Sorry.</p>\n</body></html>',
  );
});

test('one text of one rollback has one Message-ID; a corrected one is no repeat that mail systems may drop', () => {
  const idOf = (change: Partial<Notice>, key = 'rollback-1') =>
    toNoticeMail({ ...NOTICE, ...change }, settings(), key).messageId;
  expect(idOf({})).toMatch(/^<notice-[0-9a-f]{40}@example\.com>$/);
  expect(idOf({})).toBe(idOf({}));
  const others = [idOf({ body: 'Corrected' }), idOf({ subject: 'Corrected' }), idOf({}, 'rollback-2')];
  expect(new Set([idOf({}), ...others]).size).toBe(4);
});
