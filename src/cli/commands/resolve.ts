/** `backout resolve`: the incident is over, and this is what was done. */
import { EXIT } from '../exit-codes.ts';
import { whoAmI } from '../identity.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { withTemporal } from '../temporal/connect.ts';
import { onRollback } from '../temporal/not-found.ts';
import { tell } from '../temporal/tell.ts';

export type ResolveOptions = GlobalOptions & { workflowId: string; resolution: string; by?: string };

export async function resolve(
  { workflowId, resolution, ...options }: ResolveOptions,
  io: Io,
): Promise<number> {
  const by = whoAmI(options.by, io.env);
  return await withTemporal({ ...options, workflowId }, io, (session) =>
    onRollback(session, workflowId, async () => {
      await tell(session, workflowId, { name: 'resolve', content: { by, resolution } });
      io.out(`Resolved by ${by}: ${workflowId}.\n`);
      return EXIT.ok;
    }),
  );
}
