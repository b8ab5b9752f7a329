/** Asks a worker which incident folders it would remove now. */
import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import type { Removal } from '../../domain/records/removal.ts';
import { REMOVAL_WORKFLOW } from '../../domain/records/schedule.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { NotBegun, awaited, hasTimedOut } from './awaited.ts';
import type { Session } from './connect.ts';
import { noWorker } from './workers.ts';

/** Each folder is looked at, and Temporal asked about the old ones. */
const ANSWER_WITHIN_MS = 60_000;

const REMOVED_NOTHING = 'Nothing was removed.';

/** @throws CliError when no worker answers, or it can't be looked at */
export async function askOldRecords(
  session: Session,
  {
    taskQueue = session.settings.taskQueue,
    interrupt,
  }: { taskQueue?: string | undefined; interrupt: AbortSignal },
): Promise<Removal> {
  const { client, program } = session;
  const asked = { ...session, settings: { ...session.settings, taskQueue } };
  const handle = await client.workflow.start(REMOVAL_WORKFLOW, {
    workflowId: `backout-records-${randomUUID()}`,
    taskQueue,
    args: [{ dryRun: true }],
    workflowExecutionTimeout: ANSWER_WITHIN_MS,
    staticSummary: 'backout records: a dry run',
  });
  const signal = AbortSignal.any([interrupt, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  try {
    return (await awaited(client, handle, { interrupt: signal })) as Removal;
  } catch (error) {
    if (error instanceof NotBegun) throw noWorker(asked, REMOVED_NOTHING);
    if (!signal.aborted && !hasTimedOut(error)) return explained(error);
    await handle.terminate('nobody waits for this any longer').catch(() => undefined);
    if (interrupt.aborted) throw new CliError(EXIT.interrupted, 'Ended. Nothing was removed.');
    throw new CliError(
      EXIT.unreachable,
      `No worker on ${taskQueue} has answered within ${ANSWER_WITHIN_MS / 1000} s. Nothing was removed. Look at \`${program} doctor\`.`,
    );
  }
}

/** That folders can't be looked at fails the run; the answer is in its details all the same. */
function explained(error: unknown): Removal {
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) throw error;
  const removal = cause.details?.[0] as Removal | undefined;
  if (cause.type === 'RecordsNotRemoved' && removal !== undefined) return removal;
  throw new CliError(EXIT.failed, cause.message);
}
