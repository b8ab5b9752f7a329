/**
 * What is done about the faulty version once traffic has left it (requirement J1): it is blocked, and tagged where that is
 * configured. Beside the rollback, which waits for none of it; whatever can't be done is noted and told in the report.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { CancellationScope, ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { BLOCK_MEMO, blockSchema, blockWorkflowId } from '../../src/domain/blocks/block.ts';
import type { BlockRequest } from '../../src/domain/blocks/block.ts';
import { blockCommand, describePlace, unblockCommand } from '../../src/domain/blocks/words.ts';
import { describeRelease } from '../../src/domain/plan.ts';
import { asSentence, cutAt } from '../../src/domain/report/plain.ts';
import { listProblems } from '../../src/domain/request.ts';
import type { AftercareNote } from '../../src/domain/rollback.ts';
import type { blockedVersion } from '../blocked-version.ts';
import { onTarget } from './activities.ts';
import { describeFailure } from './failures.ts';
import type { Rollback } from './rollback.ts';

const MAX_REASON = 900;

type Said = Omit<AftercareNote, 'at'>;

export class Aftercare {
  readonly #rollback: Rollback;
  #working: Promise<unknown> = Promise.resolve();

  constructor(rollback: Rollback) {
    this.#rollback = rollback;
  }

  /** Traffic has left the faulty version. Returns at once. Not cancelled with the rollback: the version stays faulty. */
  faultyLeft(): void {
    const rollback = this.#rollback;
    this.#working = CancellationScope.nonCancellable(() =>
      Promise.all([
        blockFaulty(rollback).then((block) => rollback.caredFor('block', block)),
        tagFaulty(rollback).then((tag) => tag !== null && rollback.caredFor('tag', tag)),
      ]),
    );
  }

  /** Waits until all is done or given up. */
  async settled(): Promise<void> {
    await this.#working;
  }
}

/**
 * Blocks the version that was left. The block is a child that outlives the rollback: its start is one entry in this workflow's
 * history, so that it is made once whatever dies when, and the server needs no worker for it.
 */
async function blockFaulty(rollback: Rollback): Promise<Said> {
  const asked = blockRequest(rollback);
  if ('why' in asked) return { done: false, what: asked.why };
  const { request } = asked;
  const place = { ...request, environment: request.environment ?? null };
  try {
    await startChild<typeof blockedVersion>('blockedVersion', {
      workflowId: blockWorkflowId(place),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [request],
      memo: { [BLOCK_MEMO]: request },
      staticSummary: cutAt(`Blocked: ${describePlace(place)}`, 100),
    });
    return {
      done: true,
      what: `${describePlace(place)} is blocked from deployment. Once it is known to be good: \`${unblockCommand(place)}\`.`,
    };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError)
      return {
        done: true,
        what: `${describePlace(place)} was blocked from deployment already, and stays so.`,
      };
    return {
      done: false,
      what: `${describePlace(place)} could NOT be blocked from deployment: ${describeFailure(error).message} Block it by hand: \`${blockCommand(place)}\`.`,
    };
  }
}

/** Tags it in git where that is configured. A repository that can't be reached within the budget is noted. */
async function tagFaulty({ plan, ref }: Rollback): Promise<Said | null> {
  if (plan.config.git === undefined) return null;
  const worker = onTarget({
    taskQueue: workflowInfo().taskQueue,
    budgetSeconds: plan.config.budgets.announceSeconds,
    summary: 'Tag the faulty version in git',
  });
  try {
    const { proof } = await worker.tagFaulty({ plan, rollback: ref });
    return { done: true, what: asSentence(proof) };
  } catch (error) {
    return { done: false, what: describeFailure(error).message };
  }
}

function blockRequest({
  plan,
  request,
  ref,
  isEphemeral,
}: Rollback): { request: BlockRequest } | { why: string } {
  const { service, environment, from, to } = plan;
  if (from.version === null)
    return {
      why:
        `The version of ${from.name} is not known, so it is NOT blocked from deployment: configure \`version\` of the release, ` +
        `and block this one by its version: \`backout block ${service} VERSION --env ${environment} --reason "WHY"\`.`,
    };
  const place = { service, environment, version: from.version };
  if (from.version === to.version)
    return {
      why: `${describeRelease(from)} and ${describeRelease(to)} say that they are the same version: it is NOT blocked from deployment, since it serves.`,
    };
  if (isEphemeral)
    return {
      why: `${describePlace(place)} is NOT blocked from deployment: this rollback did without Temporal, which keeps that. When it is back: \`${blockCommand(place)}\`.`,
    };
  const parsed = blockSchema.safeParse({
    ...place,
    by: ref.requestedBy,
    reason: cutAt(`A rollback left it: ${request.reason}`, MAX_REASON),
    rollback: ref.workflowId,
  });
  if (parsed.success) return { request: parsed.data };
  return {
    why: `${describePlace(place)} is NOT blocked from deployment: that is no version that can be blocked (${listProblems(parsed.error).join('; ')}).`,
  };
}
