/** Recovery (requirements K2, K3): the database is gone, or no release runs. What is down is started again, in order. */
import type { RollbackResult } from '../src/domain/rollback.ts';
import { conductRollback } from './steps/conduct.ts';
import type { Steps } from './steps/steps.ts';

/**
 * Starts what is down: PostgreSQL, the release that is to serve, traffic to it. Changes no data.
 *
 * Input: one JSON object, see `rollbackRequestSchema`; `to` names the release that is to serve. Ends COMPLETED when that is
 * proved good (and after a dry run), FAILED with a typed message otherwise: `NothingToRecover` when nothing is down.
 */
export async function recoverService(...input: unknown[]): Promise<RollbackResult> {
  return await conductRollback('recover', input, runbook);
}

async function runbook(steps: Steps): Promise<void> {
  await steps.captureBefore();
  await steps.startDatabase();
  await steps.startPrevious();
  await steps.reviveApplication();
  await steps.shiftTraffic();
  await steps.verifyRelease();
}
