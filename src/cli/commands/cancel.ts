/** `backout cancel`: end a rollback in order, with its report. */
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { withTemporal } from '../temporal/connect.ts';
import { onRollback } from '../temporal/not-found.ts';

export type CancelOptions = GlobalOptions & { workflowId: string };

export async function cancel({ workflowId, ...options }: CancelOptions, io: Io): Promise<number> {
  return await withTemporal(options, io, ({ client }) =>
    onRollback(workflowId, async () => {
      await client.workflow.getHandle(workflowId).cancel();
      io.out(
        `Asked ${workflowId} to end. It ends its running command, frees its locks and writes its report; traffic stays where it is then.\n` +
          `  Watch it:  backout watch ${workflowId}\n`,
      );
      return EXIT.ok;
    }),
  );
}
