/** `backout cancel`: end a rollback in order, with its report. */
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { withTemporal } from '../temporal/connect.ts';
import { onRollback } from '../temporal/not-found.ts';
import { over } from '../temporal/send.ts';

export type CancelOptions = GlobalOptions & { workflowId: string };

export async function cancel({ workflowId, ...options }: CancelOptions, io: Io): Promise<number> {
  return await withTemporal({ ...options, workflowId }, io, (session) =>
    onRollback(session, workflowId, async () => {
      const handle = session.client.workflow.getHandle(workflowId);
      // The server takes a cancellation of what has ended, and nothing comes of it.
      if ((await handle.describe()).status.name !== 'RUNNING') throw over(workflowId);
      await handle.cancel();
      io.out(
        `Asked ${workflowId} to end. It ends its running command, frees its locks and writes its report; traffic stays where it is then.\n` +
          `  Watch it:  ${session.program} watch ${workflowId}\n`,
      );
      return EXIT.ok;
    }),
  );
}
