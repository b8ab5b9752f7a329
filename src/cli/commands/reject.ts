/** `backout reject`: end a rollback before it begins, or leave the database as it is. */
import { answer, watchLine } from '../answering.ts';
import type { AnswerOptions } from '../answering.ts';
import type { Io } from '../io.ts';

export type RejectOptions = AnswerOptions & { reason: string };

export async function reject({ reason, ...options }: RejectOptions, io: Io): Promise<number> {
  return await answer(options, io, async (asking) => {
    await asking.send('reject', { reason });
    return [
      `Rejected by ${asking.by}: ${asking.workflowId} ends; what it has not done yet stays undone.`,
      watchLine(asking),
    ];
  });
}
