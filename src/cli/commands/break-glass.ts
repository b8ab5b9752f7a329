/** `backout break-glass`: let a rollback go ahead without the approvals. */
import { agreeToPlan, answer, watchLine } from '../answering.ts';
import type { AnswerOptions } from '../answering.ts';
import type { Io } from '../io.ts';

export type BreakGlassOptions = AnswerOptions & { reason: string; plan?: string };

export async function breakGlass({ reason, plan, ...options }: BreakGlassOptions, io: Io): Promise<number> {
  return await answer(options, io, async (asking) => {
    const question = 'Go ahead WITHOUT the approvals? Everybody is told.';
    const bound = await agreeToPlan(asking, { plan, question }, io);
    await asking.send('breakGlass', { reason, ...bound });
    return [
      `BREAK-GLASS by ${asking.by}: ${asking.workflowId} goes ahead without the approvals, and everybody is told.`,
      watchLine(asking),
    ];
  });
}
