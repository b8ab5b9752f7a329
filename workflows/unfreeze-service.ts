/** Lifts a freeze that nobody waits for any more: one that was left, or whose workflow was ended from outside. */
import type { RollbackResult } from '../src/domain/rollback.ts';
import { conductUnfreeze } from './steps/conduct-unfreeze.ts';

/**
 * Lets requests and writes of a service through again, as they were before the freeze. Changes nothing else.
 *
 * Input: one JSON object, `{"service": "…", "reason": "…"}`. Refused with `AlreadyRunning` while a freeze still waits:
 * that one is answered (`decideFreeze`).
 */
export async function unfreezeService(...input: unknown[]): Promise<RollbackResult> {
  return await conductUnfreeze(input);
}
