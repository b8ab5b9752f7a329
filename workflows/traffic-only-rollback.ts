/** Traffic-only rollback (requirement B1): requests go back to the previous release, the faulty one is stopped. */
import type { RollbackResult } from '../src/domain/rollback.ts';
import { conductRollback } from './steps/conduct.ts';
import type { Steps } from './steps/steps.ts';

/**
 * Sends all traffic back to the previous release.
 *
 * Input: one JSON object, see `rollbackRequestSchema`. Ends COMPLETED when the release returned to is proved good
 * (and after a dry run), FAILED with a typed message otherwise; nothing else counts as success.
 */
export async function trafficOnlyRollback(...input: unknown[]): Promise<RollbackResult> {
  return await conductRollback('traffic-only', input, runbook);
}

async function runbook(steps: Steps): Promise<void> {
  await steps.captureBefore();
  await steps.startPrevious();
  await steps.shiftTraffic();
  await steps.captureLogs();
  await steps.stopFaulty();
  await steps.verifyRelease();
}
