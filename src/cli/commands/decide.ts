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
import { send } from '../temporal/send.ts';

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
      const step = named ?? waitingStep(session, { workflowId, status });
      if (status !== null) refuseOther(session, { status, step, decision });
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

function waitingStep(
  { program }: Session,
  { workflowId, status }: { workflowId: string; status: RollbackStatus | null },
): string {
  if (status?.awaiting?.step) return status.awaiting.step;
  const why = status === null ? 'No worker answers for it now' : 'It waits for no decision now';
  throw refusedMessage(`${why}: name the step, as in \`${program} decide ${workflowId} STEP retry\`.`);
}

/** Taken now, it would lie there and answer a question that nobody has seen yet. */
function refuseOther(
  { program }: Session,
  asked: { status: RollbackStatus; step: string; decision: string },
): void {
  const { status, step, decision } = asked;
  const waits = status.awaiting?.step ?? null;
  if (waits === null || waits === step) return;
  throw refusedMessage(
    `Not ${step} waits for a decision now, but ${waits}. ` +
      `To answer that: \`${program} decide ${status.workflowId} ${waits} ${decision}\`.`,
  );
}
