/** How one page leaves: side by side through all routes of its level; in each, the next channel when one is given up. */
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/types.ts';
import { describeChannel } from '../../src/domain/paging/channel.ts';
import type { PagingChannel } from '../../src/domain/paging/channel.ts';
import type { Page, PageReceipt } from '../../src/domain/paging/page.ts';
import { describeFailure } from './failures.ts';

/** One try of one channel. Another one comes while its time is not up. */
const TRY_SECONDS = 30;
/** How the rollback stands is a courtesy: the page leaves without it. */
const LOOK_SECONDS = 10;

export type Sent = {
  receipts: PageReceipt[];
  /** Channels that failed, and why. */
  problems: string[];
  failed: PagingChannel[];
  /** Through which something was opened, or may have been: what is said later goes there, too. */
  tried: PagingChannel[];
};

/** Sends a page. Never rejects: that nobody was reached is what it returns. */
export async function sendThrough(
  routes: PagingChannel[][],
  page: Page,
  channelSeconds: number,
): Promise<Sent> {
  const sent = await Promise.all(routes.map((route) => sendAlong(route, page, channelSeconds)));
  return {
    receipts: sent.flatMap(({ receipts }) => receipts),
    problems: sent.flatMap(({ problems }) => problems),
    failed: sent.flatMap(({ failed }) => failed),
    tried: sent.flatMap(({ tried }) => tried),
  };
}

async function sendAlong(route: PagingChannel[], page: Page, channelSeconds: number): Promise<Sent> {
  const sent: Sent = { receipts: [], problems: [], failed: [], tried: [] };
  for (const channel of route) {
    try {
      const sender = senderFor(
        channelSeconds,
        `${VERBS[page.action]} by ${describeChannel(channel)}: ${page.title}`,
      );
      const receipt = await sender.sendPage({ channel, page });
      return { ...sent, receipts: [receipt], tried: [...sent.tried, channel] };
    } catch (error) {
      sent.problems.push(`${describeChannel(channel)}: ${describeFailure(error).message}`);
      sent.failed.push(channel);
      if (COUNTS_BY_KEY.includes(channel.kind)) sent.tried.push(channel);
    }
  }
  return sent;
}

const VERBS: Record<Page['action'], string> = {
  trigger: 'Page',
  acknowledge: 'Say that it is acknowledged',
  resolve: 'Say that it is over',
};

/** What these have opened calls people until it is closed; the others only carry messages. */
export const keepsOpen = ({ kind }: PagingChannel): boolean =>
  ['pagerduty', 'goalert', 'webhook'].includes(kind);

/** These may have opened an incident although they seemed to fail; closing one that is not there does nothing. */
const COUNTS_BY_KEY: PagingChannel['kind'][] = ['pagerduty', 'goalert'];

function senderFor(channelSeconds: number, summary: string): Pick<Activities, 'sendPage'> {
  return proxyActivities<Pick<Activities, 'sendPage'>>({
    scheduleToCloseTimeout: channelSeconds * 1000,
    startToCloseTimeout: Math.min(TRY_SECONDS, channelSeconds) * 1000,
    heartbeatTimeout: '5s',
    // The longer it is tried, the more seldom.
    retry: {
      initialInterval: '1s',
      backoffCoefficient: 2,
      maximumInterval: Math.max(15, channelSeconds / 300) * 1000,
    },
    // What was begun is sent: an incident that was opened unseen could not be closed.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: summary.slice(0, 180),
  });
}

export const looking = proxyActivities<Pick<Activities, 'lookAtRollback'>>({
  scheduleToCloseTimeout: LOOK_SECONDS * 1000,
  startToCloseTimeout: LOOK_SECONDS * 1000,
  retry: { maximumAttempts: 2 },
  summary: 'Ask the rollback how it stands',
});

/** One for the whole life of a rollback, however often it moves from worker to worker: nothing in history but its end. */
export const watching = proxyActivities<Pick<Activities, 'watchRollback'>>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '15s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
  summary: 'Notice when the rollback is ended from outside',
});
