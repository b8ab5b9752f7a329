/** When people are reminded of what is still open, and how loudly. Pure. */
import { after } from './items.ts';
import type { Item } from './items.ts';
import type { FollowUpSettings } from './settings.ts';

/** Nobody is reminded more seldom than this. */
const LONGEST_PAUSE_MINUTES = 24 * 60;

/**
 * When the next reminder of an item is due, ISO 8601: the first at its time, the others after pauses that double from
 * that time on, up to a day. Half an hour: 0:30, 1:00, 2:00, 4:00, … A day: each day. Null when it is done.
 */
export function nextReminder({ name, ticked, due, withinMinutes, reminded, missed }: Item): string | null {
  // Backout ticks this one: there is nothing that people could do about it.
  if (ticked !== null || name === 'watched') return null;
  let minutes = 0;
  let pause = withinMinutes;
  for (let count = 0; count < reminded + missed; count++) {
    minutes += Math.min(pause, LONGEST_PAUSE_MINUTES);
    pause *= 2;
  }
  return after(due, minutes);
}

/** Those of which people are to be reminded now. */
export function dueReminders(items: Item[], now: string): Item[] {
  return items.filter((item) => {
    const at = nextReminder(item);
    return at !== null && at <= now;
  });
}

/** The items after one reminder of those that are due: it stands for all that came due by now. */
export function reminded(items: Item[], due: Item[], now: string): Item[] {
  return items.map((item) =>
    due.some(({ name }) => name === item.name)
      ? caughtUp({ ...item, reminded: item.reminded + 1 }, now)
      : item,
  );
}

function caughtUp(item: Item, now: string): Item {
  const next = nextReminder(item);
  return next === null || next > now ? item : caughtUp({ ...item, missed: item.missed + 1 }, now);
}

/** What a reminder stands for besides itself: how many, and since when, ISO 8601. */
export type Missed = { reminders: number; since: string };

/** `before`, `after`: the same items without and with this reminder. Null where none was missed. */
export function missedBy(before: Item[], after: Item[]): Missed | null {
  const late = after.filter(({ name, missed }) =>
    before.some((item) => item.name === name && item.missed < missed),
  );
  const firsts = before
    .filter(({ name }) => late.some((item) => item.name === name))
    .flatMap((item) => nextReminder(item) ?? []);
  const [since] = firsts.sort();
  if (since === undefined) return null;
  const total = (items: Item[]) => items.reduce((sum, { missed }) => sum + missed, 0);
  return { reminders: total(after) - total(before), since };
}

/** Is this reminder (counted from 1) one that was ignored before? */
export function isEscalated(count: number, { escalateFrom }: FollowUpSettings['reminders']): boolean {
  return count >= escalateFrom;
}
