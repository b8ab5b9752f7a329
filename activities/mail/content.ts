/** What a mail says, as plain text and as HTML. What people and tools wrote stays text. Pure. */
import { messageText } from '../../src/domain/message-text.ts';
import type { MessageContent } from '../../src/domain/message-text.ts';
import { clean, oneLine, shorten } from '../../src/domain/report/plain.ts';

/** What lists of mails show. */
const MAX_SUBJECT = 200;

export type MailContent = MessageContent;

export const mailSubject = ({ title }: Pick<MailContent, 'title'>): string =>
  shorten(oneLine(title), MAX_SUBJECT);

export const mailText = messageText;

export function mailHtml({ title, body, facts, lists = [], commands = [], note }: MailContent): string {
  const rows = facts.map(
    ([name, value]) =>
      `<tr><th align="left" valign="top">${escape(oneLine(name))}</th><td>${escape(oneLine(value))}</td></tr>`,
  );
  return [
    '<!doctype html><html><body>',
    `<h2>${escape(oneLine(title))}</h2>`,
    ...body.map((paragraph) => `<p>${escape(clean(paragraph)).replaceAll('\n', '<br>')}</p>`),
    `<table cellpadding="4">${rows.join('')}</table>`,
    ...commands.map(
      ({ heading, lines }) =>
        `<h3>${escape(oneLine(heading))}</h3><pre>${escape(lines.map(clean).join('\n'))}</pre>`,
    ),
    ...lists
      .filter(({ items }) => items.length > 0)
      .map(
        ({ heading, items }) =>
          `<h3>${escape(oneLine(heading))}</h3><ul>${items.map((item) => `<li>${escape(oneLine(item))}</li>`).join('')}</ul>`,
      ),
    ...(note === undefined ? [] : [`<p><small>${escape(oneLine(note))}</small></p>`]),
    '</body></html>',
  ].join('\n');
}

export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
