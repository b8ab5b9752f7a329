/** Escalation (requirements G1, G2): people are paged, level after level, until the incident is over. */
import type { EscalationInput, EscalationStatus } from '../src/domain/escalation/state.ts';
import { EscalationRun } from './steps/escalation-run.ts';
import type { Carried } from './steps/escalation-run.ts';

/**
 * Pages people about a rollback. Started by it, outlives it, and ends when the rollback ends well or somebody resolves it.
 *
 * @param carried what was known when its history grew long and it went on with a new one
 * @returns who was paged when, and who acknowledged
 */
export async function escalation(input: EscalationInput, carried?: Carried): Promise<EscalationStatus> {
  return await new EscalationRun(input, carried).untilOver();
}
