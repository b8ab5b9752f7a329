/** A rollback that pages people, on a server whose time is skipped: who was paged in which minute. */
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { Activities } from '../../activities/types.ts';
import type { EscalationPolicy } from '../../src/domain/escalation/policy.ts';
import type { EscalationStatus } from '../../src/domain/escalation/state.ts';
import type { PagingChannel } from '../../src/domain/paging/channel.ts';
import type { Page } from '../../src/domain/paging/page.ts';
import type { WorkflowLab } from '../support/time-skipping.ts';
import { clientKeepingTime, fails } from './drive.ts';
import { fakeActivities, REQUEST } from './support.ts';

const pagerduty = (name: string): PagingChannel => ({
  kind: 'pagerduty',
  name,
  routingKey: { env: 'PD_KEY' },
  baseUrl: 'https://events.pagerduty.com',
});
const chat: PagingChannel = {
  kind: 'webhook',
  name: 'chat',
  url: 'https://chat.example.net/',
  signingKey: { env: 'CHAT_KEY' },
};

const level = (number: number, name: string, person: string, routes: PagingChannel[][]) => ({
  number,
  name,
  people: [person],
  afterMinutes: [0, 15, 30, 60][number - 1] ?? 90,
  onlyIfCustomersAffected: number === 4,
  routes,
});

/** Four levels: the first with a fallback, the second with two ways side by side. */
export const POLICY: EscalationPolicy = {
  levels: [
    level(1, 'on duty', 'Anna', [[pagerduty('duty'), pagerduty('spare')]]),
    level(2, 'team lead', 'Ben', [[pagerduty('lead')], [chat]]),
    level(3, 'manager', 'Cara', [[pagerduty('manager')]]),
    level(4, 'CTO', 'Dora', [[pagerduty('cto')]]),
  ],
  repeatMinutes: 60,
  channelSeconds: 30,
};

export type Paged = {
  rollback: WorkflowHandle;
  escalation: WorkflowHandle;
  /** Every call of `sendPage`, in order. */
  sent: { channel: string; page: Page }[];
  /** `minute: level by channels (cause)` of every page, by the clock of Temporal. */
  ladder: () => Promise<string[]>;
  escalationStatus: () => Promise<EscalationStatus>;
  /** Lets time pass, and waits until what is on its way has arrived. */
  pass: (minutes: number) => Promise<void>;
  calls: string[];
  /** Ends the worker and starts another one. */
  replaceWorker: () => Promise<void>;
};

type Options = {
  lab: WorkflowLab;
  workflow?: string;
  policy?: EscalationPolicy;
  input?: object;
  replaced?: Partial<Activities>;
  /** Workers that keep nothing in memory: each task begins with the whole history. */
  forgets?: boolean;
  /** Channels that refuse pages, by name. */
  isDown?: (channel: string, sent: Paged['sent']) => boolean;
};

export const stuck = fails('PermissionDenied', 'no sudo. Nothing was changed. Allow it.');
let count = 0;

/** Runs a rollback with this policy while `drive` looks at whom it pages. */
export async function withPages<Result>(
  {
    lab,
    workflow = 'trafficOnlyRollback',
    policy = POLICY,
    input = {},
    replaced = {},
    isDown = () => false,
    forgets = false,
  }: Options,
  drive: (paged: Paged) => Promise<Result>,
): Promise<Result> {
  const sent: Paged['sent'] = [];
  const calls: string[] = [];
  const taskQueue = `paged-${++count}`;
  const activities = fakeActivities(taskQueue, {
    calls,
    replaced: {
      resolveService: async ({ service }) => ({
        service,
        environment: 'production',
        taskQueue,
        searchAttributes: [],
        escalation: policy,
      }),
      sendPage: async ({ channel, page }) => {
        const name = channel.name ?? '';
        if (isDown(name, sent)) return await fails('MessageRefused', `${name} said no.`)();
        sent.push({ channel: name, page });
        return {
          channel: name,
          provider: channel.kind,
          receipt: `r-${name}`,
          sentAt: new Date().toISOString(),
        };
      },
      ...replaced,
    },
  });
  const work = workers({ lab, taskQueue, activities, forgets });
  await work.begin();
  try {
    const rollback = await clientKeepingTime(lab).workflow.start(workflow, {
      taskQueue,
      workflowId: `${taskQueue}-${crypto.randomUUID()}`,
      args: [{ ...REQUEST, ...input }],
    });
    const { runId } = await rollback.describe();
    const escalation = lab.environment.client.workflow.getHandle(
      `backout-escalation/${rollback.workflowId}/${runId}`,
    );
    await until(async () => (await escalation.describe()) !== null);
    const escalationStatus = () => escalation.query<EscalationStatus>('escalationStatus');
    const settle = () =>
      until(async () => (await escalationStatus()).pages.every(({ outcome }) => outcome !== 'sending'));
    const startedAt = async () => (await rollback.describe()).startTime.getTime();
    const paged: Paged = {
      rollback,
      escalation,
      sent,
      calls,
      replaceWorker: async () => {
        await work.end();
        await work.begin();
      },
      escalationStatus,
      pass: async (minutes) => {
        await settle();
        await lab.environment.sleep(minutes * 60_000);
        await settle();
      },
      ladder: async () => {
        const begun = await startedAt();
        return (await escalationStatus()).pages.map(({ at, level: { number }, cause, receipts, outcome }) => {
          const minute = Math.floor((new Date(at).getTime() - begun) / 60_000);
          const by = receipts.map(({ channel }) => channel).join(' and ');
          return `${minute}: ${number} by ${outcome === 'failed' ? 'nothing' : by} (${cause})`;
        });
      },
    };
    return await drive(paged);
  } finally {
    await work.end();
  }
}

type Work = { lab: WorkflowLab; taskQueue: string; activities: Activities; forgets: boolean };

/** A worker that can be replaced by another one, which has to read everything from history. */
function workers({ lab, taskQueue, activities, forgets }: Work) {
  let running: { worker: Worker; finished: Promise<void> } | null = null;
  const begin = async () => {
    const { nativeConnection: connection } = lab.environment;
    const worker = await Worker.create({
      connection,
      taskQueue,
      workflowBundle: lab.bundle,
      activities,
      ...(forgets ? { maxCachedWorkflows: 0 } : {}),
    });
    running = { worker, finished: worker.run() };
  };
  const end = async () => {
    running?.worker.shutdown();
    await running?.finished;
    running = null;
  };
  return { begin, end };
}

/** Real time: what is awaited is on its way, and nothing is to be skipped. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; ; tries++) {
    if (await isSo().catch(() => false)) return;
    if (tries > 200) throw new Error('it did not come true');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
