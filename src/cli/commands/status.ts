/** `backout status`: one rollback, or all that run. */
import type { RollbackStatus } from '../../domain/rollback.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { reaching } from '../follow-up.ts';
import { askStatus } from '../temporal/ask-status.ts';
import { withTemporal } from '../temporal/connect.ts';
import type { Session } from '../temporal/connect.ts';
import { endingOf } from '../temporal/ending.ts';
import { onRollback } from '../temporal/not-found.ts';
import { ANY_ROLLBACK } from '../temporal/start.ts';
import { describePending } from '../temporal/under-way.ts';
import { asEnded } from '../view/as-ended.ts';
import { exitCodeOfEnding, renderEnding } from '../view/ending.ts';
import { renderRunning, renderStatus } from '../view/status.ts';
import type { Running } from '../view/status.ts';

export type StatusOptions = GlobalOptions & { workflowId?: string; json?: boolean };

const ANSWER_WITHIN_MS = 5000;
/** More run at once only when something is very wrong; the list says so. */
const MAX_LISTED = 100;

export async function status(options: StatusOptions, io: Io): Promise<number> {
  const { workflowId } = options;
  return await withTemporal(options, io, (session) =>
    workflowId === undefined
      ? listRunning(session, options, io)
      : onRollback(session, workflowId, () => showOne(session, { ...options, workflowId }, io)),
  );
}

async function showOne(
  session: Session,
  { workflowId, json }: StatusOptions & { workflowId: string },
  io: Io,
): Promise<number> {
  const { client } = session;
  const [{ status: execution, raw }, answer] = await Promise.all([
    client.workflow.getHandle(workflowId).describe(),
    askStatus(client, { workflowId }, ANSWER_WITHIN_MS),
  ]);
  if (execution.name === 'RUNNING') {
    if (answer === null) throw silent(session, workflowId, describePending(raw.pendingActivities ?? []));
    io.out(
      json
        ? document(answer)
        : renderStatus(answer, io.colours, { pasteable: (line) => reaching(line, session) }),
    );
    return answer.awaiting === null ? EXIT.ok : EXIT.waiting;
  }
  const ending = await endingOf(client, workflowId);
  const last = answer === null ? null : asEnded(answer, ending);
  if (json) {
    io.out(document({ workflowId, ...ending, status: last }));
  } else {
    const end = ending.kind === 'failed' || ending.kind === 'terminated' ? ending.kind : null;
    if (last !== null) io.out(renderStatus(last, io.colours, { end }));
    io.out(renderEnding(ending, last, io.colours));
  }
  return exitCodeOfEnding(ending);
}

async function listRunning({ client }: Session, { json }: StatusOptions, io: Io): Promise<number> {
  const found: { workflowId: string; startedAt: string }[] = [];
  const query = `${ANY_ROLLBACK} AND ExecutionStatus = "Running"`;
  for await (const { workflowId, startTime } of client.workflow.list({ query, pageSize: MAX_LISTED })) {
    found.push({ workflowId, startedAt: startTime.toISOString() });
    if (found.length === MAX_LISTED) break;
  }
  const running = await Promise.all(
    found.map(async (rollback): Promise<Running> => {
      // One that has ended since it was listed is no reason to fail.
      const answer = await askStatus(client, rollback, ANSWER_WITHIN_MS).catch(() => null);
      return { ...rollback, status: answer };
    }),
  );
  io.out(json ? document(running) : renderRunning(running, Date.now()));
  if (running.length === MAX_LISTED) io.err(`There may be more than these ${MAX_LISTED}.\n`);
  return running.some(({ status: answer }) => answer?.awaiting != null) ? EXIT.waiting : EXIT.ok;
}

function silent({ settings, program }: Session, workflowId: string, known: string | null): CliError {
  return new CliError(
    EXIT.unreachable,
    `No worker answered for ${workflowId} within ${ANSWER_WITHIN_MS / 1000} s. It waits where it is and goes on when a ` +
      `worker polls task queue ${settings.taskQueue}: start one with \`${program} worker\`.${known === null ? '' : ` ${known}`}`,
  );
}

const document = (content: object | RollbackStatus): string => `${JSON.stringify(content, null, 2)}\n`;
