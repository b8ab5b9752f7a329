/** How long a restore in place keeps the service from answering, as far as can be guessed. */
import type { PlannedStep } from '../plan.ts';

const OUTAGE: readonly PlannedStep['name'][] = [
  'stop-application',
  'restore-database',
  'restart-application',
];

/** Seconds from RESTORE until the release runs again. */
export function outageSeconds(steps: readonly PlannedStep[]): number {
  return steps
    .filter(({ name, notNeeded }) => OUTAGE.includes(name) && notNeeded === undefined)
    .reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0);
}
