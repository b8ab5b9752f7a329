/** `backout unfreeze`: answers the freeze that still waits, or lifts what one has left. */
import type { Io } from '../io.ts';
import { whoAmI } from '../identity.ts';
import type { GlobalOptions } from '../program.ts';
import { toRequest } from '../request.ts';
import { askStatus } from '../temporal/ask-status.ts';
import { withTemporal } from '../temporal/connect.ts';
import type { Session } from '../temporal/connect.ts';
import { send } from '../temporal/send.ts';
import { CAN_FREEZE, startRollback } from '../temporal/start.ts';
import { watchForWorker } from '../temporal/workers.ts';
import { showUntilEnd } from '../watching.ts';

export type UnfreezeOptions = GlobalOptions & {
  service: string;
  reason: string;
  env?: string;
  by?: string;
  local?: boolean;
  takeOver?: string;
  takeOverNote?: string;
  json?: boolean;
};

const ANSWER_WITHIN_MS = 5000;

export async function unfreeze(options: UnfreezeOptions, io: Io): Promise<number> {
  const { reason, json = false } = options;
  const request = toRequest(options, io.env);
  if (options.local) {
    const { unfreezeLocally } = await import('../local/unfreeze.ts');
    return await unfreezeLocally({ ...options, request }, io);
  }
  return await withTemporal(options, io, async (session) => {
    const waiting = await frozenRun(session, options);
    if (waiting !== null) {
      const content = { decision: 'release', by: whoAmI(options.by, io.env), note: reason };
      await send(session, waiting, { name: 'decideFreeze', content });
      return await showUntilEnd({ session, workflowId: waiting, json }, io);
    }
    const started = await startRollback(session, { kind: 'unfreeze', request });
    return await showUntilEnd(
      { session, ...started, json, onSilence: watchForWorker(session, started.workflowId) },
      io,
    );
  });
}

/** The run that has frozen this service and has not ended, or null. */
async function frozenRun(
  { client }: Session,
  { service, env }: Pick<UnfreezeOptions, 'service' | 'env'>,
): Promise<string | null> {
  const query = `${CAN_FREEZE} AND ExecutionStatus = "Running"`;
  for await (const { workflowId } of client.workflow.list({ query })) {
    // One that has ended since it was listed is none.
    const status = await askStatus(client, { workflowId }, ANSWER_WITHIN_MS).catch(() => null);
    const freeze = status?.freeze;
    if (freeze?.service === service && (env === undefined || freeze.environment === env)) return workflowId;
  }
  return null;
}
