/** What an escalation remembers, and how that is shown. */
import { workflowInfo } from '@temporalio/workflow';
import * as climb from '../../src/domain/escalation/ladder.ts';
import type { Ladder } from '../../src/domain/escalation/ladder.ts';
import type { Level } from '../../src/domain/escalation/policy.ts';
import type {
  EscalationInput,
  EscalationStatus,
  PageRecord,
  RollbackView,
  Trouble,
} from '../../src/domain/escalation/state.ts';
import type { PagingChannel } from '../../src/domain/paging/channel.ts';
import type { Lasting } from './beside-run.ts';

/** All that is remembered. */
export type EscalationState = Lasting & {
  ladder: Ladder;
  /** Pages begun at each level. */
  counts: number[];
  pages: PageRecord[];
  acknowledgements: EscalationStatus['acknowledgements'];
  trouble: Trouble | null;
  /** Of everything that was urgent. */
  troubles: string[];
  said: string | null;
  /** Through which somebody was reached. */
  open: PagingChannel[];
  view: RollbackView | null;
  /** The run that went on after a reset: asked how things stand, also when it has ended. */
  resetTo?: string;
};

/** @param levels those that count for this rollback */
export function beginState({ policy, subject }: EscalationInput, levels: Level[]): EscalationState {
  return {
    ladder: climb.beginLadder({
      rungs: levels.map(({ afterMinutes }) => ({ afterMs: afterMinutes * 60_000 })),
      repeatMs: policy.repeatMinutes * 60_000,
      startedAt: new Date(subject.startedAt).getTime(),
    }),
    counts: levels.map(() => 0),
    pages: [],
    acknowledgements: [],
    trouble: null,
    troubles: [],
    said: null,
    open: [],
    runId: subject.runId,
    hasEnded: false,
    view: null,
  };
}

export function statusOf(
  { ladder, pages, acknowledgements, said }: EscalationState,
  { levels, isOver, tellsEnd }: { levels: Level[]; isOver: boolean; tellsEnd: boolean },
): EscalationStatus {
  const next = climb.nextPage(ladder);
  const level = next === null ? undefined : levels[next.index];
  return {
    workflowId: workflowInfo().workflowId,
    state: isOver ? 'ended' : 'running',
    level: pages.at(-1)?.level ?? null,
    next:
      next === null || level === undefined
        ? null
        : {
            at: new Date(Math.max(next.at, Date.now())).toISOString(),
            cause: next.cause,
            level: placeOf(level),
          },
    pages,
    acknowledgements,
    said,
    ...(tellsEnd ? { tellsEnd } : {}),
  };
}

export const placeOf = ({ number, name, people }: Level) => ({ number, name, people });
