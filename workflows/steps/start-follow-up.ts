/** Starts the follow-up of a rollback that has ended, which goes on without it. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import type { ResolvedService } from '../../activities/types.ts';
import { followUpIdOf, wantsFollowUp } from '../../src/domain/follow-up/id.ts';
import { DEFAULT_FOLLOW_UP } from '../../src/domain/follow-up/settings.ts';
import type { followUp } from '../follow-up.ts';
import type { Rollback } from './rollback.ts';

/**
 * Does nothing where nothing was changed, where the configuration wants none, and where nobody could go on (break-glass).
 * A rollback has one follow-up, also when it is reset and ends again.
 */
export async function startFollowUp(rollback: Rollback, resolved: ResolvedService): Promise<void> {
  const { record, ref, plan } = rollback;
  const settings = plan.config.followUp ?? DEFAULT_FOLLOW_UP;
  if (resolved.followsUp !== true || !settings.enabled || !wantsFollowUp(record)) return;
  const workflowId = followUpIdOf(ref);
  try {
    await startChild<typeof followUp>('followUp', {
      workflowId,
      args: [{ record, settings, taskQueue: resolved.taskQueue, escalation: resolved.escalation ?? null }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      staticSummary: `Follow-up of ${plan.service} in ${plan.environment}`,
      memo: { rollback: ref },
    });
    rollback.note({ what: `Followed up by ${workflowId}` });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    rollback.note({ what: `Followed up by ${workflowId}, which was started before` });
  }
  rollback.followedUpBy(workflowId);
}
