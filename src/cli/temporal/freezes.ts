/** Freezes that are in force, as Temporal has them: no worker need answer, and the run may have ended. */
import type { Client } from '@temporalio/client';
import { freezesInForce, readFreezeMemo } from '../../domain/freeze-in-force.ts';
import type { FreezeInForce, FreezingRun } from '../../domain/freeze-in-force.ts';
import { MAY_HOLD, WORKFLOW_TYPES } from './start.ts';

/** More runs than that since a freeze was left are not looked through. */
const MAX_LOOKED_AT = 500;

/** What was held or lifted by hand, and what Temporal has forgotten, is not seen here: `backout doctor` reads the targets. */
export async function frozenNow(client: Client): Promise<FreezeInForce[]> {
  const runs: FreezingRun[] = [];
  let lookedAt = 0;
  for await (const { workflowId, memo, type, status } of client.workflow.list({ query: MAY_HOLD })) {
    const freeze = readFreezeMemo(memo?.['freeze']);
    if (freeze !== null) {
      const isLift = type === WORKFLOW_TYPES.unfreeze;
      runs.push({ workflowId, isRunning: status.name === 'RUNNING', isLift, freeze });
    }
    if (++lookedAt === MAX_LOOKED_AT) break;
  }
  return freezesInForce(runs);
}
