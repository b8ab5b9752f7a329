/** Shows a rollback that a worker runs until it ends. Shared by `rollback` and `watch`. */
import type { RollbackStatus } from '../domain/rollback.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Session } from './temporal/connect.ts';
import type { Ending } from './temporal/ending.ts';
import { follow } from './temporal/follow.ts';
import { exitCodeOfEnding, renderEnding } from './view/ending.ts';
import { Progress } from './view/progress.ts';

export type Watched = {
  session: Session;
  workflowId: string;
  runId?: string | undefined;
  json?: boolean | undefined;
  /** Nobody has answered for so many milliseconds; may throw to end the watching. */
  onSilence?: (milliseconds: number) => Promise<void>;
};

/** Prints what happens, then how it ended; with `json`, only one document at the end. Returns the exit code. */
export async function showUntilEnd(watched: Watched, io: Io): Promise<number> {
  const { session, workflowId, json = false } = watched;
  const progress = new Progress(io.colours);
  let last: RollbackStatus | null = null;
  let isSilenceSaid = false;
  const ending = await follow({
    client: session.client,
    workflowId,
    runId: watched.runId,
    signal: io.signal,
    onStatus: (status) => {
      last = status;
      isSilenceSaid = false;
      if (!json)
        io.out(
          progress
            .lines(status, Date.now())
            .map((line) => `${line}\n`)
            .join(''),
        );
    },
    onSilence: async (milliseconds) => {
      await watched.onSilence?.(milliseconds);
      if (isSilenceSaid) return;
      isSilenceSaid = true;
      io.err(
        `No answer from a worker on ${session.settings.taskQueue} for ${Math.round(milliseconds / 1000)} s. ` +
          'The rollback waits where it is and goes on when a worker is there (`backout worker`). Still watching.\n',
      );
    },
  });
  if (ending === null) {
    io.err(`\n${goesOn(workflowId)}\n`);
    return EXIT.interrupted;
  }
  io.out(json ? endingDocument(workflowId, ending, last) : renderEnding(ending, last, io.colours));
  return exitCodeOfEnding(ending);
}

/** What to know about a rollback that is not watched any more. */
export function goesOn(workflowId: string): string {
  return (
    `The rollback ${workflowId} GOES ON: only the watching has ended.\n` +
    `  Watch it again:  backout watch ${workflowId}\n` +
    `  Cancel it:       backout cancel ${workflowId}`
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
