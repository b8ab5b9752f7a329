/** Who must agree to a rollback: found when its plan is made, and frozen with it (requirement F1); and who signed. */
import { mustSign, policyFor, whyNeverApproved } from '../../src/domain/approval/policy.ts';
import type { Policy } from '../../src/domain/approval/policy.ts';
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import { asSentence } from '../../src/domain/report/plain.ts';
import { ROLLBACK_KINDS } from '../../src/domain/plan.ts';
import type { RollbackKind } from '../../src/domain/plan.ts';
import { SEVERITIES } from '../../src/domain/request.ts';
import type { Finding } from '../../src/domain/readiness.ts';
import type { Deps } from '../deps.ts';
import { everybody } from '../../src/domain/approval/people.ts';
import { checkSigning } from '../approval/check-signing.ts';
import { verifySignature } from '../approval/verify-signature.ts';
import type { SignatureVerdict } from '../approval/verify-signature.ts';
import type { PlanInput, SignedDecision } from '../types.ts';

/** @throws BackoutFailure InvalidRequest when nobody could ever approve it: better said now than in an hour */
export function policyOf(
  { approvals }: Pick<Deps, 'approvals'>,
  { kind, request, environment }: PlanInput & { kind: RollbackKind },
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

/**
 * Verifies the signature of a decision. Keys and revocations count as they are now, not as they were when the plan was made.
 * @throws BackoutFailure InvalidConfiguration when this worker has nothing to verify signatures with
 */
export async function verifyDecision(
  { approvals }: Pick<Deps, 'approvals'>,
  decision: SignedDecision,
  signal: AbortSignal,
): Promise<SignatureVerdict> {
  const signers = approvals?.signing;
  if (signers !== undefined) return await verifySignature({ ...decision, signers }, { signal });
  throw new BackoutFailure('InvalidConfiguration', {
    what: "Signatures can't be verified: the configuration of this worker has no `approvals.signing`.",
    changed: 'The decision was not taken; traffic and data were not changed by this.',
    next: 'Where no signature is demanded, send it without --sign; else configure it, restart the worker, and sign again.',
  });
}

/** Could the signatures be verified that rollbacks in this environment demand? Nothing where none are. */
export async function signingFindings(
  { approvals }: Pick<Deps, 'approvals'>,
  { environment, hasDatabase }: { environment: string; hasDatabase: boolean },
): Promise<Finding[]> {
  if (approvals?.signing === undefined) return [];
  const kinds = ROLLBACK_KINDS.filter((kind) => kind !== 'full' || hasDatabase);
  const signers = kinds.flatMap((kind) =>
    SEVERITIES.flatMap((severity) => mustSign(policyFor(approvals, { environment, severity, kind }))),
  );
  const people = everybody(approvals).filter(({ id }) => signers.includes(id));
  return people.length === 0 ? [] : [await checkSigning(approvals.signing, people)];
}
