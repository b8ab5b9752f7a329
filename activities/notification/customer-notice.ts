/** Sends a customer notice by mail. */
import { createHash } from 'node:crypto';
import type { Notice } from '../../src/domain/customer-notice/draft.ts';
import type { CustomerNoticeSettings } from '../../src/domain/customer-notice/settings.ts';
import { escape, mailSubject } from '../mail/content.ts';
import { sendMail } from '../mail/smtp.ts';
import type { Mail } from '../mail/smtp.ts';

/**
 * Pure. `key` is the same for every try of the notice of one rollback. With it, the same text has the same Message-ID, so that mail
 * systems drop one that they have already; a corrected text has another, since they would drop that, too.
 */
export function toNoticeMail(notice: Notice, { mail, name, to }: CustomerNoticeSettings, key: string): Mail {
  const same = JSON.stringify([key, notice.subject, notice.body]);
  const hash = createHash('sha256').update(same).digest('hex').slice(0, 40);
  const paragraphs = notice.body.split(/\n{2,}/);
  return {
    from: mail.from,
    fromName: name ?? null,
    to: [],
    bcc: to,
    subject: mailSubject({ title: notice.subject }),
    text: `${notice.body}\n`,
    html: [
      '<!doctype html><html><body>',
      ...paragraphs.map((paragraph) => `<p>${escape(paragraph).replaceAll('\n', '<br>')}</p>`),
      '</body></html>',
    ].join('\n'),
    messageId: `<notice-${hash}@${mail.from.slice(mail.from.lastIndexOf('@') + 1)}>`,
    priority: 'normal',
  };
}

/** @returns the server's answer. Throws as `sendMail`. */
export async function sendNotice(
  { notice, key, settings }: { notice: Notice; key: string; settings: CustomerNoticeSettings },
  { env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<string> {
  return await sendMail(
    {
      to: `customers by e-mail (${settings.to.join(', ')})`,
      smtp: settings.mail.smtp,
      mail: toNoticeMail(notice, settings, key),
    },
    { env, signal },
  );
}
