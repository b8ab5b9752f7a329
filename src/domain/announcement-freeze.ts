/** The messages about a freeze. Every channel gets each: nobody must write or deploy meanwhile. */
import type { Announcement } from './announcement-parts.ts';
import { freezeOutcomeSentence, freezeSentence, holdInWords, isFrozen, isWhollyHeld } from './freeze.ts';
import type { FreezeStatus } from './freeze.ts';
import { formatTime } from './report/format.ts';
import type { Awaiting, RollbackRef } from './rollback.ts';

/** `asked`: when it is frozen, again every 15 minutes, and when what was decided could not be done. */
export type FreezeMoment = 'asked' | 'ended';

export type FreezeMessage = {
  moment: FreezeMoment;
  /** How many messages there were before: a reminder must not be taken for the one before. */
  count: number;
  freeze: FreezeStatus;
  awaiting: Awaiting | null;
  ref: RollbackRef;
};

const MEANINGS = [
  'full: restore the database. Traffic goes to the previous release, RESTORE is typed, and the freeze is lifted when all is verified',
  'release: let requests and writes through again; nothing else is changed',
  'abort: leave it frozen and stop waiting',
  'retry: hold again what is not held',
];

export function announceFreeze({ moment, count, freeze, awaiting, ref }: FreezeMessage): Announcement {
  const isOver = moment === 'ended';
  return {
    id: [ref.workflowId, ref.startedAt, 'freeze', moment, String(count)],
    tone: isOver ? (isFrozen(freeze) ? 'bad' : 'good') : 'question',
    title: `${headline(freeze, isOver)}: ${freeze.service} in ${freeze.environment}`,
    body: isOver
      ? [freezeOutcomeSentence(freeze)]
      : [
          `${freezeSentence(freeze)} No data was changed by this.`,
          ...(freeze.problem === null ? [] : [freeze.problem]),
          'If nobody answers, it stays so. Do not deploy and do not write by hand meanwhile.',
        ],
    fields: [
      ['Reason', freeze.reason],
      ['Frozen by', freeze.by],
      ['Since', formatTime(freeze.since)],
      ...freeze.holds.map(({ name, state, said }): [string, string] => [
        name === 'requests' ? 'Requests' : 'Writes',
        said ?? holdInWords({ name, state }),
      ]),
    ],
    lists: [...warnings(freeze), ...(awaiting === null ? [] : [{ heading: 'Answers', items: MEANINGS }])],
    commands: awaiting === null ? [] : [{ heading: 'Answer with one of', lines: awaiting.answers }],
  };
}

function headline(freeze: FreezeStatus, isOver: boolean): string {
  if (isOver) return isFrozen(freeze) ? 'LEFT FROZEN' : 'The freeze is lifted';
  return isWhollyHeld(freeze) ? 'FROZEN, A DECISION IS NEEDED' : 'NOT WHOLLY FROZEN, A DECISION IS NEEDED';
}

function warnings({ holds }: FreezeStatus): Announcement['lists'] {
  const items = holds.flatMap(({ state, details }) => (state === 'held' ? details : []));
  return items.length === 0 ? [] : [{ heading: 'To know', items }];
}
