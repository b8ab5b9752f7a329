/** Who is paged when, over hours, in exact minutes. */
import { describe, expect, it } from 'vitest';
import {
  acknowledged,
  beginLadder,
  failedAgain,
  nextPage,
  over,
  paged,
  paging,
  urgent,
} from '../../../src/domain/escalation/ladder.ts';
import type { Ladder } from '../../../src/domain/escalation/ladder.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-21T03:00:00Z');

type Happening = { acknowledge?: number[]; urgent?: number[]; failedAgain?: number[]; over?: number };
type Run = {
  after?: number[];
  repeat?: number;
  until: number;
  happening?: Happening;
  /** Levels (1, 2, …) that nobody answers for, from one minute until another. */
  unreachable?: (level: number, minute: number) => boolean;
  /** Minutes that a page takes to be sent or given up. */
  takes?: number;
};

/** Plays it, and notes each page as `minute: level (cause)`. */
function play({ after = [0, 15, 30, 60], repeat = 5, until, happening = {}, ...run }: Run): string[] {
  const { unreachable = () => false, takes = 0 } = run;
  const said: string[] = [];
  const minute = (at: number) => (at - START) / MINUTE;
  let ladder = beginLadder({
    rungs: after.map((minutes) => ({ afterMs: minutes * MINUTE })),
    repeatMs: repeat * MINUTE,
    startedAt: START,
  });
  type Event = { at: number; change: (ladder: Ladder) => Ladder };
  const events: Event[] = [
    ...(happening.acknowledge ?? []).map((at) => ({ at: START + at * MINUTE, change: acknowledged })),
    ...(happening.urgent ?? []).map((at) => ({ at: START + at * MINUTE, change: urgent })),
    ...(happening.failedAgain ?? []).map((at) => ({ at: START + at * MINUTE, change: failedAgain })),
    ...(happening.over === undefined ? [] : [{ at: START + happening.over * MINUTE, change: over }]),
  ];
  for (let now = START; now <= START + until * MINUTE;) {
    const event = events.sort((a, b) => a.at - b.at)[0];
    const due = nextPage(ladder);
    if (due !== null && due.at <= now) {
      said.push(`${minute(now)}: ${due.index + 1} (${due.cause})`);
      ladder = paging(ladder, { index: due.index, at: now });
      const isReached = !unreachable(due.index + 1, minute(now));
      events.push({
        at: now + takes * MINUTE,
        change: (later) => paged(later, due.index, isReached),
      });
    } else if (event !== undefined && event.at <= now) {
      ladder = event.change(ladder);
      events.shift();
    } else {
      const next = Math.min(event?.at ?? Infinity, due?.at ?? Infinity);
      if (next === Infinity) break;
      now = Math.max(now, next);
    }
  }
  return said;
}

describe('levels', () => {
  it('come at their times, and the last one goes on until somebody answers', () => {
    expect(play({ repeat: 10, until: 80 })).toEqual([
      '0: 1 (start)',
      '10: 1 (repeat)',
      '15: 2 (time)',
      '25: 2 (repeat)',
      '30: 3 (time)',
      '40: 3 (repeat)',
      '50: 3 (repeat)',
      '60: 4 (time)',
      '70: 4 (repeat)',
      '80: 4 (repeat)',
    ]);
  });

  it('come all the same when somebody acknowledges: only the repeats within the level stop', () => {
    expect(play({ until: 75, happening: { acknowledge: [7, 31, 62] } })).toEqual([
      '0: 1 (start)',
      '5: 1 (repeat)',
      '15: 2 (time)',
      '20: 2 (repeat)',
      '25: 2 (repeat)',
      '30: 3 (time)',
      '60: 4 (time)',
    ]);
  });

  it('end when it is over', () => {
    expect(play({ until: 600, happening: { over: 16 } })).toEqual([
      '0: 1 (start)',
      '5: 1 (repeat)',
      '10: 1 (repeat)',
      '15: 2 (time)',
    ]);
  });

  it('may begin later than at once', () => {
    expect(play({ after: [3, 8], until: 8 })).toEqual(['3: 1 (first)', '8: 2 (time)']);
  });

  it('are a day of pages to the last one, when nobody ever answers', () => {
    const day = play({ repeat: 60, until: 24 * 60 });
    expect(day.slice(0, 4)).toEqual(['0: 1 (start)', '15: 2 (time)', '30: 3 (time)', '60: 4 (time)']);
    expect(day.slice(4)).toEqual(Array.from({ length: 23 }, (_, hour) => `${(hour + 2) * 60}: 4 (repeat)`));
  });

  it('may be none', () => {
    expect(play({ after: [], until: 60 })).toEqual([]);
  });
});

describe('what fails again', () => {
  it('has to be acknowledged anew, hours later as well: the current level is paged at once, nobody above it', () => {
    const happening = { acknowledge: [1, 131], failedAgain: [120] };
    expect(play({ after: [0], until: 300, happening })).toEqual([
      '0: 1 (start)',
      '120: 1 (repeat)',
      '125: 1 (repeat)',
      '130: 1 (repeat)',
    ]);
    expect(play({ after: [0, 200], until: 122, happening })).toEqual(['0: 1 (start)', '120: 1 (repeat)']);
  });

  it('is not paged more often than what nobody has acknowledged', () => {
    const happening = { acknowledge: [1], failedAgain: [2, 3, 4] };
    expect(play({ until: 6, happening })).toEqual(['0: 1 (start)', '5: 1 (repeat)']);
  });
});

describe('what is urgent', () => {
  it('goes one level up at once, and the times of the others stay', () => {
    expect(play({ repeat: 100, until: 60, happening: { urgent: [3] } })).toEqual([
      '0: 1 (start)',
      '3: 2 (urgent)',
      '30: 3 (time)',
      '60: 4 (time)',
    ]);
  });

  it('goes up for each that is urgent', () => {
    expect(play({ repeat: 100, until: 59, happening: { urgent: [3, 4] } })).toEqual([
      '0: 1 (start)',
      '3: 2 (urgent)',
      '4: 3 (urgent)',
    ]);
  });

  it('is told to the last level again, acknowledged or not', () => {
    const happening = { acknowledge: [1, 3], urgent: [2, 5] };
    expect(play({ after: [0, 15], until: 14, repeat: 100, happening })).toEqual([
      '0: 1 (start)',
      '2: 2 (urgent)',
      '5: 2 (urgent)',
    ]);
  });

  it('goes up while a page is still on its way', () => {
    expect(play({ until: 4, takes: 2, happening: { urgent: [1] } })).toEqual([
      '0: 1 (start)',
      '1: 2 (urgent)',
    ]);
  });

  it('needs a new acknowledgement: the one before was for another level', () => {
    expect(play({ until: 8, happening: { acknowledge: [1], urgent: [2] } })).toEqual([
      '0: 1 (start)',
      '2: 2 (urgent)',
      '7: 2 (repeat)',
    ]);
  });
});

describe('a level at which nobody can be reached', () => {
  it('goes on to the next at once', () => {
    expect(play({ repeat: 100, until: 60, unreachable: (level) => level === 1 })).toEqual([
      '0: 1 (start)',
      '0: 2 (not-reached)',
      '30: 3 (time)',
      '60: 4 (time)',
    ]);
  });

  it('goes on when its channels are given up', () => {
    expect(play({ repeat: 100, until: 29, takes: 2, unreachable: (level) => level === 1 })).toEqual([
      '0: 1 (start)',
      '2: 2 (not-reached)',
    ]);
  });

  it('is tried again from the lowest, where nobody at all could be reached', () => {
    expect(play({ after: [0, 15], until: 12, unreachable: (_level, minute) => minute < 10 })).toEqual([
      '0: 1 (start)',
      '0: 2 (not-reached)',
      '5: 1 (repeat)',
      '5: 2 (not-reached)',
      '10: 1 (repeat)',
    ]);
  });

  it('is tried again from the lowest of those that follow one who was reached', () => {
    const unreachable = (level: number, minute: number) => level > 1 && minute < 17;
    expect(play({ after: [0, 15, 30], until: 25, unreachable, happening: { acknowledge: [1] } })).toEqual([
      '0: 1 (start)',
      '15: 2 (time)',
      '15: 3 (not-reached)',
      '20: 2 (repeat)',
      '25: 2 (repeat)',
    ]);
  });

  it('fails at a repeat, too', () => {
    expect(play({ until: 9, unreachable: (level, minute) => level === 1 && minute > 0 })).toEqual([
      '0: 1 (start)',
      '5: 1 (repeat)',
      '5: 2 (not-reached)',
    ]);
  });

  it('need not be reached once somebody has acknowledged', () => {
    const happening = { acknowledge: [1] };
    expect(play({ until: 14, takes: 2, unreachable: () => true, happening })).toEqual(['0: 1 (start)']);
  });
});
