/** FOLLOW_UP.md: what came after the rollback, beside its sealed report (requirement J4). Pure. */
import type { FollowUpStatus } from '../follow-up/status.ts';
import { followUpSentence, itemLine, servingLine } from '../follow-up/status.ts';
import { TROUBLE_NAMES } from '../follow-up/watch.ts';
import { remindedSentence } from '../follow-up/ways.ts';
import { FILES } from './files.ts';
import { formatTime } from './format.ts';
import { nounOf } from './kind.ts';
import { code, table, text } from './markdown.ts';
import { laterPagesSection } from './pages.ts';
import type { LaterPages } from './pages.ts';
import type { IncidentRecord } from '../rollback.ts';

/** The same state gives the same text, so that writing it again replaces it with itself. `later`: null where nobody was asked. */
export function renderFollowUp(
  record: IncidentRecord,
  status: FollowUpStatus,
  later: LaterPages | null = null,
): string {
  const sections = [
    [
      `# Follow-up: ${text(`${status.service} in ${status.environment}`)}`,
      '',
      text(followUpSentence(status)),
    ],
    [
      '## Summary',
      '',
      ...table(
        ['What', 'Value'],
        [
          ['State', status.phase],
          [`Of the ${nounOf(record)}`, `${code(status.rollback)}, see ${FILES.report}`],
          ['Watched', `from ${formatTime(status.startedAt)} to ${formatTime(watchedUntil(status))}`],
          ['Checks made', String(status.watch.made)],
          ['Checks left out or failed', String(status.watch.notMade)],
          ['Serves', text(servingLine(status.watch.release))],
          ['Last check', text(lastCheck(status))],
          ['Reminders', text(remindedSentence(status.reminded))],
          ['Bug ticket', text(status.bugTicket?.url ?? 'none was made by Backout')],
        ],
      ),
    ],
    troubleSection(status),
    laterPagesSection(record, later),
    ['## To do', '', ...status.items.map(itemBox)],
    status.problems.length === 0
      ? []
      : ['## What could not be done', '', ...status.problems.map((problem) => `- ${text(problem)}`)],
    [
      '## Timeline',
      '',
      ...table(
        ['Time', 'What', 'By'],
        status.timeline.map(({ at, what, by }) => [
          formatTime(at),
          text(what),
          by === undefined ? '' : `${text(by)} (declared)`,
        ]),
      ),
    ],
    [
      '---',
      '',
      `Written by Backout from the history of workflow ${text(status.workflowId)}. All times are UTC.`,
      `${FILES.report} beside it is as it was when the ${nounOf(record)} ended; ${FILES.manifest} has the hash of both.`,
    ],
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`;
}

const watchedUntil = ({ watchUntil, endedAt }: FollowUpStatus): string =>
  endedAt !== null && endedAt < watchUntil ? endedAt : watchUntil;

function lastCheck({ watch }: FollowUpStatus): string {
  return watch.last === null ? 'none was made' : `${formatTime(watch.last.at)}: ${watch.last.said}`;
}

function troubleSection({ watch }: FollowUpStatus): string[] {
  if (watch.troubles.length === 0) return ['## Trouble', '', 'None was found.'];
  const rows = watch.troubles.map(({ kind, since, until, seen, times, detail, ticket }) => [
    TROUBLE_NAMES[kind],
    until === null ? `**since ${formatTime(since)}**` : `over since ${formatTime(until)}`,
    String(times),
    String(seen),
    text(detail),
    text(ticket?.url ?? 'none'),
  ]);
  return ['## Trouble', '', ...table(['Kind', 'State', 'Came', 'Checks', 'Last seen', 'Ticket'], rows)];
}

function itemBox(item: FollowUpStatus['items'][number]): string {
  return `- [${item.ticked === null ? ' ' : 'x'}] ${text(itemLine(item))}`;
}
