/** Words that differ between a rollback, a partial one, and a recovery. */
import { describeChanges } from '../partial/words.ts';
import { describeRelease } from '../plan.ts';
import type { Plan } from '../plan.ts';

type Kinded = { plan: Pick<Plan, 'kind'> };

export const isRecovery = ({ plan }: Kinded): boolean => plan.kind === 'recover';

/** It changes flags and configuration, and leaves releases and traffic alone. */
export const isPartial = ({ plan }: Kinded): boolean => plan.kind === 'partial';

/** What runs: "the … waits", "the … has ended". */
export function nounOf(run: Kinded): string {
  switch (run.plan.kind) {
    case 'recover':
      return 'recovery';
    case 'partial':
      return 'partial rollback';
    case 'traffic-only':
    case 'full':
      return 'rollback';
  }
}

/**
 * `from green (2.4.1) to blue (2.4.0)`, or `with green (2.4.1)` where no traffic is to move; of a partial rollback what it
 * changes, too: `(checkout off) with green (2.4.1)`.
 */
export function routeOf({ from, to, partial }: Pick<Plan, 'from' | 'to' | 'partial'>): string {
  if (partial !== undefined) return `(${describeChanges(partial)}) with ${describeRelease(to)}`;
  return from.name === to.name
    ? `with ${describeRelease(to)}`
    : `from ${describeRelease(from)} to ${describeRelease(to)}`;
}

/** The same in short, for a line that names service and environment: `green (2.4.1) → blue (2.4.0)`, `checkout off, green (2.4.1) stays`. */
export function changeOf({ from, to, partial }: Pick<Plan, 'from' | 'to' | 'partial'>): string {
  return partial === undefined
    ? `${describeRelease(from)} → ${describeRelease(to)}`
    : `${describeChanges(partial)}, ${describeRelease(to)} stays`;
}

/** What a recovery found broken, as whole sentences with a blank behind them; nothing for a rollback. */
export function troublesOf({ recovery }: Pick<Plan, 'recovery'>): string {
  return recovery === undefined ? '' : `What was broken: ${recovery.troubles.join(' ')} `;
}
