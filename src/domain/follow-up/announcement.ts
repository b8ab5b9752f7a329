/** The messages of a follow-up. Each says that nothing was changed by it, and what to do next. */
import type { Announcement } from '../announcement-parts.ts';
import { title } from '../announcement-parts.ts';
import { reportPath } from '../report/files.ts';
import { formatTime } from '../report/format.ts';
import { nounOf, routeOf } from '../report/kind.ts';
import type { IncidentRecord } from '../rollback.ts';
import type { Item } from './items.ts';
import { openItems } from './items.ts';
import type { Missed } from './reminders.ts';
import { followUpSentence, itemLine, servingLine, troubleLine } from './status.ts';
import type { FollowUpStatus } from './status.ts';
import { times } from './tickets.ts';
import { TROUBLE_NAMES } from './watch.ts';
import type { Trouble } from './watch.ts';

export type FollowUpMoment =
  | { is: 'trouble'; trouble: Trouble }
  | { is: 'trouble-over'; trouble: Trouble }
  /** `missed`: the reminders before it that nobody was there to send; null: none. */
  | { is: 'reminder'; items: Item[]; escalated: boolean; missed: Missed | null }
  /** Said only where somebody was paged. */
  | { is: 'page-over' }
  | { is: 'watch-over' }
  | { is: 'ended' };

export type FollowUpMessage = {
  moment: FollowUpMoment;
  /** Messages before this one: a reminder must not be taken for the one before. */
  count: number;
  record: IncidentRecord;
  status: FollowUpStatus;
};

const UNCHANGED = 'Nothing was changed by this: traffic and data are as they were.';

export function announceFollowUp(message: FollowUpMessage): Announcement {
  const { moment, record, status, count } = message;
  const about = {
    // It begins as those of its rollback do: so it belongs to the same thread.
    id: [record.status.workflowId, record.status.startedAt, 'follow-up', moment.is, String(count)],
    fields: fieldsOf(record, status),
  };
  switch (moment.is) {
    case 'trouble':
      return {
        ...about,
        tone: 'bad',
        title: title(
          `TROUBLE AFTER THE ${nounOf(record).toUpperCase()}, ${TROUBLE_NAMES[moment.trouble.kind]}`,
          record,
        ),
        body: [
          `${moment.trouble.detail} ${UNCHANGED}`,
          `The checks go on every few minutes; you are told when it is over, and not at each check.`,
        ],
        lists: [],
        commands: [
          {
            heading: 'Look',
            lines: [
              `backout status ${status.workflowId}`,
              `backout plan ${status.service} --env ${status.environment}`,
            ],
          },
        ],
      };
    case 'trouble-over':
      return {
        ...about,
        tone: 'good',
        title: title(`Over: ${TROUBLE_NAMES[moment.trouble.kind]}`, record),
        body: [
          `The check at ${formatTime(moment.trouble.until ?? moment.trouble.since)} did not find it any more; it lasted since ${formatTime(moment.trouble.since)}. ${UNCHANGED}`,
        ],
        lists: [],
        commands: [],
      };
    case 'reminder':
      return {
        ...about,
        tone: 'question',
        title: title(
          `${moment.escalated ? 'STILL NOT DONE' : 'To be done'}: ${moment.items.map(({ name }) => name).join(', ')}`,
          record,
        ),
        body: [
          `After the ${nounOf(record)} ${routeOf(record.plan)} this is still open. ${UNCHANGED}`,
          ...(moment.escalated
            ? ['Nobody has said that it is done although people were reminded, so more of them are told.']
            : []),
          ...(moment.missed === null ? [] : [missedSentence(moment.missed)]),
        ],
        lists: [{ heading: 'Open', items: moment.items.map(itemLine) }],
        commands: [
          { heading: 'When it is done', lines: moment.items.map((item) => tickCommand(status, item)) },
        ],
      };
    case 'page-over':
      return {
        ...about,
        tone: 'good',
        title: title('What you were paged about is over', record),
        body: [`${followUpSentence(status)} ${UNCHANGED}`],
        lists: [],
        commands: [],
      };
    case 'watch-over':
      return {
        ...about,
        tone: status.watch.troubles.some(({ until }) => until === null) ? 'bad' : 'good',
        title: title('The watch is over', record),
        body: [`${followUpSentence(status)} ${UNCHANGED}`],
        lists: listsOf(status),
        commands: openCommands(status),
      };
    case 'ended':
      return {
        ...about,
        tone: status.phase === 'done' ? 'good' : 'bad',
        title: title(
          status.phase === 'done' ? 'All is done' : 'NOT ALL IS DONE, and nobody is reminded any more',
          record,
        ),
        body: [`${followUpSentence(status)} ${UNCHANGED}`],
        lists: listsOf(status),
        commands: [],
      };
  }
}

/** Whoever is told late is told so. */
export const missedSentence = ({ reminders, since }: Missed): string =>
  `No worker ran to send ${times(reminders, 'earlier reminder')}, due from ${formatTime(since)} on: this one stands for ${reminders === 1 ? 'it' : 'them'}.`;

function fieldsOf({ plan }: IncidentRecord, status: FollowUpStatus): Announcement['fields'] {
  const report = reportPath(status.incidentFolder);
  return [
    ['Service', plan.service],
    ['Environment', plan.environment],
    ['Serves', servingLine(status.watch.release)],
    ['Follow-up', status.workflowId],
    ...(status.bugTicket === null ? [] : [['Bug ticket', status.bugTicket.url] as [string, string]]),
    ...(report === null ? [] : [['Report, on the worker', report] as [string, string]]),
  ];
}

function listsOf({ watch, items }: FollowUpStatus): Announcement['lists'] {
  return [
    { heading: 'Trouble', items: watch.troubles.map(troubleLine) },
    { heading: 'Open', items: openItems(items).map(itemLine) },
  ];
}

function openCommands(status: FollowUpStatus): Announcement['commands'] {
  const open = openItems(status.items).filter(({ name }) => name !== 'watched');
  if (open.length === 0) return [];
  return [{ heading: 'When it is done', lines: open.map((item) => tickCommand(status, item)) }];
}

const tickCommand = ({ workflowId }: FollowUpStatus, { name }: Item): string =>
  `backout tick ${workflowId} ${name} --note "WHAT WAS DONE"`;
