/** Tickets about a rollback, in no tracker's own format (requirements J2, J3). Pure: made of the record, without secrets. */
import type { IncidentRecord } from '../rollback.ts';
import type { Severity } from '../request.ts';
import { describeRelease } from '../plan.ts';
import { dataSentence } from '../report/data.ts';
import { deadlineSentence } from '../report/durations.ts';
import { reportPath } from '../report/files.ts';
import { formatTime } from '../report/format.ts';
import { isPartial, isRecovery, nounOf, routeOf } from '../report/kind.ts';
import { outcomeSentence } from '../report/outcome.ts';
import { oneLine, shorten } from '../report/plain.ts';
import type { Item } from './items.ts';
import { TROUBLE_NAMES } from './watch.ts';
import type { Trouble, TroubleKind } from './watch.ts';

/** What a tracker calls a ticket that was made. */
export type Ticket = {
  system: 'github' | 'jira';
  /** Issue number or key. */
  id: string;
  url: string;
};

/** What tells a ticket, or a comment, from any other. It is in the ticket, and looked for before one is made. */
export type Marker = string;

export type TicketDraft = {
  marker: Marker;
  title: string;
  body: Paragraph[];
  severity: Severity;
  /** Besides those that are configured. */
  labels: string[];
  /** ISO 8601: it can't have been made before. */
  since: string;
};

export type CommentDraft = { marker: Marker; body: Paragraph[] };

/** Text or a list of names and values; trackers write them in their own markup. */
export type Paragraph = string | [name: string, value: string][];

export type TicketKind = 'rollback' | TroubleKind;

/** Both trackers take 255 characters. */
const MAX_TITLE = 255;

/** A label of Jira may have no blanks, and a search for it no quotes. */
export function markerOf(followUpId: string, kind: TicketKind, count?: string): Marker {
  const plain = followUpId.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 150);
  const name = plain === followUpId ? plain : `${plain}-${fingerprint(followUpId)}`;
  return `backout:${name}:${kind}${count === undefined ? '' : `:${count}`}`;
}

/** So that two names that differ only in what can't be written are not taken for one. FNV-1a. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}

export type TicketContext = { followUpId: string; record: IncidentRecord };

/** The bug that made the rollback necessary. */
export function bugTicket({ followUpId, record }: TicketContext): TicketDraft {
  const { plan, status } = record;
  const { service, environment, request } = plan;
  return {
    marker: markerOf(followUpId, 'rollback'),
    title: titled(`${whatHappened(record)}: ${request.reason}`),
    severity: request.severity,
    labels: [environment, request.severity],
    since: status.startedAt,
    body: cleaned([
      outcomeSentence(record),
      [
        ['Service', service],
        ['Environment', environment],
        ['Severity', request.severity],
        [
          isRecovery(record) ? 'Release' : isPartial(record) ? 'What was changed' : 'From → to',
          routeOf(plan),
        ],
        ['Reason', request.reason],
        ['Requested by', request.requestedBy ?? 'somebody who gave no name'],
        ['Incident commander', request.incidentCommander ?? 'not named'],
        ['Started', formatTime(status.startedAt)],
        ['Deadline', deadlineSentence(record)],
        ['Data', dataSentence(record)],
        ['Customers affected', request.customerFacing ? 'yes' : 'no'],
        ['Report, on the worker', reportPath(status.incidentFolder) ?? 'none was written'],
        ['Workflow', status.workflowId],
      ],
      `What is known of the ${nounOf(record)} is in the report. To be found: the root cause, why it was not seen before the release, and what prevents it.`,
      `When it is found: \`backout tick ${followUpId} root-cause --note "…"\`.`,
    ]),
  };
}

function whatHappened(record: IncidentRecord): string {
  const { plan } = record;
  const { service, environment } = plan;
  if (isRecovery(record)) return `${service} went down in ${environment}`;
  if (isPartial(record)) return `${service} was rolled back in part in ${environment}`;
  return `${describeRelease(plan.from)} of ${service} was rolled back in ${environment}`;
}

/** One kind of trouble that a check has found after the rollback. */
export function troubleTicket(context: TicketContext, trouble: Trouble): TicketDraft {
  const { followUpId, record } = context;
  const { service, environment, request } = record.plan;
  return {
    marker: markerOf(followUpId, trouble.kind),
    title: titled(`${service} in ${environment} after its ${nounOf(record)}: ${TROUBLE_NAMES[trouble.kind]}`),
    severity: request.severity,
    labels: [environment, request.severity],
    since: record.status.startedAt,
    body: cleaned([
      `A check of the service after its ${nounOf(record)} found trouble. Nothing was changed by it: traffic and data are as they were.`,
      [
        ['Seen', trouble.detail],
        ['Since', formatTime(trouble.since)],
        ['Service', service],
        ['Environment', environment],
        [
          `${isRecovery(record) ? 'Recovery' : 'Rollback'}`,
          `${routeOf(record.plan)}, ${record.status.workflowId}`,
        ],
        ['Report, on the worker', reportPath(record.status.incidentFolder) ?? 'none was written'],
      ],
      'The checks go on. A comment is added here, and this ticket is closed, when the trouble is over.',
      `Now: \`backout status ${followUpId}\` shows what is seen; \`backout plan ${service}\` shows whether there is a release to return to.`,
    ]),
  };
}

/** `since` makes one comment of each time that it began or was over. */
export function troubleComment(
  { followUpId }: Pick<TicketContext, 'followUpId'>,
  what: 'over' | 'again' | 'unwatched',
  trouble: Trouble,
): CommentDraft {
  const marker = markerOf(followUpId, trouble.kind, `${what}-${trouble.times}`);
  switch (what) {
    case 'over':
      return {
        marker,
        body: [
          `It is over: the check at ${formatTime(trouble.until ?? trouble.since)} did not find it any more. It lasted since ${formatTime(trouble.since)}; ${times(trouble.seen, 'check')} saw it.`,
        ],
      };
    case 'again':
      return {
        marker,
        body: cleaned([`It is back since ${formatTime(trouble.since)}: ${trouble.detail}`]),
      };
    case 'unwatched':
      return {
        marker,
        body: ['The watch is over, and this was not. Nobody checks it any more but you.'],
      };
  }
}

/** Reminds whoever watches the bug ticket. `at`: when it was due, ISO 8601: each reminder is one comment. */
export function reminderComment(
  { followUpId, record }: TicketContext,
  items: Item[],
  at: string,
): CommentDraft {
  return {
    marker: markerOf(followUpId, 'rollback', `reminder-${at.replace(/[^0-9TZ]/g, '')}`),
    body: cleaned([
      `To be done after the ${nounOf(record)}: ${items.map(({ name }) => name).join(', ')}. Nothing was changed by this: traffic and data are as they were.`,
      items.map(({ name, text, due }): [string, string] => [name, `${text} (by ${formatTime(due)})`]),
      `When it is done: ${items.map(({ name }) => `\`backout tick ${followUpId} ${name} --note "…"\``).join(', ')}.`,
    ]),
  };
}

export const times = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const titled = (title: string): string => shorten(oneLine(title), MAX_TITLE);

/** At most what a reader takes in; trackers take 32,767 characters and more. */
const MAX_VALUE = 4000;

function cleaned(paragraphs: Paragraph[]): Paragraph[] {
  return paragraphs.map((paragraph) =>
    typeof paragraph === 'string'
      ? clean(paragraph)
      : paragraph.map(([name, value]): [string, string] => [name, clean(value)]),
  );
}

const clean = (text: string): string => shorten(oneLine(text), MAX_VALUE);
