/** `backout status`: one rollback, or all that run. */
import { followUpSentence } from '../../domain/follow-up/status.ts';
import { oneLine } from '../../domain/report/plain.ts';
import type { Client } from '@temporalio/client';
import type { FreezeInForce } from '../../domain/freeze-in-force.ts';
import type { EscalationStatus } from '../../domain/escalation/state.ts';
import type { RollbackStatus } from '../../domain/rollback.ts';
import type { PublicUpdatesStatus } from '../../domain/status-page/state.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { reaching } from '../follow-up.ts';
import { askStatus } from '../temporal/ask-status.ts';
import { recountLoss } from '../temporal/recount.ts';
import { withTemporal } from '../temporal/connect.ts';
import type { Session } from '../temporal/connect.ts';
import { endingOf } from '../temporal/ending.ts';
import { askFollowUp, FOLLOW_UP, runningFollowUps } from '../temporal/follow-ups.ts';
import { frozenNow } from '../temporal/freezes.ts';
import { readHistory } from '../temporal/history.ts';
import { askEscalation, askPublicUpdates, openEscalation } from '../temporal/tell.ts';
import { onRollback } from '../temporal/not-found.ts';
import { ANY_ROLLBACK } from '../temporal/start.ts';
import { statusFromHistory } from '../temporal/status-from-history.ts';
import { describePending, retryingOf } from '../temporal/under-way.ts';
import { asEnded } from '../view/as-ended.ts';
import { exitCodeOfEnding, renderEnding } from '../view/ending.ts';
import { renderFollowUp } from '../view/follow-up.ts';
import { ENDED_UNANSWERED, renderKnown } from '../view/from-history.ts';
import type { KnownRun } from '../view/from-history.ts';
import { renderFrozen } from '../view/frozen.ts';
import { renderRunning, renderStatus } from '../view/status.ts';
import type { Running } from '../view/status.ts';

export type StatusOptions = GlobalOptions & { workflowId?: string; json?: boolean };

const ANSWER_WITHIN_MS = 5000;
/** Those below the rollbacks must not keep anybody waiting for the list. */
const LISTED_WITHIN_MS = 2000;
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
  const [{ status: execution, raw, runId, type }, answer] = await Promise.all([
    client.workflow.getHandle(workflowId).describe(),
    askStatus(client, { workflowId }, ANSWER_WITHIN_MS),
  ]);
  if (type === FOLLOW_UP) return await showFollowUp(session, { workflowId, json, ended: execution.name }, io);
  if (execution.name === 'RUNNING') {
    if (answer === null) {
      const known = await knownOf(client, { workflowId, runId });
      io.out(
        json
          ? document({ format: 'backout.from-history/1', workflowId, exitCode: EXIT.unreachable, ...known })
          : renderKnown(known, io.colours),
      );
      throw silent(session, workflowId, describePending(raw.pendingActivities ?? []));
    }
    const now = await withFreshCount(client, answer);
    const retrying = retryingOf(raw.pendingActivities ?? []);
    io.out(
      json
        ? document({ ...now, retrying })
        : renderStatus(now, io.colours, { retrying, pasteable: (line) => reaching(line, session) }),
    );
    return now.awaiting === null ? EXIT.ok : EXIT.waiting;
  }
  const [ending, escalation] = await Promise.all([
    endingOf(client, workflowId),
    stillPaging(client, workflowId),
  ]);
  const seen = answer ?? (await knownOf(client, { workflowId, runId })).status;
  const ended = asEnded(seen, ending);
  // People may be paged long after a rollback has ended, which then hears no more of it.
  const updates = await nowOnPage(client, ended);
  const last = {
    ...ended,
    ...(escalation === null ? {} : { escalation }),
    ...(updates === null ? {} : { publicUpdates: updates }),
  };
  if (answer === null) io.err(ENDED_UNANSWERED);
  if (json) {
    const source = answer === null ? { source: 'history' } : {};
    io.out(document({ workflowId, ...ending, ...source, status: last }));
  } else {
    const end = ending.kind === 'failed' || ending.kind === 'terminated' ? ending.kind : null;
    io.out(renderStatus(last, io.colours, { end }));
    io.out(renderEnding(ending, last, io.colours));
  }
  return exitCodeOfEnding(ending);
}

/** It waits for nobody in particular: what is open stands in its list. */
async function showFollowUp(
  session: Session,
  { workflowId, json, ended }: { workflowId: string; json: boolean | undefined; ended: string },
  io: Io,
): Promise<number> {
  const answer = await askFollowUp(session.client, workflowId, ANSWER_WITHIN_MS);
  if (answer === null) throw silent(session, workflowId, null);
  const end = ended === 'RUNNING' || answer.endedAt !== null ? null : ended.toLowerCase();
  const pasteable = (line: string) => reaching(line, session);
  io.out(json ? document(answer) : renderFollowUp(answer, io.colours, { end, pasteable }));
  return EXIT.ok;
}

/** Below the rollbacks: nobody needs to hurry for these. */
async function listFollowUps({ client }: Session, io: Io): Promise<void> {
  const ids = await runningFollowUps(client);
  if (ids.length === 0) return;
  const answers = await Promise.all(
    ids.map((id) => askFollowUp(client, id, LISTED_WITHIN_MS).catch(() => null)),
  );
  io.out('\nFollowed up:\n');
  for (const [index, id] of ids.entries()) {
    const answer = answers[index];
    io.out(`  ${id}: ${answer ? oneLine(followUpSentence(answer)) : 'no worker answers'}\n`);
  }
}

/** While RESTORE is awaited, what it would lose grows, and its database may be gone: counted again, where that can be done. */
async function withFreshCount(client: Client, answer: RollbackStatus): Promise<RollbackStatus> {
  if (answer.awaiting?.step !== 'confirm-restore') return answer;
  const { workflowId } = answer;
  await recountLoss(client, workflowId);
  return (await askStatus(client, { workflowId }, ANSWER_WITHIN_MS).catch(() => null)) ?? answer;
}

async function stillPaging(client: Session['client'], workflowId: string): Promise<EscalationStatus | null> {
  const escalation = await openEscalation(client, workflowId);
  return escalation === null ? null : await askEscalation(client, escalation, ANSWER_WITHIN_MS);
}

/** The status page is told beyond the end of a rollback; what was told last can be asked for as long as Temporal keeps it. */
async function nowOnPage(
  client: Session['client'],
  seen: RollbackStatus,
): Promise<PublicUpdatesStatus | null> {
  const updates = seen.publicUpdates;
  if (updates === undefined || updates.state === 'off') return null;
  return await askPublicUpdates(client, updates.workflowId, ANSWER_WITHIN_MS);
}

async function listRunning(session: Session, { json }: StatusOptions, io: Io): Promise<number> {
  const { client } = session;
  const [running, frozen] = await Promise.all([allRunning(client), frozenNow(client)]);
  const pasteable = (line: string) => reaching(line, session);
  if (json) io.out(document(withFrozen(running, frozen)));
  else io.out(renderFrozen(frozen, io.colours, pasteable) + renderRunning(running, Date.now()));
  if (json !== true) await listFollowUps(session, io);
  if (running.length === MAX_LISTED) io.err(`There may be more than these ${MAX_LISTED}.\n`);
  const isAwaited = running.some(({ status: answer }) => answer?.awaiting != null);
  if (isAwaited || frozen.length > 0) return EXIT.waiting;
  return running.some(({ status: answer }) => answer === null) ? EXIT.unreachable : EXIT.ok;
}

async function allRunning(client: Client): Promise<Running[]> {
  const found: { workflowId: string; runId: string; startedAt: string }[] = [];
  const query = `${ANY_ROLLBACK} AND ExecutionStatus = "Running"`;
  for await (const { workflowId, runId, startTime } of client.workflow.list({
    query,
    pageSize: MAX_LISTED,
  })) {
    found.push({ workflowId, runId, startedAt: startTime.toISOString() });
    if (found.length === MAX_LISTED) break;
  }
  return await Promise.all(
    found.map(async ({ runId, ...rollback }): Promise<Running> => {
      // One that has ended since it was listed is no reason to fail.
      const answer = await askStatus(client, rollback, ANSWER_WITHIN_MS).catch(() => null);
      if (answer !== null) return { ...rollback, status: answer };
      const known = await knownOf(client, { ...rollback, runId }).catch(() => null);
      return { ...rollback, status: null, ...(known === null ? {} : { known: known.status }) };
    }),
  );
}

/** Those that run, with the freeze that each has in force; then the freezes of which nobody is asked any more. */
function withFrozen(running: Running[], frozen: FreezeInForce[]): object[] {
  const of = (id: string) => frozen.filter(({ waiting }) => waiting === id).map((one) => ({ frozen: one }));
  return [
    ...running.map((rollback) => ({ ...rollback, ...of(rollback.workflowId)[0] })),
    ...frozen
      .filter(({ waiting }) => !running.some(({ workflowId }) => workflowId === waiting))
      .map((one) => ({ workflowId: one.workflowId, startedAt: one.since, status: null, frozen: one })),
  ];
}

async function knownOf(client: Client, run: { workflowId: string; runId: string }): Promise<KnownRun> {
  const history = await readHistory(client, run.workflowId);
  const { messages, lastAt } = history;
  return { status: statusFromHistory(history, run), messages, lastAt };
}

function silent({ settings, program }: Session, workflowId: string, known: string | null): CliError {
  return new CliError(
    EXIT.unreachable,
    `No worker answered for ${workflowId} within ${ANSWER_WITHIN_MS / 1000} s. It waits where it is and goes on when a ` +
      `worker polls task queue ${settings.taskQueue}: start one with \`${program} worker\`.${known === null ? '' : ` ${known}`}`,
  );
}

const document = (content: object | RollbackStatus): string => `${JSON.stringify(content, null, 2)}\n`;
