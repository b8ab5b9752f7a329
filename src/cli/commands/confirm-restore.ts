/** `backout confirm-restore`: shows what would be lost, and has a person type RESTORE. */
import { databaseOf } from '../../domain/plan.ts';
import type { RollbackStatus } from '../../domain/rollback.ts';
import { requireSign } from '../approval/answer.ts';
import { answer, requirePlan, watchLine } from '../answering.ts';
import type { AnswerOptions, Planned } from '../answering.ts';
import { CliError, usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { renderLoss } from '../view/loss.ts';

/** What stands in for a person at a terminal. */
type Given = { phrase?: string | undefined; backup?: string | undefined };
export type ConfirmRestoreOptions = AnswerOptions & Given;

/** Also in domain/approval/judge.ts, which has the last word. */
const PHRASE = 'RESTORE';

export async function confirmRestore(
  { phrase, backup, ...options }: ConfirmRestoreOptions,
  io: Io,
): Promise<number> {
  refuseHalf({ phrase, backup }, io);
  return await answer(options, io, async (asking) => {
    const status = requireDatabase(requirePlan(await asking.status()));
    requireSign(asking.isSigned, status.approvals.terms?.policy.restore?.assurance);
    io.out(renderLoss(status, io.colours));
    const given = phrase !== undefined && backup !== undefined ? { phrase, backup } : await typed(status, io);
    await asking.send('confirmRestore', { ...given, planHash: status.plan.hash, runId: status.runId });
    return [
      `RESTORE for ${given.backup}, by ${asking.by}: ${asking.workflowId}.`,
      ...whatNow(await asking.after()),
      watchLine(asking),
    ];
  });
}

/** @throws CliError `usage` when there is neither a terminal nor both options */
export function refuseHalf({ phrase, backup }: Given, io: Pick<Io, 'ask'>): void {
  if (phrase !== undefined && backup !== undefined) return;
  if (phrase !== undefined || backup !== undefined) {
    throw usageError('--phrase and --backup go together: the word, and the backup that it is meant for.');
  }
  if (io.ask === undefined) {
    throw usageError(
      `There is no terminal to type ${PHRASE} at: give --phrase ${PHRASE} and --backup FILE, as \`backout status\` names it.`,
    );
  }
}

function requireDatabase(status: Planned): Planned {
  if (status.plan.database !== undefined) return status;
  throw usageError(`${status.workflowId} is a ${status.kind} rollback: it restores no database.`);
}

/** @throws CliError `aborted` for anything but the word */
export async function typed({ plan }: Planned, io: Io): Promise<{ phrase: string; backup: string }> {
  const { backup } = databaseOf(plan);
  const phrase = (await io.ask?.(`\nType ${PHRASE} to restore ${backup}: `)) ?? '';
  if (phrase === PHRASE) return { phrase, backup };
  throw new CliError(
    EXIT.aborted,
    `Not confirmed: the word is ${PHRASE}, in capital letters. Nothing was sent; the database is as it was.`,
  );
}

/** What became of it. */
export function whatNow(status: RollbackStatus | null): string[] {
  if (status === null) return [];
  return status.approvals.restoreDecision === null
    ? ['It is kept, and counts as soon as the rollback has come to the database.']
    : ['The database is put in place as soon as the restore beside it is done.'];
}
