/** Shows a rollback that a worker runs until it ends. Shared by `rollback` and `watch`. */
import type { RollbackStatus } from '../domain/rollback.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Session } from './temporal/connect.ts';
import type { Ending } from './temporal/ending.ts';
import { follow } from './temporal/follow.ts';
import { reaching } from './follow-up.ts';
import { retryingNow, underWay } from './temporal/under-way.ts';
import { asEnded } from './view/as-ended.ts';
import { exitCodeOfEnding, renderEnding } from './view/ending.ts';
import { Progress } from './view/progress.ts';
import { RetryNews, retryingLine } from './view/retrying.ts';

/** Seldom enough to be no load, and soon enough for whoever waits. */
const RETRIES_EVERY_MS = 3000;

export type Watched = {
  session: Session;
  workflowId: string;
  runId?: string | undefined;
  json?: boolean | undefined;
  /** Nobody has answered for so many milliseconds; may throw to end the watching. */
  onSilence?: (milliseconds: number) => Promise<void>;
};

/**
 * Prints what happens, then how it ended; with `json`, only one document at the end. Returns the exit code.
 * Where nobody is there to answer, a question ends the watching, too: a pipeline must not hang on it.
 */
export async function showUntilEnd(watched: Watched, io: Io): Promise<number> {
  const { session, workflowId, json = false } = watched;
  const isAttended = io.ask !== undefined && !json;
  const unanswerable = new AbortController();
  const pasteable = (answer: string) => reaching(answer, session);
  const progress = new Progress(io.colours, pasteable);
  const retries = new RetryNews();
  let lookedAt = Date.now();
  /** A step that is tried again says nothing itself, and asks nobody until its time is up. */
  const showRetries = async (status: RollbackStatus) => {
    if (Date.now() - lookedAt < RETRIES_EVERY_MS) return;
    lookedAt = Date.now();
    // What can't be read now is read the next time.
    const retrying = await retryingNow(session.client, workflowId, watched.runId).catch(() => []);
    for (const one of retries.of(retrying))
      io.out(`${io.colours.yellow('Retrying:')} ${retryingLine(one, status, pasteable)}\n`);
  };
  let last: RollbackStatus | null = null;
  let isSilenceSaid = false;
  const ending = await follow({
    client: session.client,
    workflowId,
    runId: watched.runId,
    signal: AbortSignal.any([io.signal, unanswerable.signal]),
    onStatus: async (status) => {
      last = status;
      isSilenceSaid = false;
      if (!json)
        io.out(
          progress
            .lines(status, Date.now())
            .map((line) => `${line}\n`)
            .join(''),
        );
      if (!json) await showRetries(status);
      if (status.awaiting !== null && !isAttended) unanswerable.abort();
    },
    onSilence: async (milliseconds) => {
      await watched.onSilence?.(milliseconds);
      if (isSilenceSaid) return;
      isSilenceSaid = true;
      const known = await underWay(session.client, workflowId).catch(() => null);
      io.err(
        `No answer from a worker on ${session.settings.taskQueue} for ${Math.round(milliseconds / 1000)} s. ` +
          `The rollback waits where it is and goes on when a worker is there (\`${session.program} worker\`). ` +
          `${known === null ? '' : `${known} `}Still watching.\n`,
      );
    },
  });
  if (ending === null && unanswerable.signal.aborted) {
    if (json) io.out(waitingDocument(workflowId, last));
    else io.err(`Nobody is here to decide: only the watching has ended, and the rollback goes on waiting.\n`);
    return EXIT.waiting;
  }
  if (ending === null) {
    io.err(`\n${goesOn(session, workflowId)}\n`);
    return EXIT.interrupted;
  }
  const ended = last === null ? null : asEnded(last, ending);
  io.out(json ? endingDocument(workflowId, ending, ended) : renderEnding(ending, ended, io.colours));
  return exitCodeOfEnding(ending);
}

/** What `--json` prints when the rollback waits for a person, and so does not end by itself. */
function waitingDocument(workflowId: string, status: RollbackStatus | null): string {
  const document = { format: 'backout.waiting/1', workflowId, exitCode: EXIT.waiting, status };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** What to know about a rollback that is not watched any more. */
export function goesOn({ program }: Session, workflowId: string): string {
  return (
    `The rollback ${workflowId} GOES ON: only the watching has ended.\n` +
    `  Watch it again:  ${program} watch ${workflowId}\n` +
    `  Cancel it:       ${program} cancel ${workflowId}`
  );
}

/** The one document that `--json` prints: a stable contract, fields are only ever added. */
export function endingDocument(workflowId: string, ending: Ending, status: RollbackStatus | null): string {
  const document = {
    format: 'backout.ending/1',
    workflowId,
    exitCode: exitCodeOfEnding(ending),
    ...ending,
    status,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
