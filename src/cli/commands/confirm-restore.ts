/** `backout confirm-restore`: shows what would be lost, and has a person type RESTORE. */
import { databaseOf } from '../../domain/plan.ts';
import { formatTime } from '../../domain/report/format.ts';
import { oneLine } from '../../domain/report/plain.ts';
import type { RollbackStatus } from '../../domain/rollback.ts';
import { requireSign } from '../approval/answer.ts';
import { answer, requirePlan, watchLine } from '../answering.ts';
import type { AnswerOptions, Planned } from '../answering.ts';
import { CliError, refusedMessage } from '../errors.ts';
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
    const before = requireDatabase(requirePlan(await asking.status()));
    requireSign(asking.isSigned, before.approvals.terms?.policy.restore?.assurance);
    const isCounted = await asking.recount();
    const status = requirePlan(await asking.status());
    io.out(renderLoss(status, io.colours));
    const old = isCounted ? problemNow(status) : NO_COUNT;
    if (old !== null) io.out(`${io.colours.yellow('!')} ${old}\n`);
    const given = phrase !== undefined && backup !== undefined ? { phrase, backup } : await typed(status, io);
    await asking.send('confirmRestore', { ...given, planHash: status.plan.hash, runId: status.runId });
    return [
      `RESTORE for ${given.backup}, by ${asking.by}: ${asking.workflowId}.`,
      ...whatNow(await asking.after()),
      watchLine(asking),
    ];
  });
}

const NO_COUNT =
  'What would be lost could not be counted now: no answer in time. A number above is older, and more may be lost.';

/** Why there is no number of now, or null. */
export function problemNow({ loss }: Pick<Planned, 'loss'>): string | null {
  if (loss?.problem == null) return null;
  return `What would be lost could not be counted now: the database does not answer (${oneLine(loss.problem).replace(/\.$/, '')}). A number above is older, and more may be lost.`;
}

/** @throws CliError `usage` when there is neither a terminal nor both options */
export function refuseHalf({ phrase, backup }: Given, io: Pick<Io, 'ask'>): void {
  if (phrase !== undefined && backup !== undefined) return;
  if (phrase !== undefined || backup !== undefined) {
    throw refusedMessage('--phrase and --backup go together: the word, and the backup that it is meant for.');
  }
  if (io.ask === undefined) {
    throw refusedMessage(
      `There is no terminal to type ${PHRASE} at: give --phrase ${PHRASE} and --backup FILE, as \`backout status\` names it.`,
    );
  }
}

/** @throws CliError `usage` where nothing is to be restored */
export function requireDatabase(status: Planned): Planned {
  const { database } = status.plan;
  if (database?.alreadyRestored !== undefined) {
    const { run, at } = database.alreadyRestored;
    throw refusedMessage(
      `${status.workflowId} awaits no ${PHRASE}: ${run} restored the database already at ${formatTime(at)}, and what was written since is kept.`,
    );
  }
  if (database !== undefined) return status;
  throw refusedMessage(`${status.workflowId} is a ${status.kind} rollback: it restores no database.`);
}

/** @throws CliError `aborted` for anything but the word; `interrupted` after Ctrl-C */
export async function typed({ plan }: Planned, io: Io): Promise<{ phrase: string; backup: string }> {
  const { backup } = databaseOf(plan);
  const phrase = (await io.ask?.(`\nType ${PHRASE} to restore ${backup}: `)) ?? '';
  if (phrase === PHRASE) return { phrase, backup };
  if (io.signal.aborted)
    throw new CliError(EXIT.interrupted, 'Interrupted: nothing was sent; the rollback waits as before.');
  throw new CliError(
    EXIT.aborted,
    `Not confirmed: the word is ${PHRASE}, in capital letters. Nothing was sent; the database is as it was.`,
  );
}

/** What became of it. */
export function whatNow(status: RollbackStatus | null): string[] {
  if (status === null) return [];
  if (status.approvals.restoreDecision === null)
    return ['It is kept, and counts as soon as the rollback has come to the database.'];
  return status.steps.some(({ name, state }) => name === 'prepare-restore' && state === 'done')
    ? ['Its preparation is done: the database is put back now.']
    : ['The database is put back as soon as its preparation is done.'];
}
