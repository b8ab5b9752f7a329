/** A message about a rollback as a mail. Pure. */
import { createHash } from 'node:crypto';
import type { Announcement } from '../../src/domain/announcement.ts';
import { mailHtml, mailSubject, mailText } from '../mail/content.ts';
import type { Mail } from '../mail/smtp.ts';

/** All mails of one rollback answer the first one, so that mail programs show them as one conversation. */
export function toAnnouncementMail(
  { id, title, body, fields, lists, commands, tone }: Announcement,
  { from, to, note }: { from: string; to: string[]; note?: string },
): Mail {
  const content = { title, body, facts: fields, lists, commands, ...(note === undefined ? {} : { note }) };
  const nameOf = (of: string[]) => messageId(of, from);
  const [workflowId = '', startedAt = ''] = id;
  const first = nameOf([workflowId, startedAt, 'started']);
  const own = nameOf(id);
  return {
    from,
    to,
    subject: mailSubject({ title }),
    text: mailText(content),
    html: mailHtml(content),
    messageId: own,
    ...(own === first ? {} : { inReplyTo: first }),
    priority: tone === 'question' || tone === 'bad' ? 'high' : 'normal',
  };
}

/** The same for every try of the same message. */
function messageId(id: string[], from: string): string {
  const hash = createHash('sha256').update(JSON.stringify(id)).digest('hex').slice(0, 40);
  return `<rollback-${hash}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}
