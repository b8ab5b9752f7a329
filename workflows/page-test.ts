/** Sends a marked test through the ways to page, from a worker: there are the secrets and the network that count. */
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/types.ts';
import type { PageTest, PageTested } from '../src/domain/paging/test-page.ts';

const { testPages } = proxyActivities<Pick<Activities, 'testPages'>>({
  startToCloseTimeout: '1 minute',
  // Nobody is called twice for a test.
  retry: { maximumAttempts: 1 },
});

export async function pageTest(test: PageTest): Promise<PageTested> {
  const { workflowId, runId } = workflowInfo();
  return await testPages({ ...test, id: `${workflowId}/${runId}` });
}
