/** An answer to a rollback that asks, as it is sent with a signature: bound to this run and to a plan. */
import type { signedContent } from '../../domain/approval/challenge.ts';
import type { ApprovalMessageName } from '../../domain/approval/messages.ts';
import type { RollbackStatus } from '../../domain/rollback.ts';
import { CliError, usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { SigningKey } from './key.ts';
import { signDecision } from './sign.ts';

/** What the commands say, as they would send it without a signature. */
export type Answer = {
  by: string;
  planHash?: string;
  note?: string;
  reason?: string;
  backup?: string;
  phrase?: string;
};

/**
 * The content to send. What is not said of run and plan is that of the rollback as it is now.
 * @throws CliError when there is no plan yet, or it can't be signed; then nothing has been sent
 */
export async function signedAnswer(
  { name, answer, status }: { name: ApprovalMessageName; answer: Answer; status: RollbackStatus },
  { key, io }: { key: SigningKey; io: Pick<Io, 'err' | 'env' | 'signal'> },
): Promise<ReturnType<typeof signedContent>> {
  const { by, planHash = status.plan?.hash, backup, phrase } = answer;
  const note = answer.note ?? answer.reason;
  if (planHash === undefined) {
    throw usageError(
      `The plan of ${status.workflowId} is not made yet, so nobody can sign for it: again in a moment.`,
    );
  }
  const content = await signDecision(
    {
      decision: name,
      by,
      workflowId: status.workflowId,
      runId: status.runId,
      planHash,
      ...(note === undefined ? {} : { note }),
      ...(backup === undefined ? {} : { backup }),
    },
    { key, io },
  );
  // Whatever was typed is sent: the rollback has the last word on it.
  return phrase === undefined ? content : { ...content, phrase };
}

/**
 * Says so before anybody types anything, where a name alone would be refused.
 * @throws CliError `usage`
 */
export function requireSign(isSigned: boolean, demanded: 'declared' | 'signed' | undefined): void {
  if (isSigned || demanded !== 'signed') return;
  throw new CliError(
    EXIT.usage,
    'A signature is demanded here, and a name alone is none: give the same command with --sign. Nothing was sent.',
  );
}
