/** Public updates in words for the people who run the rollback: timeline, status and the Temporal UI. */
import { formatTime } from '../report/format.ts';
import { asSentence, oneLine } from '../report/plain.ts';
import type { Posted, PublicUpdatesStatus, RollbackPublicUpdates } from './state.ts';
import type { PublicUpdate } from './update.ts';

/** One sentence for the timeline. */
export function postedSentence(page: string, { status, body }: PublicUpdate, { incident }: Posted): string {
  const where = incident === null ? '' : ` (incident ${oneLine(incident)})`;
  return `${page} says “${status}”${where}: ${oneLine(body)}`;
}

export function failedSentence(page: string, problem: string, nextAt: string): string {
  return `${page} could not be told. ${asSentence(problem)} It is tried again at ${formatTime(nextAt)}; the rollback does not wait for it.`;
}

/** What `status` shows of it, a line each. */
export function publicUpdatesLines(updates: RollbackPublicUpdates): string[] {
  if (updates.state === 'off') return [updates.said];
  const { page, posted, url, problem, said } = updates;
  const last = posted.at(-1);
  return [
    last === undefined
      ? `${page}: nothing is posted yet.${nextSentence(updates)}`
      : `${page}: “${last.status}” since ${formatTime(last.at)}.${nextSentence(updates)}`,
    ...(url === null ? [] : [oneLine(url)]),
    ...(problem === null ? [] : [oneLine(problem)]),
    ...(said === null ? [] : [oneLine(said)]),
  ];
}

function nextSentence({ nextAt, problem }: PublicUpdatesStatus): string {
  if (nextAt === null) return '';
  return ` ${problem === null ? 'Next update' : 'Tried again'}: ${formatTime(nextAt)}.`;
}

/** The Temporal UI's current details, in Markdown. */
export function publicUpdatesDetails(status: PublicUpdatesStatus): string {
  return [
    ...publicUpdatesLines(status),
    '',
    ...status.posted
      .slice(-10)
      .map(({ at, status: is, body }) => `- ${formatTime(at)}, ${is}: ${oneLine(body)}`),
  ].join('\n');
}
