/** A freeze that could not be lifted by a local run: the person at this terminal is the only one who can answer. */
import type { Client } from '@temporalio/client';
import { holdInWords } from '../../domain/freeze.ts';
import { enumerate, oneLine } from '../../domain/report/plain.ts';
import type { RollbackStatus } from '../../domain/rollback.ts';
import type { Io } from '../io.ts';

/** Asks when a lift waits, and passes the answer on. Where nobody can be asked, it is left as it is. */
export async function answerFreeze(
  { client, workflowId, status }: { client: Client; workflowId: string; status: RollbackStatus },
  io: Io,
): Promise<void> {
  if (status.awaiting === null || status.freeze === undefined) return;
  const failed = status.freeze.holds.filter(({ state }) => state === 'failed');
  const answer = await askFreeze(enumerate(failed.map(holdInWords)), io);
  if (answer === null) return;
  // Whoever has started it is at this terminal.
  const { by } = status.freeze;
  await client.workflow.getHandle(workflowId).executeUpdate('decideFreeze', { args: [{ ...answer, by }] });
}

export type FreezeAnswer = { decision: 'retry' | 'abort'; unasked?: true };

/** The decision, or null when Ctrl-C came instead. */
export async function askFreeze(
  what: string,
  io: Pick<Io, 'ask' | 'err' | 'signal'>,
): Promise<FreezeAnswer | null> {
  if (io.ask === undefined) {
    io.err(`${oneLine(what)}, and there is no terminal to ask at: it is left so.\n`);
    return { decision: 'abort', unasked: true };
  }
  const answer = await io.ask(
    `Could not be lifted: ${oneLine(what)}. Type retry, or nothing to leave it so: `,
  );
  if (io.signal.aborted) return null;
  return { decision: answer.toLowerCase() === 'retry' ? 'retry' : 'abort' };
}
