/** The reminders of a follow-up (requirement J4): who has not said that something is done is asked again. */
import { missedSentence } from '../../src/domain/follow-up/announcement.ts';
import {
  dueReminders,
  isEscalated,
  missedBy,
  nextReminder,
  reminded,
} from '../../src/domain/follow-up/reminders.ts';
import { describeWays } from '../../src/domain/follow-up/ways.ts';
import { now } from './follow-up-logbook.ts';
import type { Logbook } from './follow-up-logbook.ts';

export function remindWhenDue(log: Logbook): void {
  const at = now();
  if (at >= log.remindUntil) return;
  const due = dueReminders(log.state.items, at);
  if (due.length === 0) return;
  const items = reminded(log.state.items, due, at);
  const loudest = Math.max(...due.map((item) => item.reminded + 1));
  const escalated = isEscalated(loudest, log.settings.reminders);
  const told = items.filter(({ name }) => due.some((item) => item.name === name));
  const missed = missedBy(log.state.items, items);
  log.change({ items });
  const moment = { is: 'reminder', items: told, escalated, missed } as const;
  const names = told.map(({ name }) => name);
  const ways = log.waysOf(moment);
  const by = describeWays(ways);
  log.note(
    by.length === 0
      ? `Nobody could be reminded of ${names.join(', ')}`
      : `Reminder of ${names.join(', ')}: ${by.join(', ')}`,
  );
  if (missed !== null) log.note(missedSentence(missed));
  log.tell(moment);
  if (ways.ticket) log.write({ is: 'reminder', of: names, at });
}

/** ISO 8601, and of what; null where nobody is reminded any more. */
export function nextReminders({ state, remindUntil }: Logbook): { at: string; of: string[] } | null {
  const upcoming = state.items
    .map((item) => ({ name: item.name, at: nextReminder(item) }))
    .filter((one): one is typeof one & { at: string } => one.at !== null && one.at < remindUntil);
  const at = upcoming
    .map((one) => one.at)
    .filter((one) => one > now())
    .sort()[0];
  if (at === undefined) return null;
  return { at, of: upcoming.filter((one) => one.at === at).map(({ name }) => name) };
}
