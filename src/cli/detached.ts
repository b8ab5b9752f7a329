/** The end of a command with `--detach`: the run is under way, or was refused at once. */
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Session } from './temporal/connect.ts';
import { firstResult } from './temporal/first-result.ts';
import type { Started } from './temporal/start.ts';
import { untilTakenUp } from './temporal/workers.ts';
import { exitCodeOfEnding, renderEnding } from './view/ending.ts';
import { endingDocument, goesOn } from './watching.ts';

/** `next`: what is printed of one that is under way. Returns the exit code. */
export async function leave(
  session: Session,
  { json = false, next, ...started }: Started & { json?: boolean | undefined; next: string },
  io: Io,
): Promise<number> {
  const { workflowId } = started;
  // What nobody takes up now would start by itself when a worker comes, which may be hours later.
  await untilTakenUp(session, workflowId, io.signal);
  const ending = io.signal.aborted ? null : await firstResult(session, started, io.signal);
  if (io.signal.aborted) {
    io.err(`\n${goesOn(session, workflowId)}\n`);
    return EXIT.interrupted;
  }
  if (ending !== null) {
    io.out(json ? endingDocument(workflowId, ending, null) : renderEnding(ending, null, io.colours));
    return exitCodeOfEnding(ending);
  }
  io.out(
    json
      ? `${JSON.stringify({ format: 'backout.started/1', ...started }, null, 2)}\n`
      : `Started ${workflowId}. ${next}\n`,
  );
  return EXIT.ok;
}
