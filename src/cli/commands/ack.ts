/** `backout ack`: somebody has seen it, and this level is not paged again. */
import { EXIT } from '../exit-codes.ts';
import { whoAmI } from '../identity.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { withTemporal } from '../temporal/connect.ts';
import { onRollback } from '../temporal/not-found.ts';
import { tell } from '../temporal/tell.ts';

export type AckOptions = GlobalOptions & { workflowId: string; by?: string; note?: string };

export async function ack({ workflowId, note, ...options }: AckOptions, io: Io): Promise<number> {
  const by = whoAmI(options.by, io.env);
  const content = { by, ...(note === undefined ? {} : { note }) };
  return await withTemporal({ ...options, workflowId }, io, (session) =>
    onRollback(session, workflowId, async () => {
      await tell(session, workflowId, { name: 'acknowledge', content });
      io.out(`Acknowledged by ${by}: ${workflowId}.\n`);
      return EXIT.ok;
    }),
  );
}
