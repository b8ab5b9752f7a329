/** Who must agree to a rollback: found when its plan is made, and frozen with it (requirement F1). */
import { policyFor, whyNeverApproved } from '../../src/domain/approval/policy.ts';
import type { Policy } from '../../src/domain/approval/policy.ts';
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import { asSentence } from '../../src/domain/report/plain.ts';
import type { Deps } from '../deps.ts';
import type { PlanInput } from '../types.ts';

/** @throws BackoutFailure InvalidRequest when nobody could ever approve it: better said now than in an hour */
export function policyOf(
  { approvals }: Pick<Deps, 'approvals'>,
  { kind, request, environment }: PlanInput,
): Policy {
  const policy = policyFor(approvals ?? null, { environment, severity: request.severity, kind });
  const why = request.dryRun ? null : whyNeverApproved(policy, request.requestedBy);
  if (why === null) return policy;
  throw new BackoutFailure('InvalidRequest', {
    what: `This rollback could never be approved: ${asSentence(why)}`,
    changed: NOTHING_CHANGED,
    next: 'Correct the request, or the rules under `approvals` in the configuration.',
  });
}
