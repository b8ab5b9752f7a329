/** Whether what an earlier rollback has restored may stay, and how the target tells the next one so. Pure. */
import type { Plan } from '../../src/domain/plan.ts';
import type { RollbackRequest } from '../../src/domain/request.ts';
import type { Already } from '../postgres/restore/already.ts';
import type { TargetPlan } from '../targets/driver.ts';

type Target = Pick<TargetPlan, 'from' | 'observed' | 'continues' | 'last'>;

/**
 * Is what has been restored already good enough? Not where a person wants it again, nor where the fault may have done harm
 * since: the faulty release serves again, or another rollback has taken the traffic from it since, or data are said to be
 * damaged and this is no rollback that goes on.
 */
export function isGoodEnough(
  { run }: Pick<Already, 'run'>,
  { request, target }: { request: Pick<RollbackRequest, 'restoreAgain' | 'dataCorruption'>; target: Target },
): boolean {
  const { continues, last } = target;
  if (request.restoreAgain === true || serves(target)) return false;
  // Traces of others are of traffic that the faulty release got again meanwhile.
  if (last?.owner !== run && last?.heirOf !== run) return false;
  return !request.dataCorruption || continues?.owner === run;
}

/** What a rollback notes on the target, so that one that comes after it can tell that the release stayed out all the time. */
export function heirOf(plan: Pick<Plan, 'from' | 'observed' | 'continues' | 'database'>): {
  heirOf?: string;
} {
  const run = plan.database?.alreadyRestored?.run ?? (serves(plan) ? undefined : plan.continues?.owner);
  return run === undefined ? {} : { heirOf: run };
}

/** The release that is left has traffic. Where no answer tells, the configuration does. */
function serves({ from, observed }: Pick<Target, 'from' | 'observed'>): boolean {
  const seen = observed.releases.find(({ name }) => name === from.name);
  if (seen === undefined) return false;
  return seen.answerShare === null ? seen.configured === 'active' : seen.answerShare > 0;
}
