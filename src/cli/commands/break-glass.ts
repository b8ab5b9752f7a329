/** `backout break-glass`: let a rollback go ahead without the approvals. */
import type { PlanSummary } from '../../domain/plan.ts';
import { agreeToPlan, answer, watchLine } from '../answering.ts';
import type { AnswerOptions } from '../answering.ts';
import type { Io } from '../io.ts';

export type BreakGlassOptions = AnswerOptions & { reason: string; plan?: string };

export async function breakGlass({ reason, plan, ...options }: BreakGlassOptions, io: Io): Promise<number> {
  return await answer(options, io, async (asking) => {
    const told = whoIsTold((await asking.status()).plan);
    const question = `Go ahead WITHOUT the approvals? ${upperFirst(told)}.`;
    const bound = await agreeToPlan(asking, { plan, question }, io);
    await asking.send('breakGlass', { reason, ...bound });
    return [
      `BREAK-GLASS by ${asking.by}: ${asking.workflowId} goes ahead without the approvals, and ${told}.`,
      watchLine(asking),
    ];
  });
}

/** The plan has no step that tells people where there is no channel. */
export function whoIsTold(plan: Pick<PlanSummary, 'steps'> | null): string {
  const isSilent = plan?.steps.find(({ name }) => name === 'announce')?.notNeeded !== undefined;
  return isSilent
    ? 'NOBODY IS TOLD, for no Slack channel is configured: tell the others yourself; it stands in the report'
    : 'everybody is told';
}

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
