/** A workflow that does nothing but page, for tests of what arrives when its worker dies. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/types.ts';
import type { PagingChannel } from '../../src/domain/paging/channel.ts';
import type { Page, PageReceipt } from '../../src/domain/paging/page.ts';

export { pageTest } from '../../workflows/page-test.ts';

const { sendPage } = proxyActivities<Pick<Activities, 'sendPage'>>({
  scheduleToCloseTimeout: '2 minutes',
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '1 second' },
});

export async function pageAll({
  channels,
  page,
}: {
  channels: PagingChannel[];
  page: Page;
}): Promise<PageReceipt[]> {
  return await Promise.all(channels.map((channel) => sendPage({ channel, page })));
}
