/** `backout decide-freeze`: the answer to a freeze. */
import { EXIT } from '../exit-codes.ts';
import { whoAmI } from '../identity.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { withTemporal } from '../temporal/connect.ts';
import { onRollback } from '../temporal/not-found.ts';
import { send } from '../temporal/send.ts';

export type DecideFreezeOptions = GlobalOptions & {
  workflowId: string;
  decision: string;
  by?: string;
  note?: string;
  backup?: string;
  releasedAt?: string;
};

export async function decideFreeze(options: DecideFreezeOptions, io: Io): Promise<number> {
  const { workflowId, decision, note, backup, releasedAt } = options;
  const content = {
    decision,
    by: whoAmI(options.by, io.env),
    ...(note === undefined ? {} : { note }),
    ...(backup === undefined ? {} : { backup }),
    ...(releasedAt === undefined ? {} : { releasedAt }),
  };
  return await withTemporal(options, io, (session) =>
    onRollback(session, workflowId, async () => {
      await send(session, workflowId, { name: 'decideFreeze', content });
      io.out(`Decided: ${decision}.\n  Watch it:  ${session.program} watch ${workflowId}\n`);
      return EXIT.ok;
    }),
  );
}
