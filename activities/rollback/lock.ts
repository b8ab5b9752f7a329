/** Questions about other rollbacks, asked of Temporal. */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { readFreezeMemo } from '../../src/domain/freeze-in-force.ts';
import { isFrozen } from '../../src/domain/freeze.ts';
import type { RollbackRef } from '../../src/domain/rollback.ts';
import { describeWorkflow } from '../temporal/describe.ts';
import type { LockHolder } from '../types.ts';

/**
 * Who holds a lock workflow. A lock whose holder has ended, or is an earlier run of the asking workflow (which
 * was reset), is left over: it is ended here, and the answer is null.
 */
export async function inspectLock(
  client: Client,
  { lockWorkflowId, rollback }: { lockWorkflowId: string; rollback: RollbackRef },
): Promise<LockHolder | null> {
  const lock = await describeWorkflow(client, lockWorkflowId);
  if (lock === null || lock.status.name !== 'RUNNING') return null;
  const holder = (lock.memo?.['holder'] ?? {}) as Partial<RollbackRef>;
  // By workflow ID alone: a rollback that was reset goes on under the same ID with another run ID.
  const owner = holder.workflowId === undefined ? null : await describeWorkflow(client, holder.workflowId);
  const isEarlierRunOfOurs = holder.workflowId === rollback.workflowId && holder.runId !== rollback.runId;
  if (isEarlierRunOfOurs || owner?.status.name !== 'RUNNING') {
    await client.workflow
      .getHandle(lockWorkflowId, lock.runId)
      .terminate(`left over: its rollback ${holder.workflowId ?? '(unknown)'} has ended`);
    return null;
  }
  return {
    workflowId: holder.workflowId ?? lockWorkflowId,
    runId: holder.runId ?? '',
    requestedBy: holder.requestedBy ?? 'somebody who gave no name',
    startedAt: holder.startedAt ?? lock.startTime.toISOString(),
    ...frozenBy(owner),
  };
}

function frozenBy({ memo }: Pick<WorkflowExecutionDescription, 'memo'>): Pick<LockHolder, 'frozen'> {
  const freeze = readFreezeMemo(memo?.['freeze']);
  return freeze !== null && isFrozen(freeze) ? { frozen: freeze.reason } : {};
}

/** Those of the workflows that Temporal knows and that have ended. What it doesn't know may run elsewhere. */
export async function endedOwners(client: Client, owners: string[]): Promise<string[]> {
  const described = await Promise.all(owners.map((owner) => describeWorkflow(client, owner)));
  return owners.filter((_, index) => {
    const description = described[index];
    return description !== null && description !== undefined && description.status.name !== 'RUNNING';
  });
}
