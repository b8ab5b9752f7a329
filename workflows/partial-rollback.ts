/** Partial rollback (requirements B3, C10, K4): flags are switched off, configuration is put back; the release stays. */
import type { RollbackResult } from '../src/domain/rollback.ts';
import { conductRollback } from './steps/conduct.ts';
import type { Steps } from './steps/steps.ts';

/**
 * Switches feature flags off, or puts the previous configuration back, and restarts what reads it. Moves no traffic and
 * changes no data. With `restore` it is the way back: everything as it was before.
 *
 * Input and end are those of `trafficOnlyRollback`, with `flags`, `configFiles` and `restore`.
 */
export async function partialRollback(...input: unknown[]): Promise<RollbackResult> {
  return await conductRollback('partial', input, runbook);
}

async function runbook(steps: Steps): Promise<void> {
  await steps.captureBefore();
  await steps.switchFlags();
  await steps.putBackConfiguration();
  await steps.restartChanged();
  await steps.verifyRelease();
}
