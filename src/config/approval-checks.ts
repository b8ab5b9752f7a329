/** Whether the rules about approvals let rollbacks go ahead: better found by `backout check` than at night. */
import { policyFor, whyNeverApproved } from '../domain/approval/policy.ts';
import type { Occasion } from '../domain/approval/policy.ts';
import { ROLLBACK_KINDS } from '../domain/plan.ts';
import { SEVERITIES } from '../domain/request.ts';
import type { Problem } from './problems.ts';
import type { BackoutFile } from './schema.ts';

/** A service whose rollback nobody could approve, as where nobody has the role that a built-in rule asks for. */
export function unapprovable({ approvals, services }: BackoutFile): Problem[] {
  if (approvals === undefined) return [];
  const reasons = new Map<string, string>();
  for (const { service, ...occasion } of occasionsOf(services)) {
    const why = whyNeverApproved(policyFor(approvals, occasion), SOMEBODY_ELSE);
    const { kind, severity, environment } = occasion;
    // One line for each reason: the same rule fits many of them.
    if (why !== null && !reasons.has(why))
      reasons.set(why, `a ${kind} rollback (${severity}) of ${service} in ${environment}`);
  }
  return [...reasons].map(([why, what]) => ({
    path: ['approvals'],
    message: `nobody could agree to ${what}: ${why}; give somebody the role under people, or write a rule`,
    atKey: true,
  }));
}

/** Who asks is not known here, and takes nobody's seat. */
const SOMEBODY_ELSE = ' ';

/** Every kind of rollback that can be asked for. */
function* occasionsOf(services: BackoutFile['services']): Generator<Occasion & { service: string }> {
  for (const [service, { environments }] of Object.entries(services)) {
    for (const [environment, { database }] of Object.entries(environments)) {
      const kinds = ROLLBACK_KINDS.filter((kind) => kind !== 'full' || database !== undefined);
      for (const kind of kinds)
        for (const severity of SEVERITIES) yield { service, environment, kind, severity };
    }
  }
}
