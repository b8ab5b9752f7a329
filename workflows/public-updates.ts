/** The status page (requirement H2): customers are told, again and again, until the incident is over. */
import type { PublicUpdatesInput, PublicUpdatesStatus } from '../src/domain/status-page/state.ts';
import { PublicUpdatesRun } from './steps/public-updates-run.ts';
import type { Carried } from './steps/public-updates-run.ts';

/**
 * Tells customers about a rollback. Started by it, outlives it, and ends when the rollback ends well or somebody resolves it.
 *
 * @param carried what was known when its history grew long and it went on with a new one
 * @returns what was posted when
 */
export async function publicUpdates(
  input: PublicUpdatesInput,
  carried?: Carried,
): Promise<PublicUpdatesStatus> {
  return await new PublicUpdatesRun(input, carried).untilOver();
}
