/** Everything that a follow-up remembers, as it goes from one run of its workflow to the next. Plain data. */
import type { IncidentRecord, RefusedMessage, TimelineEntry } from '../rollback.ts';
import type { FollowUpMoment } from './announcement.ts';
import { itemsFor } from './items.ts';
import type { Item, ItemName } from './items.ts';
import type { Paged } from './pages.ts';
import type { FollowUpSettings } from './settings.ts';
import { watchEnd } from './status.ts';
import type { Ticket } from './tickets.ts';
import { emptyWatch } from './watch.ts';
import type { TroubleKind, Watch } from './watch.ts';

/** A ticket that is to be made or changed. They are done one after the other, in the order in which they came up. */
export type TicketJob =
  | { is: 'bug' }
  | { is: 'began' | 'over' | 'unwatched'; kind: TroubleKind; times: number }
  /** `at`: when it was due, ISO 8601. */
  | { is: 'reminder'; of: ItemName[]; at: string };

export type FollowUpState = {
  startedAt: string;
  watch: Watch;
  /** ISO 8601; null when the watch is over. */
  nextCheckAt: string | null;
  items: Item[];
  bugTicket: Ticket | null;
  /** What is still to be told and written. */
  messages: FollowUpMoment[];
  pages: FollowUpMoment[];
  tickets: TicketJob[];
  /** What somebody was paged about, and is not over yet. */
  paged: Paged[];
  /** Messages so far. */
  told: number;
  problems: string[];
  refused: RefusedMessage[];
  timeline: TimelineEntry[];
};

/** A timeline that a loop of somebody fills must not grow the history without end. */
const MAX_ENTRIES = 1000;
const MAX_REFUSED = 100;

export function firstState(record: IncidentRecord, settings: FollowUpSettings, now: string): FollowUpState {
  return {
    startedAt: now,
    watch: emptyWatch(),
    nextCheckAt: checkAfter(now, now, settings),
    items: itemsFor(record, settings, now),
    bugTicket: null,
    messages: [],
    pages: [],
    tickets: settings.tickets === undefined ? [] : [{ is: 'bug' }],
    paged: [],
    told: 0,
    problems: [],
    refused: [],
    timeline: [],
  };
}

/** When the next check is due after one at `from`; null where that is after the end of the watch. */
export function checkAfter(from: string, startedAt: string, settings: FollowUpSettings): string | null {
  const next = new Date(new Date(from).getTime() + settings.everyMinutes * 60_000).toISOString();
  return next <= watchEnd(startedAt, settings) ? next : null;
}

/**
 * What is to be told, with one more. A reminder takes the place of those that still wait and are about nothing else: when Slack is
 * back after hours, people get one. The first may be on its way.
 */
export function withMessage([first, ...waiting]: FollowUpMoment[], moment: FollowUpMoment): FollowUpMoment[] {
  if (first === undefined) return [moment];
  const isReplaced = (one: FollowUpMoment) =>
    one.is === 'reminder' && moment.is === 'reminder' && isWithin(namesOf(one.items), namesOf(moment.items));
  return [first, ...waiting.filter((one) => !isReplaced(one)), moment];
}

/** The same for tickets. */
export function withJob([first, ...waiting]: TicketJob[], job: TicketJob): TicketJob[] {
  if (first === undefined) return [job];
  const isReplaced = (one: TicketJob) =>
    one.is === 'reminder' && job.is === 'reminder' && isWithin(one.of, job.of);
  return [first, ...waiting.filter((one) => !isReplaced(one)), job];
}

const namesOf = (items: Item[]): ItemName[] => items.map(({ name }) => name);

const isWithin = (names: ItemName[], others: ItemName[]): boolean =>
  names.every((name) => others.includes(name));

export function noted(state: FollowUpState, entry: TimelineEntry): FollowUpState {
  return { ...state, timeline: [...state.timeline, entry].slice(-MAX_ENTRIES) };
}

export function refused(state: FollowUpState, message: RefusedMessage): FollowUpState {
  return { ...state, refused: [...state.refused, message].slice(-MAX_REFUSED) };
}
