/**
 * CUSTOMER_NOTICE.md (requirement H3): what customers are told when data was lost, drafted for a person to complete. Nothing
 * of it is sent before a person says so. Pure.
 */
import { databaseOf } from '../plan.ts';
import { momentsOf } from '../report/durations.ts';
import { formatTime } from '../report/format.ts';
import { isRestored } from '../report/data.ts';
import { lossWindow } from '../report/loss.ts';
import { text } from '../report/markdown.ts';
import { enumerate } from '../report/plain.ts';
import type { IncidentRecord } from '../rollback.ts';

/** Marks what a person fills in. Nothing is sent while one is left. */
export const TO_FILL_IN = '[TO FILL IN';

/** What stands below it is sent, and nothing else. */
export const SENT_BELOW = '<!-- Only what stands below this line is sent. -->';

/** Is there anything to tell customers of? Only where this rollback has restored the database, as far as is proved. */
export const wantsNotice = (record: IncidentRecord): boolean => isRestored(record);

/** The draft. The same record gives the same text. `sent`: what stands below the mark, where it is not the default. */
export function renderNotice(record: IncidentRecord, sent = noticeText(record)): string {
  const { plan, status } = record;
  const { service } = plan;
  const database = databaseOf(plan);
  return `${[
    '# Customer notice (draft)',
    '',
    'For you, and not sent:',
    '',
    `- Data was lost. In full: ${text(lossWindow(database, status.loss))}`,
    ...(database.madeAtSource === 'file time'
      ? ['- The time of the backup is that of its file: check it before you write it to anybody.']
      : []),
    '- The database as it was before is kept for a while, see the report: part of what was lost may come back. Promise nothing before that is known.',
    `- Replace each \`${TO_FILL_IN} …]\`, brackets and all: while one is left, nothing is sent.`,
    `- Is “${text(service)}” the name that customers know? Let somebody who was not there read it, and whoever answers for data protection.`,
    '',
    SENT_BELOW,
    '',
    sent,
  ].join('\n')}\n`;
}

/** What is sent once it is completed: a line with the subject, and the text. */
export function noticeText(record: IncidentRecord): string {
  const { service } = record.plan;
  const { from, until } = lostOf(record);
  return [
    `Subject: Some of your recent changes in ${service} were lost`,
    '',
    'Hello,',
    '',
    `because of a fault in ${service} we had to put its data back to how they were at ${from}.`,
    '',
    `What was entered or changed in ${service} after ${from} and until ${until} is not there any more. What was entered after that is kept.`,
    '',
    `${TO_FILL_IN}: which of it, in the customers' own words. ${countedWords(record)}]`,
    '',
    `What you should do: ${TO_FILL_IN}: such as “look through what you entered in that time, and enter it again”]`,
    '',
    `If you need help: ${TO_FILL_IN}: where you are reached, and when]`,
    '',
    'We are sorry for this.',
    '',
    `${TO_FILL_IN}: who signs]`,
  ].join('\n');
}

/** The time whose changes are lost. */
export function lostOf(record: IncidentRecord): { from: string; until: string } {
  const { databaseRestored, ended, started } = momentsOf(record);
  return {
    from: formatTime(databaseOf(record.plan).madeAt),
    until: formatTime(databaseRestored ?? ended ?? started),
  };
}

/** The last count: `Counted: 12 rows of orders`. */
export function countedWords({ plan, status }: IncidentRecord): string {
  const rows = status.loss?.newerRows ?? databaseOf(plan).newerRows;
  const some = rows
    .filter((table) => table.rows !== 0)
    .map(({ table, rows: count }) => `${count ?? 'an unknown number of'} rows of ${table}`);
  if (some.length > 0) return `Counted: ${enumerate(some)}.`;
  return rows.length === 0 || (status.loss?.problem ?? null) !== null
    ? 'Nothing could be counted.'
    : `Counted: no newer rows of ${enumerate(rows.map(({ table }) => table))}; other tables were not counted.`;
}

export type Notice = { subject: string; body: string };

/** At most so much is a notice; more is a mistake. */
const MAX_LENGTH = 20_000;

/** What a person has made of the draft: subject and text, or why it can't be sent. A problem is one whole sentence. */
export function readNotice(file: string): { notice: Notice } | { problem: string } {
  const at = file.indexOf(SENT_BELOW);
  if (at < 0) return { problem: `It lacks the line \`${SENT_BELOW}\`, above which nothing is sent.` };
  const sent = file
    .slice(at + SENT_BELOW.length)
    .replace(/\r\n?/g, '\n')
    .trim();
  const left = sent.split('\n').filter((line) => line.includes(TO_FILL_IN)).length;
  if (left > 0) return { problem: `${left} lines still have \`${TO_FILL_IN} …]\` in them.` };
  const [, subject = '', body = ''] = /^Subject:[ \t]*([^\n]*)([\s\S]*)$/.exec(sent) ?? [];
  if (subject.trim() === '') return { problem: 'Its first line below the mark is not `Subject: …`.' };
  if (body.trim() === '') return { problem: 'There is no text below its subject.' };
  if (sent.length > MAX_LENGTH) return { problem: `It is longer than ${MAX_LENGTH} characters.` };
  return { notice: { subject: subject.trim(), body: body.trim() } };
}
