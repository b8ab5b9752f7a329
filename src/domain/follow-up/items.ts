/** What people still have to do after a rollback (requirement J4), and how they say that it is done. */
import * as z from 'zod';
import { isRecovery } from '../report/kind.ts';
import { isSuccess } from '../rollback.ts';
import type { IncidentRecord } from '../rollback.ts';
import type { Assurance } from '../messages.ts';
import { listProblems } from '../request.ts';
import type { FollowUpSettings } from './settings.ts';

export const ITEMS = [
  'report-reviewed',
  'bug-ticket',
  'service-good',
  'customers-told',
  'root-cause',
  'report-completed',
  'postmortem',
  'watched',
] as const;
export type ItemName = (typeof ITEMS)[number];

export type Item = {
  name: ItemName;
  text: string;
  /** ISO 8601: when people are first reminded. */
  due: string;
  /** Minutes from the end of the rollback to `due`. */
  withinMinutes: number;
  ticked: { at: string; by: string; note?: string; assurance: Assurance | 'backout' } | null;
  /** How many reminders there were. */
  reminded: number;
  /** How many more were due while no worker ran to send them: the one after that stood for them. */
  missed: number;
};

/** "It is done": `{"item":"report-reviewed","by":"anna","note":"…"}`. */
export const tickSchema = z.strictObject({
  item: z.string().trim().min(1).max(60),
  by: z.string().trim().min(1).max(200).describe('Who you are. Declared, not verified.'),
  note: z.string().trim().max(2000).optional(),
});
export type Tick = z.infer<typeof tickSchema>;

const HOUR = 60;
const DAY = 24 * HOUR;

/** The list of a rollback, frozen when its follow-up starts. `from` is ISO 8601. */
export function itemsFor(record: IncidentRecord, settings: FollowUpSettings, from: string): Item[] {
  const { reviewMinutes, rootCauseHours, postmortemDays } = settings.reminders;
  const { service, request } = record.plan;
  const day = rootCauseHours * HOUR;
  const cause = isRecovery(record) ? 'Why it went down found' : 'Root cause found';
  const wanted: [ItemName, string, number][] = [
    ['report-reviewed', 'Incident report reviewed', reviewMinutes],
    ['bug-ticket', 'Bug ticket written, and linked to the report', day],
    ...(isSuccess(record.status.outcome)
      ? []
      : [['service-good', `${service} known to be good again`, reviewMinutes] as [ItemName, string, number]]),
    ...(request.customerFacing
      ? [['customers-told', 'Customers told, status page updated', day] as [ItemName, string, number]]
      : []),
    ['root-cause', cause, day],
    ['report-completed', 'Root cause and impact written into POSTMORTEM.md', day],
    ['postmortem', 'Postmortem held, and POSTMORTEM.md filled in', postmortemDays * DAY],
    ...(settings.watchHours === 0
      ? []
      : [
          ['watched', `Service watched for ${settings.watchHours} hours`, settings.watchHours * HOUR] as [
            ItemName,
            string,
            number,
          ],
        ]),
  ];
  return wanted.map(([name, text, withinMinutes]) => ({
    name,
    text,
    withinMinutes,
    due: after(from, withinMinutes),
    ticked: null,
    reminded: 0,
    missed: 0,
  }));
}

export const after = (iso: string, minutes: number): string =>
  new Date(new Date(iso).getTime() + minutes * 60_000).toISOString();

export const openItems = (items: Item[]): Item[] => items.filter(({ ticked }) => ticked === null);

/** The tick, validated, or why it can't be read. */
export function parseTick(content: unknown): { tick: Tick } | { why: string } {
  const parsed = tickSchema.safeParse(content);
  return parsed.success ? { tick: parsed.data } : { why: listProblems(parsed.error).join('; ') };
}

/** Why this tick can't be taken, or null when it can. */
export function whyTickRefused({ item: name }: Pick<Tick, 'item'>, items: Item[]): string | null {
  const item = items.find((candidate) => candidate.name === name);
  if (item === undefined)
    return `there is no item "${name}"; the items are ${items.map((candidate) => candidate.name).join(', ')}`;
  if (item.ticked !== null) return `${item.ticked.by} has ticked ${name} already, at ${item.ticked.at}`;
  if (name === 'watched') return 'watched is ticked by Backout itself when the watch is over';
  return null;
}

/** The list after something was done. What is ticked already stays as it is. */
export function tickItem(items: Item[], name: ItemName, ticked: NonNullable<Item['ticked']>): Item[] {
  return items.map((item) => (item.name === name && item.ticked === null ? { ...item, ticked } : item));
}
