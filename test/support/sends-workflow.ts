/** A workflow that does nothing but send, everything at once, for tests of what arrives when its worker dies. */
import { workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/types.ts';
import { onTarget } from '../../workflows/steps/activities.ts';

export { notifyCustomers } from '../../workflows/notify-customers.ts';

type Sender =
  | 'announce'
  | 'announceFollowUp'
  | 'announceFreeze'
  | 'changeTicket'
  | 'openTicket'
  | 'postPublicUpdate'
  | 'sendEvent'
  | 'tagFaulty';

export type Send = { [Name in Sender]: { activity: Name; input: Parameters<Activities[Name]>[0] } }[Sender];

/** @returns what each came to, in the order of `sends` */
export async function sendAll(sends: Send[]): Promise<unknown[]> {
  const { taskQueue } = workflowInfo();
  return await Promise.all(
    sends.map(({ activity, input }) => {
      const worker = onTarget({ taskQueue, budgetSeconds: 100, summary: activity });
      return (worker[activity] as (of: typeof input) => Promise<unknown>)(input);
    }),
  );
}
