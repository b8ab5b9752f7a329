/**
 * The lock that keeps two rollbacks of one service and environment apart.
 *
 * A child workflow with a fixed ID: a second start of that ID is refused by the server, whatever workflow ID the
 * second rollback has. It ends when its rollback releases it, or ends in any other way (parent close policy).
 */
import { condition, setHandler, workflowInfo } from '@temporalio/workflow';
import { releaseLockSignal } from './messages.ts';

/** Holds the lock until it is released. */
export async function rollbackLock(): Promise<string> {
  let released = false;
  setHandler(releaseLockSignal, () => {
    released = true;
  });
  await condition(() => released);
  return `released by ${workflowInfo().parent?.workflowId ?? 'nobody'}`;
}
