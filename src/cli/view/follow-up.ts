/** A follow-up at this moment: what was seen, what is open, and how it is ticked. */
import { followUpSentence, itemLine, servingLine, troubleLine } from '../../domain/follow-up/status.ts';
import type { FollowUpStatus } from '../../domain/follow-up/status.ts';
import { openItems } from '../../domain/follow-up/items.ts';
import { remindedSentence } from '../../domain/follow-up/ways.ts';
import { formatTime } from '../../domain/report/format.ts';
import { oneLine } from '../../domain/report/plain.ts';
import type { Colours } from '../io.ts';
import type { Pasteable } from './progress.ts';

/** @param end how the workflow itself ended, where that was before everything was done */
export function renderFollowUp(
  status: FollowUpStatus,
  colours: Colours,
  { end = null, pasteable = (line) => line }: { end?: string | null; pasteable?: Pasteable } = {},
): string {
  const { bold, green, red } = colours;
  const { watch, items, bugTicket, problems, refusedMessages, workflowId } = status;
  const open = openItems(items).filter(({ name }) => name !== 'watched');
  const takesTicks = end === null && status.endedAt === null && open.length > 0;
  const lines = [
    bold(`${workflowId}: ${end ?? status.phase}`),
    `Follow-up of ${status.rollback}`,
    oneLine(followUpSentence(status)),
    `Serves: ${oneLine(servingLine(watch.release))}`,
    ...(watch.last === null ? [] : [`Last check, ${formatTime(watch.last.at)}: ${oneLine(watch.last.said)}`]),
    status.nextCheckAt === null
      ? 'The watch is over.'
      : `Next check ${formatTime(status.nextCheckAt)}; the watch ends ${formatTime(status.watchUntil)}.`,
    ...watch.troubles.map(
      (trouble) => `  ${trouble.until === null ? red('✘') : green('✔')} ${oneLine(troubleLine(trouble))}`,
    ),
    '',
    ...items.map((item) => `  ${item.ticked === null ? '·' : green('✔')} ${oneLine(itemLine(item))}`),
    ...(open.length === 0 || status.phase === 'given-up'
      ? []
      : ['', oneLine(remindedSentence(status.reminded))]),
    ...(bugTicket === null ? [] : ['', `Bug ticket: ${oneLine(bugTicket.url)}`]),
    ...problems.map((problem) => `${red('Problem:')} ${oneLine(problem)}`),
    ...refusedMessages
      .slice(-1)
      .map(({ name, why, at }) => `Last refused message, ${formatTime(at)}: ${oneLine(`${name}: ${why}`)}`),
    ...(takesTicks
      ? ['', 'When something is done:', `    ${pasteable(`backout tick ${workflowId} ITEM --note "…"`)}`]
      : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
