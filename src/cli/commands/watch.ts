/** `backout watch`: a running rollback, step by step. */
import type { GlobalOptions } from '../program.ts';
import type { Io } from '../io.ts';
import { withTemporal } from '../temporal/connect.ts';
import { onRollback } from '../temporal/not-found.ts';
import { refuseOthers } from '../temporal/only-rollback.ts';
import { showUntilEnd } from '../watching.ts';

export type WatchOptions = GlobalOptions & { workflowId: string; json?: boolean };

export async function watch({ workflowId, json, ...options }: WatchOptions, io: Io): Promise<number> {
  return await withTemporal({ ...options, workflowId }, io, (session) =>
    onRollback(session, workflowId, async () => {
      await refuseOthers(session, workflowId);
      return await showUntilEnd({ session, workflowId, json }, io);
    }),
  );
}
