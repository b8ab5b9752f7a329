/** Full rollback (requirement B2): as a traffic-only one, and the database goes back to its state before the release. */
import type { RollbackResult } from '../src/domain/rollback.ts';
import { conductRollback } from './steps/conduct.ts';
import type { Steps } from './steps/steps.ts';

/**
 * Sends all traffic back to the previous release, and restores the database once a person has typed RESTORE.
 *
 * Input and end are those of `trafficOnlyRollback`. Traffic is safe before anything is asked about the database.
 */
export async function fullRollback(...input: unknown[]): Promise<RollbackResult> {
  return await conductRollback('full', input, runbook);
}

async function runbook(steps: Steps): Promise<void> {
  await steps.captureBefore();
  await steps.startPrevious();
  await steps.shiftTraffic();
  await steps.captureLogs();
  await steps.stopFaulty();
  if (await steps.agreeOnRestore()) {
    await steps.stopApplication();
    await steps.restoreDatabase();
    await steps.restartApplication();
  }
  await steps.verifyRelease();
}
