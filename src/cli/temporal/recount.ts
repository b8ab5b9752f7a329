/** Has a rollback count again what its restore would lose, for the person who is about to decide. */
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';

/** The name of the update in workflows/messages.ts, which would load the workflow library. */
const COUNT_LOSS = 'countLoss';
/** Whoever is about to type RESTORE waits no longer for a number. */
const WITHIN_MS = 12_000;

/**
 * `restore`: for who is about to type it, a count of some seconds ago is too old. Never fails.
 * @returns false where no new count came in time, and people are shown the last one, with its time
 */
export async function recountLoss(
  client: Pick<Client, 'connection' | 'workflow'>,
  workflowId: string,
  purpose: 'look' | 'restore' = 'look',
): Promise<boolean> {
  const content = purpose === 'restore' ? { before: 'RESTORE' } : {};
  return await client.connection
    .withDeadline(Date.now() + WITHIN_MS, () =>
      client.workflow.getHandle(workflowId).executeUpdate<unknown, [object]>(COUNT_LOSS, { args: [content] }),
    )
    .then(() => true)
    // Refused: the last is fresh, or nothing is to be counted now.
    .catch((error: unknown) => error instanceof WorkflowUpdateFailedError);
}
