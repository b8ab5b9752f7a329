/** Freeze (requirement A4): data are being damaged. Writes are stopped first; then a person decides. */
import type { RollbackResult } from '../src/domain/rollback.ts';
import { fullRollback } from './full-rollback.ts';

/**
 * A full rollback of a service whose data are being damaged: requests and writes are held first, and people choose
 * between the restore, letting all through again, and leaving it frozen.
 *
 * Input: that of `fullRollback`; `dataCorruption` need not be said. A dry run shows the plan of the full rollback.
 */
export async function freezeService(...input: unknown[]): Promise<RollbackResult> {
  return await fullRollback(...input.map(asDamaged));
}

function asDamaged(input: unknown): unknown {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  return isObject ? { ...input, dataCorruption: true } : input;
}
