/** `backout freeze`: ask, start, watch until people have decided. */
import { usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { requireYes } from '../require-yes.ts';
import { toRequest } from '../request.ts';
import type { RequestOptions } from '../request.ts';
import { withTemporal } from '../temporal/connect.ts';
import { startRollback } from '../temporal/start.ts';
import { untilTakenUp, watchForWorker } from '../temporal/workers.ts';
import { goesOn, showUntilEnd } from '../watching.ts';

export type FreezeOptions = GlobalOptions &
  Pick<
    RequestOptions,
    | 'service'
    | 'reason'
    | 'env'
    | 'severity'
    | 'releasedAt'
    | 'backup'
    | 'detectedAt'
    | 'incidentCommander'
    | 'by'
    | 'takeOver'
    | 'takeOverNote'
  > & { yes?: boolean; detach?: boolean; json?: boolean };

export async function freeze(options: FreezeOptions, io: Io): Promise<number> {
  const { service, env, yes = false, json = false } = options;
  const request = toRequest(options, io.env);
  if (!yes && (json || io.ask === undefined))
    throw usageError('There is nobody to ask: add --yes to freeze without a question.');
  return await withTemporal(options, io, async (session) => {
    if (!yes) {
      const where = env === undefined ? service : `${service} in ${env}`;
      io.out(
        `Freeze ${where}: every request gets a maintenance answer (503), the database becomes read-only, and its sessions are ended.\n` +
          'It stays so until somebody decides.\n',
      );
      await requireYes(io);
    }
    const started = await startRollback(session, { kind: 'freeze', request });
    const { workflowId } = started;
    if (options.detach) {
      await untilTakenUp(session, workflowId, io.signal);
      if (io.signal.aborted) {
        io.err(`\n${goesOn(session, workflowId)}\n`);
        return EXIT.interrupted;
      }
      io.out(
        json
          ? `${JSON.stringify({ format: 'backout.started/1', ...started }, null, 2)}\n`
          : `Started ${workflowId}. What is held:  ${session.program} status ${workflowId}\n`,
      );
      return EXIT.ok;
    }
    if (!json) io.out(`Started ${workflowId}. Times are UTC.\n`);
    return await showUntilEnd(
      { session, ...started, json, onSilence: watchForWorker(session, workflowId) },
      io,
    );
  });
}
