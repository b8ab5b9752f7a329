/** `backout tick`: something that was still to be done after a rollback is done. */
import { isFollowUpId } from '../../domain/follow-up/id.ts';
import { CliError, refusedMessage } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { whoAmI } from '../identity.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { askStatus } from '../temporal/ask-status.ts';
import { withTemporal } from '../temporal/connect.ts';
import type { Session } from '../temporal/connect.ts';
import { onRollback } from '../temporal/not-found.ts';
import { send } from '../temporal/send.ts';

export type TickOptions = GlobalOptions & { workflowId: string; item: string; by?: string; note?: string };

const ANSWER_WITHIN_MS = 5000;

export async function tick({ workflowId, item, note, ...options }: TickOptions, io: Io): Promise<number> {
  const by = whoAmI(options.by, io.env);
  const content = { item, by, ...(note === undefined ? {} : { note }) };
  return await withTemporal({ ...options, workflowId }, io, (session) =>
    onRollback(session, workflowId, async () => {
      const followUp = await followUpOf(session, workflowId);
      await send(session, followUp, { name: 'tick', content });
      io.out(`Ticked by ${by}: ${item}.\n  What is open:  ${session.program} status ${followUp}\n`);
      return EXIT.ok;
    }),
  );
}

/** People know the rollback: what follows it up is asked of it. */
async function followUpOf(session: Session, workflowId: string): Promise<string> {
  if (isFollowUpId(workflowId)) return workflowId;
  const status = await askStatus(session.client, { workflowId }, ANSWER_WITHIN_MS);
  if (status === null)
    throw new CliError(
      EXIT.unreachable,
      `No worker answered for ${workflowId} within ${ANSWER_WITHIN_MS / 1000} s, so its follow-up is not known. Nothing was ` +
        `ticked. Start a worker with \`${session.program} worker\`, or name the follow-up itself.`,
    );
  if (status.followUp !== undefined) return status.followUp;
  throw refusedMessage(
    status.outcome === null
      ? `The rollback ${workflowId} still runs: its follow-up, which takes this, starts when it has ended. Nothing was ticked.`
      : `The rollback ${workflowId} has no follow-up: it changed nothing, or \`followUp.enabled\` is false. Nothing was ticked.`,
  );
}
