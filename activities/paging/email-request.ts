/** A page as a mail. Pure. */
import { pageText } from '../../src/domain/paging/page-text.ts';
import type { Page } from '../../src/domain/paging/page.ts';
import { oneLine } from '../../src/domain/report/plain.ts';
import { mailHtml, mailSubject } from '../mail/content.ts';
import type { Mail } from '../mail/smtp.ts';
import { hashOf } from './keys.ts';
import { REPEAT_NOTE } from '../outbound/repeat-note.ts';

/** `In-Reply-To` is one ID per incident, so that mail programs show its pages as one conversation. */
export function toMail(
  page: Page,
  { from, to, repeat }: { from: string; to: string[]; repeat: boolean },
): Mail {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const { level, title, body, commands } = page;
  return {
    from,
    to,
    subject: mailSubject(page),
    text: `${[oneLine(title), pageText(page), ...(repeat ? [REPEAT_NOTE] : [])].join('\n\n')}\n`,
    html: mailHtml({
      title,
      body,
      facts: [['Level', `${level.number}: ${level.name}`], ...page.facts],
      commands,
      ...(repeat ? { note: REPEAT_NOTE } : {}),
    }),
    messageId: `<page-${hashOf(page.id)}@${domain}>`,
    inReplyTo: `<incident-${hashOf(page.incidentKey)}@${domain}>`,
    priority: 'high',
  };
}
