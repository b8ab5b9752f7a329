/** `backout freeze`: ask, start, watch until people have decided. */
import { leave } from '../detached.ts';
import { usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { requireYes } from '../require-yes.ts';
import { toRequest } from '../request.ts';
import type { RequestOptions } from '../request.ts';
import { withTemporal } from '../temporal/connect.ts';
import { startRollback } from '../temporal/start.ts';
import { watchForWorker } from '../temporal/workers.ts';
import { showUntilEnd } from '../watching.ts';

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
      const next = `What is held:  ${session.program} status ${workflowId}`;
      return await leave(session, { ...started, json, next }, io);
    }
    if (!json) io.out(`Started ${workflowId}. Times are UTC.\n`);
    return await showUntilEnd(
      { session, ...started, json, onSilence: watchForWorker(session, workflowId) },
      io,
    );
  });
}
