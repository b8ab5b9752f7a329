/**
 * When which level is paged (requirement G2). Pure: policy, what has happened and the time go in, and out comes what is
 * due. Times are milliseconds since 1970.
 *
 * - The first level is paged at once, unless it has a time as well; each further one at its time, counted from the start of the rollback.
 * - What is urgent (a step that failed, a verification that was not passed, a rollback that is gone) goes one level up at once.
 * - A level at which nobody could be reached goes one level up at once, too.
 * - The level that was reached last is paged again and again, until somebody acknowledges. The next levels come all the same.
 */

export type Rung = { afterMs: number };

export type Ladder = {
  rungs: Rung[];
  repeatMs: number;
  startedAt: number;
  /** Index of the highest level that was paged; -1 before the first. */
  current: number;
  lastPagedAt: number | null;
  /** Was the page to the current level seen by somebody? */
  acknowledged: boolean;
  /** Why the next level is due now, whatever its time. */
  hurry: 'urgent' | 'not-reached' | null;
  /** For each level: was somebody reached by its last page? Null while that is not known. */
  reached: (boolean | null)[];
  /** Says that nobody is paged any more. */
  over: boolean;
};

/** Why a page is sent. */
export type Cause = 'start' | 'first' | 'time' | 'urgent' | 'not-reached' | 'repeat';

/** A page to the level of this index. */
export type Due = { index: number; at: number; cause: Cause };

type Settings = { rungs: Rung[]; repeatMs: number; startedAt: number };

export function beginLadder({ rungs, repeatMs, startedAt }: Settings): Ladder {
  return {
    rungs,
    repeatMs,
    startedAt,
    current: -1,
    lastPagedAt: null,
    acknowledged: false,
    hurry: null,
    reached: rungs.map(() => null),
    over: false,
  };
}

/** The next page, as far as is known now; its time may be past. Null: no page is to come, unless something happens. */
export function nextPage(ladder: Ladder): Due | null {
  if (ladder.over || ladder.rungs.length === 0) return null;
  const up = oneUp(ladder);
  const again = repeat(ladder);
  if (up === null || again === null) return up ?? again;
  return again.at < up.at ? again : up;
}

function oneUp({ rungs, current, hurry, startedAt, lastPagedAt }: Ladder): Due | null {
  const next = rungs[current + 1];
  const asap = lastPagedAt ?? startedAt;
  if (next === undefined) {
    // There is nobody above: whoever is at the top hears of it, acknowledged or not.
    return hurry === 'urgent' ? { index: current, at: asap, cause: 'urgent' } : null;
  }
  const index = current + 1;
  if (hurry !== null) return { index, at: asap, cause: hurry };
  return { index, at: startedAt + next.afterMs, cause: causeInTime(index, next) };
}

/** `first`: nobody is paged at once, so that even the first ones hear of it only after a while. */
function causeInTime(index: number, { afterMs }: Rung): Cause {
  if (index > 0) return 'time';
  return afterMs > 0 ? 'first' : 'start';
}

function repeat({ current, acknowledged, lastPagedAt, repeatMs, reached }: Ladder): Due | null {
  if (acknowledged || lastPagedAt === null || reached[current] === null) return null;
  return { index: lowestUnreached(reached, current), at: lastPagedAt + repeatMs, cause: 'repeat' };
}

/** Where nobody could be reached, it is tried again from the lowest level of those, not at the top alone. */
function lowestUnreached(reached: Ladder['reached'], current: number): number {
  let index = current;
  if (reached[current] === false) while (index > 0 && reached[index - 1] === false) index--;
  return index;
}

/** A page to this level is on its way. */
export function paging(ladder: Ladder, { index, at }: Pick<Due, 'index' | 'at'>): Ladder {
  return {
    ...ladder,
    current: index,
    lastPagedAt: at,
    acknowledged: false,
    hurry: null,
    reached: ladder.reached.map((was, position) => (position === index ? null : was)),
  };
}

/** It is known whether a page reached somebody. */
export function paged(ladder: Ladder, index: number, isReached: boolean): Ladder {
  const reached = ladder.reached.map((was, position) => (position === index ? isReached : was));
  const isToGoUp = !isReached && index === ladder.current && !ladder.acknowledged && ladder.hurry === null;
  return { ...ladder, reached, hurry: isToGoUp ? 'not-reached' : ladder.hurry };
}

/** Somebody has seen it: the current level is not paged again. */
export const acknowledged = (ladder: Ladder): Ladder => ({ ...ladder, acknowledged: true });

/** Something that the next level must hear of at once. */
export const urgent = (ladder: Ladder): Ladder => ({ ...ladder, hurry: 'urgent' });

/** What was urgent has come again: whoever acknowledged may have left, so the current level is paged again. Nobody else is. */
export const failedAgain = (ladder: Ladder): Ladder => ({ ...ladder, acknowledged: false });

/** Nobody is paged any more. */
export const over = (ladder: Ladder): Ladder => ({ ...ladder, over: true });
