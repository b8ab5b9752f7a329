/** What people are told about the rollback that they are paged for. */
import { startCommand } from '../partial/words.ts';
import { describeRelease } from '../plan.ts';
import type { Plan, RunKind } from '../plan.ts';
import { againCommand } from '../report/again.ts';
import type { RollbackRequest } from '../request.ts';
import type { RollbackRef } from '../rollback.ts';
import type { Subject } from './state.ts';

type Asked = { ref: RollbackRef; kind: RunKind; request: RollbackRequest };
/** `plan` is null where something else is done first, as in a freeze. */
type Found = { service: string; environment: string; plan: Plan | null };

export function subjectOf({ ref, kind, request }: Asked, { service, environment, plan }: Found): Subject {
  return {
    workflowId: ref.workflowId,
    runId: ref.runId,
    kind,
    service,
    environment,
    severity: request.severity,
    reason: request.reason,
    requestedBy: ref.requestedBy,
    startedAt: ref.startedAt,
    customersAffected: request.customerFacing,
    route: plan === null ? null : `${describeRelease(plan.from)} → ${describeRelease(plan.to)}`,
    again: againOf(request, { service, environment, plan }),
  };
}

/** One that is taken as it is pasted. Without a plan it was a freeze, or the end of one. */
function againOf({ dataCorruption }: RollbackRequest, { service, environment, plan }: Found): string {
  if (plan === null)
    return `backout ${dataCorruption ? 'freeze' : 'unfreeze'} ${service} --env ${environment} --reason "WHY"`;
  const command = plan.kind === 'partial' ? startCommand(plan) : againCommand(plan);
  return command.replace('--reason …', '--reason "WHY"');
}
