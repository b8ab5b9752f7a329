/** `backout decide`: the answer to a step that could not be done. */
import type { RollbackStatus } from '../../domain/rollback.ts';
import { refusedMessage, usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { whoAmI } from '../identity.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { askStatus } from '../temporal/ask-status.ts';
import { withTemporal } from '../temporal/connect.ts';
import type { Session } from '../temporal/connect.ts';
import { onRollback } from '../temporal/not-found.ts';
import { over, send } from '../temporal/send.ts';

export type DecideOptions = GlobalOptions & {
  workflowId: string;
  /** `STEP DECISION`, or only `DECISION`. */
  words: string[];
  step?: string;
  by?: string;
  note?: string;
};

const ANSWER_WITHIN_MS = 5000;

export async function decide(options: DecideOptions, io: Io): Promise<number> {
  const { workflowId, note } = options;
  const { step: named, decision } = readWords(options);
  return await withTemporal(options, io, (session) =>
    onRollback(session, workflowId, async () => {
      const status = await askStatus(session.client, { workflowId }, ANSWER_WITHIN_MS);
      const step = stepAsked(session, { workflowId, status, named, decision });
      await send(session, workflowId, {
        name: 'decideStep',
        content: { step, decision, by: whoAmI(options.by, io.env), ...(note === undefined ? {} : { note }) },
      });
      io.out(`Decided: ${decision} for ${step}.\n  Watch it:  ${session.program} watch ${workflowId}\n`);
      return EXIT.ok;
    }),
  );
}

const DECISIONS = ['retry', 'skip', 'abort', 'recover'];

/** @throws CliError `usage` */
export function readWords({ words, step }: Pick<DecideOptions, 'words' | 'step'>): {
  step: string | undefined;
  decision: string;
} {
  const [first, second] = words;
  const decision = second ?? first;
  const named = second === undefined ? undefined : first;
  if (decision === undefined || !DECISIONS.includes(decision)) {
    throw usageError(
      `${decision === undefined ? 'The decision is missing' : `"${decision}" is no decision`}: it is retry, skip, abort or recover, ` +
        'as in `backout decide ID stop-faulty skip --note "no traffic on it"`.',
    );
  }
  if (named !== undefined && step !== undefined && named !== step)
    throw usageError(`Two different steps are named: ${named} and ${step}.`);
  return { step: named ?? step, decision };
}

type Asked = {
  workflowId: string;
  /** Null where no worker answers. */
  status: Pick<RollbackStatus, 'awaiting' | 'outcome'> | null;
  named: string | undefined;
  decision: string;
};

/**
 * The step that the decision is for. One for what is not asked now would lie there, and answer a question that nobody has seen yet.
 * @throws CliError `usage`
 */
export function stepAsked(
  { program }: Pick<Session, 'program'>,
  { workflowId, status, named, decision }: Asked,
): string {
  const awaiting = status?.awaiting ?? null;
  if (status !== null && status.outcome !== null && awaiting === null) throw over(workflowId);
  if (awaiting !== null && awaiting.step === null)
    throw refusedMessage(
      `${workflowId} waits for the answer to another question, not for a step: ${awaiting.what}. ` +
        `\`${program} status ${workflowId}\` shows how to answer.`,
    );
  const waits = awaiting?.step ?? null;
  const step = named ?? waits;
  if (step === null) {
    const why = status === null ? 'No worker answers for it now' : 'It waits for no decision now';
    throw refusedMessage(`${why}: name the step, as in \`${program} decide ${workflowId} STEP retry\`.`);
  }
  if (waits === null || waits === step) return step;
  throw refusedMessage(
    `Not ${step} waits for a decision now, but ${waits}. ` +
      `To answer that: \`${program} decide ${workflowId} ${waits} ${decision}\`.`,
  );
}
