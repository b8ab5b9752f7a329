/** What is known of a follow-up: its state, as the `status` query answers it, and what Temporal's UI shows. */
import type { RefusedMessage, TimelineEntry } from '../rollback.ts';
import { describeRelease } from '../plan.ts';
import type { Release } from '../plan.ts';
import { formatTime } from '../report/format.ts';
import { openItems } from './items.ts';
import type { Item } from './items.ts';
import type { FollowUpSettings } from './settings.ts';
import { times } from './tickets.ts';
import type { Ticket } from './tickets.ts';
import { openTroubles, TROUBLE_NAMES } from './watch.ts';
import { remindedSentence } from './ways.ts';
import type { RemindedBy } from './ways.ts';
import type { Trouble, Watch } from './watch.ts';

/** Tells the answer from that of a rollback. */
export const FOLLOW_UP_FORMAT = 'backout.follow-up/1';

/**
 * - `watching`: checks are made, and people may still have things to do.
 * - `open`: the watch is over, and people have things to do.
 * - `done`: everything is done.
 * - `given-up`: nobody is reminded any more, and not everything is done.
 */
export type FollowUpPhase = 'watching' | 'open' | 'done' | 'given-up';

export type FollowUpStatus = {
  format: typeof FOLLOW_UP_FORMAT;
  workflowId: string;
  /** The rollback that is followed up. */
  rollback: string;
  service: string;
  environment: string;
  phase: FollowUpPhase;
  startedAt: string;
  watchUntil: string;
  nextCheckAt: string | null;
  watch: { made: number; notMade: number; last: Watch['last']; release: Release | null; troubles: Trouble[] };
  items: Item[];
  /** Who is reminded of what is open. */
  reminded: RemindedBy;
  bugTicket: Ticket | null;
  /** What could not be done, such as a ticket that the tracker refuses. */
  problems: string[];
  refusedMessages: RefusedMessage[];
  timeline: TimelineEntry[];
  incidentFolder: string | null;
  endedAt: string | null;
};

/** What the workflow returns. */
export type FollowUpResult = {
  outcome: 'done' | 'given-up';
  summary: string;
  open: string[];
  troubles: Pick<Trouble, 'kind' | 'times' | 'seen' | 'until'>[];
  tickets: Ticket[];
};

/** One sentence: what was seen, and what is open. */
export function followUpSentence({ service, environment, watch, items, phase }: FollowUpStatus): string {
  const open = openItems(items);
  const where = `${service} in ${environment}`;
  const seen = openTroubles(watch);
  const troubles =
    watch.troubles.length === 0
      ? 'no trouble was found'
      : seen.length === 0
        ? `trouble was found and is over (${named(watch.troubles)})`
        : `there is trouble: ${named(seen)}`;
  const todo =
    open.length === 0 ? 'Everything is done.' : `Open: ${open.map(({ name }) => name).join(', ')}.`;
  const given = phase === 'given-up' ? ' Nobody is reminded any more.' : '';
  return `${where}: ${times(watch.made, 'check')} made, ${troubles}. ${todo}${given}`;
}

const named = (troubles: Trouble[]): string => troubles.map(({ kind }) => TROUBLE_NAMES[kind]).join('; ');

/** Markdown for Temporal's UI. */
export function followUpDetails(status: FollowUpStatus): string {
  const { workflowId, watch, items, bugTicket, problems, refusedMessages } = status;
  const next =
    status.nextCheckAt === null
      ? 'The watch is over.'
      : `Next check ${formatTime(status.nextCheckAt)}, the last one ${formatTime(status.watchUntil)}.`;
  const refused = refusedMessages.at(-1);
  return [
    `**${status.phase}**: ${followUpSentence(status)}`,
    '',
    next,
    ...(watch.last === null ? [] : [`Last check, ${formatTime(watch.last.at)}: ${watch.last.said}`]),
    '',
    ...watch.troubles.map((trouble) => `- ${troubleLine(trouble)}`),
    ...items.map((item) => `- [${item.ticked === null ? ' ' : 'x'}] ${itemLine(item)}`),
    '',
    ...(openItems(items).length === 0 || status.phase === 'given-up'
      ? []
      : [remindedSentence(status.reminded)]),
    ...(bugTicket === null ? [] : [`Bug ticket: ${bugTicket.url}`]),
    ...problems.map((problem) => `**Problem:** ${problem}`),
    ...(openItems(items).length === 0
      ? []
      : [
          '',
          `    backout tick ${workflowId} ITEM --note "…"`,
          `    temporal workflow signal --workflow-id ${workflowId} --name tick --input '{"item":"ITEM","by":"YOUR-NAME"}'`,
        ]),
    ...(refused === undefined
      ? []
      : ['', `Last refused message, ${refused.at}: ${refused.name}: ${refused.why}`]),
  ].join('\n');
}

/** "health checks fail, since … (seen by 3 checks)". */
export function troubleLine({ kind, since, until, seen, times: begun, detail, ticket }: Trouble): string {
  const lasted = until === null ? `since ${formatTime(since)}` : `over since ${formatTime(until)}`;
  const again = begun === 1 ? '' : `, came ${begun} times`;
  const where = ticket === null ? '' : `, ${ticket.url}`;
  return `${TROUBLE_NAMES[kind]}, ${lasted} (seen by ${times(seen, 'check')}${again}${where}): ${detail}`;
}

export function itemLine({ name, text, due, ticked, reminded }: Item): string {
  if (ticked !== null) {
    const note = ticked.note === undefined ? '' : `: ${ticked.note}`;
    return `${name}: ${text} (${ticked.by}, ${formatTime(ticked.at)}${note})`;
  }
  const ignored = reminded === 0 ? '' : `, ${times(reminded, 'reminder')}`;
  return `${name}: ${text} (by ${formatTime(due)}${ignored})`;
}

/** When the watch is over, ISO 8601. */
export const watchEnd = (startedAt: string, { watchHours }: FollowUpSettings): string =>
  new Date(new Date(startedAt).getTime() + watchHours * 3_600_000).toISOString();

/** "Watched: blue (1.4.0)". */
export const servingLine = (release: Release | null): string =>
  release === null ? 'nothing was seen yet' : describeRelease(release);
