/** `backout approve`: let a rollback go ahead. */
import { seatLines } from '../../domain/approval/seats.ts';
import type { RollbackStatus } from '../../domain/rollback.ts';
import { agreeToPlan, answer, watchLine } from '../answering.ts';
import type { AnswerOptions } from '../answering.ts';
import type { Io } from '../io.ts';

export type ApproveOptions = AnswerOptions & { plan?: string; note?: string };

export async function approve({ plan, note, ...options }: ApproveOptions, io: Io): Promise<number> {
  return await answer(options, io, async (asking) => {
    const bound = await agreeToPlan(asking, { plan, question: 'Approve this plan?' }, io);
    await asking.send('approve', { ...bound, ...(note === undefined ? {} : { note }) });
    return [
      `Approved by ${asking.by}: ${asking.workflowId}.`,
      ...whatNow(await asking.after()),
      watchLine(asking),
    ];
  });
}

/** Whether the rollback goes ahead now, and if not, who is still missing. */
export function whatNow(status: RollbackStatus | null): string[] {
  if (status === null) return [];
  const { decision, terms } = status.approvals;
  if (terms === null) return ['It counts as soon as the plan is made.'];
  if (decision !== null) return decision.outcome === 'approved' ? ['The rollback goes ahead.'] : [];
  return ['Still awaited:', ...seatLines(status.approvals).map((line) => `  - ${line}`)];
}
