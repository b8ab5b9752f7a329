import { describe, expect, it } from 'vitest';
import {
  itemsFor,
  openItems,
  parseTick,
  tickItem,
  whyTickRefused,
} from '../../../src/domain/follow-up/items.ts';
import type { Item } from '../../../src/domain/follow-up/items.ts';
import {
  dueReminders,
  isEscalated,
  missedBy,
  nextReminder,
  reminded,
} from '../../../src/domain/follow-up/reminders.ts';
import { DEFAULT_FOLLOW_UP, followUpSchema } from '../../../src/domain/follow-up/settings.ts';
import { at, makePlan, makeRecord } from '../../support/records.ts';

const START = at(0);
const minute = (count: number) => at(count * 60);
const item = (withinMinutes: number, change: Partial<Item> = {}): Item => ({
  name: 'root-cause',
  text: 'Root cause found',
  due: minute(withinMinutes),
  withinMinutes,
  ticked: null,
  reminded: 0,
  missed: 0,
  ...change,
});

/** Minutes after the start of the first reminders. */
const ladder = (withinMinutes: number, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const next = nextReminder(item(withinMinutes, { reminded: index })) ?? '';
    return (Date.parse(next) - Date.parse(START)) / 60_000;
  });

const DAY = 24 * 60;

describe('the ladder of reminders', () => {
  it.each([
    ['half an hour', 30, [30, 60, 120, 240, 480, 960, 1920, 3360, 4800]],
    ['a day', DAY, [DAY, 2 * DAY, 3 * DAY, 4 * DAY]],
    ['a week', 7 * DAY, [7 * DAY, 8 * DAY, 9 * DAY]],
  ])('of %s doubles its pauses, up to a day', (_title, within, minutes) => {
    expect(ladder(within, minutes.length)).toEqual(minutes);
  });

  it('ends when it is done, and never begins for what Backout ticks itself', () => {
    const ticked = { at: minute(1), by: 'anna', assurance: 'declared' } as const;
    expect(nextReminder(item(30, { ticked }))).toBeNull();
    expect(nextReminder(item(30, { name: 'watched' }))).toBeNull();
  });

  it('names what is due, and counts', () => {
    const items = [item(30, { name: 'report-reviewed' }), item(DAY), item(DAY, { name: 'report-completed' })];
    expect(dueReminders(items, minute(29))).toEqual([]);
    expect(dueReminders(items, minute(30)).map(({ name }) => name)).toEqual(['report-reviewed']);
    const after = reminded(items, dueReminders(items, minute(30)), minute(30));
    expect(after.map((one) => one.reminded)).toEqual([1, 0, 0]);
    expect(dueReminders(after, minute(59))).toEqual([]);
    expect(dueReminders(after, minute(DAY)).map(({ name }) => name)).toEqual([
      'report-reviewed',
      'root-cause',
      'report-completed',
    ]);
  });

  it('stands for those before it that nobody was there to send', () => {
    const items = [item(30, { name: 'report-reviewed' }), item(DAY)];
    const at = minute(9 * 60);
    const after = reminded(items, dueReminders(items, at), at);
    expect(after.map((one) => [one.reminded, one.missed])).toEqual([
      [1, 4],
      [0, 0],
    ]);
    expect(missedBy(items, after)).toEqual({ reminders: 4, since: minute(30) });
    expect(nextReminder(after[0] ?? item(0))).toBe(minute(16 * 60));
    const onTime = reminded(after, dueReminders(after, minute(16 * 60)), minute(16 * 60));
    expect(onTime.map((one) => [one.reminded, one.missed])).toEqual([
      [2, 4],
      [0, 0],
    ]);
    expect(missedBy(after, onTime)).toBeNull();
  });

  it('escalates from the second on, or as configured', () => {
    const { reminders } = DEFAULT_FOLLOW_UP;
    expect([1, 2, 3].map((count) => isEscalated(count, reminders))).toEqual([false, true, true]);
    expect(isEscalated(2, { ...reminders, escalateFrom: 3 })).toBe(false);
  });
});

describe('what is to be done', () => {
  it('is due half an hour, a day and a week after the end', () => {
    const items = itemsFor(makeRecord(), DEFAULT_FOLLOW_UP, START);
    expect(items.map(({ name, due }) => [name, due])).toEqual([
      ['report-reviewed', '2026-11-21T04:45:00.000Z'],
      ['bug-ticket', '2026-11-22T04:15:00.000Z'],
      ['customers-told', '2026-11-22T04:15:00.000Z'],
      ['root-cause', '2026-11-22T04:15:00.000Z'],
      ['report-completed', '2026-11-22T04:15:00.000Z'],
      ['postmortem', '2026-11-28T04:15:00.000Z'],
      ['watched', '2026-11-22T04:15:00.000Z'],
    ]);
  });

  it('is more where the service is not proved good, and less where no customer is affected and nothing watched', () => {
    const record = makeRecord({
      plan: makePlan({ customerFacing: false }),
      status: { outcome: 'unverified' },
    });
    const settings = followUpSchema.parse({ watchHours: 0, reminders: { reviewMinutes: 10 } });
    const items = itemsFor(record, settings, START);
    expect(items.map(({ name }) => name)).toEqual([
      'report-reviewed',
      'bug-ticket',
      'service-good',
      'root-cause',
      'report-completed',
      'postmortem',
    ]);
    expect(items[0]?.due).toBe('2026-11-21T04:25:00.000Z');
  });
});

describe('a tick', () => {
  const items = itemsFor(makeRecord(), DEFAULT_FOLLOW_UP, START);

  it('is kept with who, when and what was said', () => {
    const ticked = { at: minute(5), by: 'anna', note: 'done', assurance: 'declared' } as const;
    const after = tickItem(items, 'root-cause', ticked);
    expect(after.find(({ name }) => name === 'root-cause')?.ticked).toEqual(ticked);
    expect(openItems(after)).toHaveLength(items.length - 1);
    // The first one counts.
    expect(tickItem(after, 'root-cause', { ...ticked, by: 'bob' })).toEqual(after);
  });

  it('is refused with the reason', () => {
    const ticked = tickItem(items, 'root-cause', { at: minute(5), by: 'anna', assurance: 'declared' });
    expect(whyTickRefused({ item: 'root-cause' }, ticked)).toBe(
      'anna has ticked root-cause already, at 2026-11-21T04:20:00.000Z',
    );
    expect(whyTickRefused({ item: 'nonsense' }, ticked)).toBe(
      'there is no item "nonsense"; the items are report-reviewed, bug-ticket, customers-told, root-cause, report-completed, postmortem, watched',
    );
    expect(whyTickRefused({ item: 'postmortem' }, ticked)).toBeNull();
  });

  it('needs a name, and takes no other keys', () => {
    expect(parseTick({ item: 'postmortem', by: ' anna ' })).toEqual({
      tick: { item: 'postmortem', by: 'anna' },
    });
    expect(parseTick({ item: 'postmortem' })).toEqual({ why: expect.stringContaining('by') });
    expect(parseTick({ item: 'postmortem', by: 'anna', who: 'bob' })).toEqual({
      why: expect.stringContaining('who'),
    });
    expect(parseTick('postmortem')).toHaveProperty('why');
  });
});
