/** A local rollback that needs approval: nobody else can reach it, so only broken glass lets it go ahead. */
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { seatLines } from '../../domain/approval/seats.ts';
import { describePeople } from '../../domain/approval/words.ts';
import type { RollbackStatus } from '../../domain/rollback.ts';
import { signedAnswer } from '../approval/answer.ts';
import { signingKey } from '../approval/key.ts';
import { CliError } from '../errors.ts';
import { whoAmI } from '../identity.ts';
import type { Io } from '../io.ts';

/** Asks once when approval is awaited. Without a reason to break the glass, the rollback is ended in order. */
export async function answerApproval(
  { client, workflowId, status }: { client: Client; workflowId: string; status: RollbackStatus },
  io: Io,
): Promise<void> {
  if (!isAwaited(status)) return;
  const handle = client.workflow.getHandle(workflowId);
  const reason = await askToBreakGlass(status, io);
  if (io.signal.aborted) return;
  if (reason !== null) {
    const why = await breakGlass(reason, { client, workflowId, status }, io);
    if (why === null) return;
    io.err(`Refused: ${why}.\n`);
  }
  io.err('Without the approvals the rollback is ended in order: nothing was changed.\n');
  await handle.cancel();
  await handle.result().catch(() => undefined);
}

/** @returns why it was refused, or null */
async function breakGlass(
  reason: string,
  { client, workflowId, status }: { client: Client; workflowId: string; status: RollbackStatus },
  io: Io,
): Promise<string | null> {
  const answer = { by: whoAmI(status.plan?.request.requestedBy, io.env), reason };
  try {
    const isSigned = status.approvals.terms?.policy.assurance === 'signed';
    const content = isSigned
      ? await signedAnswer(
          { name: 'breakGlass', answer, status },
          { key: await signingKey(undefined, io), io },
        )
      : answer;
    const said = await client.workflow
      .getHandle(workflowId)
      .executeUpdate<string, [object]>('breakGlass', { args: [content] });
    return said.startsWith('refused: ') ? said.slice('refused: '.length) : null;
  } catch (error) {
    if (error instanceof CliError) return error.message.replace(/\.$/, '');
    if (error instanceof WorkflowUpdateFailedError) return error.cause?.message ?? error.message;
    throw error;
  }
}

function isAwaited({ approvals, outcome }: RollbackStatus): boolean {
  return outcome === null && approvals.terms !== null && approvals.decision === null;
}

/** Why the glass is broken, or null when it is not. */
export async function askToBreakGlass(
  { approvals }: Pick<RollbackStatus, 'approvals'>,
  io: Pick<Io, 'ask' | 'err'>,
): Promise<string | null> {
  const { policy } = approvals.terms ?? {};
  io.err(
    'This rollback needs approval, and runs inside this command, where nobody else can give it:\n' +
      seatLines(approvals)
        .map((line) => `  - ${line}\n`)
        .join(''),
  );
  if (policy === undefined || policy.breakGlass.length === 0) {
    io.err('Nobody may break the glass here (`approvals.breakGlass` in the configuration).\n');
    return null;
  }
  if (io.ask === undefined) {
    io.err('There is no terminal to ask at, whether to go ahead without.\n');
    return null;
  }
  io.err(`${describePeople(policy.people, policy.breakGlass)} may go ahead without (break-glass).\n`);
  return (await io.ask('Why without the approvals? Nothing written ends the rollback: ')) || null;
}
