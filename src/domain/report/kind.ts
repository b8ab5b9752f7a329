/** Words that differ between a rollback and a recovery. */
import { describeRelease } from '../plan.ts';
import type { Plan } from '../plan.ts';

type Kinded = { plan: Pick<Plan, 'kind'> };

export const isRecovery = ({ plan }: Kinded): boolean => plan.kind === 'recover';

/** What runs: "the … waits", "the … has ended". */
export const nounOf = (run: Kinded): string => (isRecovery(run) ? 'recovery' : 'rollback');

/** `from green (2.4.1) to blue (2.4.0)`, or `with green (2.4.1)` where no traffic is to move. */
export function routeOf({ from, to }: Pick<Plan, 'from' | 'to'>): string {
  return from.name === to.name
    ? `with ${describeRelease(to)}`
    : `from ${describeRelease(from)} to ${describeRelease(to)}`;
}

/** What a recovery found broken, as whole sentences with a blank behind them; nothing for a rollback. */
export function troublesOf({ recovery }: Pick<Plan, 'recovery'>): string {
  return recovery === undefined ? '' : `What was broken: ${recovery.troubles.join(' ')} `;
}
