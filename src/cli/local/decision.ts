/** A step of a local rollback that waits: the person at this terminal is the only one who can answer. */
import type { Client } from '@temporalio/client';
import { oneLine } from '../../domain/report/plain.ts';
import { isMendable } from '../../domain/recovery.ts';
import type { RollbackStatus } from '../../domain/rollback.ts';
import { whoAmI } from '../identity.ts';
import type { Io } from '../io.ts';

const DECISIONS = ['retry', 'skip', 'abort', 'recover'] as const;
type Decision = (typeof DECISIONS)[number];

/** The end of input looks like an empty answer: after so many of those nobody is there. */
const MAX_UNCLEAR_ANSWERS = 10;

/** Asks when the rollback waits, and passes the answer on. Where nobody can be asked, the answer is `abort`. */
export async function answerDecision(
  { client, workflowId, status }: { client: Client; workflowId: string; status: RollbackStatus },
  io: Io,
): Promise<void> {
  const step = status.awaiting?.step;
  if (step === undefined || step === null) return;
  const record = status.steps.find(({ name }) => name === step);
  const offersRecovery = status.kind !== 'recover' && isMendable(record?.failure ?? null);
  const answer = await askDecision(record?.title ?? step, io, offersRecovery);
  if (answer === null) return;
  await client.workflow.getHandle(workflowId).executeUpdate('decideStep', {
    args: [{ step, by: whoAmI(undefined, io.env), ...answer }],
  });
}

/** The decision, or null when Ctrl-C came instead. */
export async function askDecision(
  title: string,
  io: Pick<Io, 'ask' | 'err' | 'signal'>,
  offersRecovery = false,
): Promise<{ decision: Decision; note?: string } | null> {
  if (io.ask === undefined) {
    io.err(
      `“${oneLine(title)}” could not be done, and there is no terminal to ask at: the rollback is ended in order (abort).\n`,
    );
    return { decision: 'abort', note: 'nobody could be asked: --local without a terminal' };
  }
  const offered = DECISIONS.filter((decision) => decision !== 'recover' || offersRecovery);
  const words = offersRecovery ? 'recover, retry, skip or abort' : 'retry, skip or abort';
  for (let asked = 0; asked < MAX_UNCLEAR_ANSWERS; asked++) {
    const answer = await io.ask(`“${oneLine(title)}” could not be done. What now: ${words}? `);
    if (io.signal.aborted) return null;
    const decision = offered.find((candidate) => candidate === answer.toLowerCase());
    if (decision !== undefined) return { decision };
  }
  return { decision: 'abort', note: 'no clear answer at the terminal' };
}
