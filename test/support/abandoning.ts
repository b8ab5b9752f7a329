/**
 * Loaded into the workflows that run on the time-skipping server: an activity that is cancelled is left alone there. That server
 * refuses to cancel one that has ended while the workflow decided so ("ACTIVITY_UNKNOWN"), and the workflow never goes on; the
 * real one knows that case. Cancelling is tested on a real server (test/integration).
 */
import { ActivityCancellationType } from '@temporalio/workflow';
import type { WorkflowInterceptors } from '@temporalio/workflow';

export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      scheduleActivity: (input, next) =>
        next({ ...input, options: { ...input.options, cancellationType: ActivityCancellationType.ABANDON } }),
    },
  ],
});
