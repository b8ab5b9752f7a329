/** Whether a signed decision is by the person whom it names: asked of a worker, which has ssh-keygen and the signers. */
import { condition, isCancellation } from '@temporalio/workflow';
import type { ApprovalMessage } from '../../src/domain/approval/messages.ts';
import { findPerson } from '../../src/domain/approval/people.ts';
import type { Proof, Terms } from '../../src/domain/approval/state.ts';
import type { RollbackRef } from '../../src/domain/rollback.ts';
import { onTarget } from './activities.ts';
import { describeFailure } from './failures.ts';

/** ssh-keygen takes milliseconds. Whoever signed waits for the answer, and `backout` does for 10 s. */
const BUDGET_SECONDS = 8;

/** What is known by the time at which it is asked. */
type Known = {
  ref: Pick<RollbackRef, 'workflowId' | 'runId'>;
  taskQueue: () => string;
  /** Null until the plan is made. */
  terms: () => Terms | null;
  nonces: () => string[];
};

/**
 * Waits for the plan, which says who the people are, and has the signature verified.
 * @returns the proof, or why it is none. Never rejects: a signature that could not be verified is none
 */
export async function prove(
  { message, at }: { message: ApprovalMessage; at: string },
  known: Known,
): Promise<Proof | { why: string }> {
  try {
    await condition(() => known.terms() !== null);
    const person = findPerson(known.terms()?.policy.people ?? [], message.by ?? '');
    if (person === null)
      return { why: "its signature can't be matched to anybody: no people are configured" };
    const worker = onTarget({
      taskQueue: known.taskQueue(),
      budgetSeconds: BUDGET_SECONDS,
      summary: `Verify the signature of ${person.id}`,
    });
    const verdict = await worker.verifyDecision({
      expected: { message, at, ...known.ref, nonces: known.nonces() },
      principal: person.principal,
    });
    return verdict.verified ? verdict.proof : { why: verdict.why };
  } catch (error) {
    return { why: isCancellation(error) ? 'the rollback was cancelled' : whyUnknown(error) };
  }
}

function whyUnknown(error: unknown): string {
  const { message } = describeFailure(error);
  return `its signature could not be verified, so it does not count: ${message.replace(/\.$/, '')}`;
}
