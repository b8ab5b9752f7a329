/** Asks a worker that can reach the targets: could we roll back right now? Changes nothing. Used by `backout doctor`. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import type { TargetReadiness } from '../src/domain/readiness.ts';

const { checkTargets } = proxyActivities<Pick<Activities, 'checkTargets'>>({
  startToCloseTimeout: '2 minutes',
  retry: { maximumAttempts: 2 },
});

/** Without a service, all of them; without an environment, all of the service's. */
export async function readinessCheck(
  input: { service?: string; environment?: string } = {},
): Promise<TargetReadiness[]> {
  return await checkTargets(input);
}
