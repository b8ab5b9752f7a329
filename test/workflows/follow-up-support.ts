/** Drives follow-ups on the time-skipping server, and notes who was told what, at which minute. */
import type { WorkflowHandle } from '@temporalio/client';
import type { Activities } from '../../activities/types.ts';
import type { EscalationPolicy } from '../../src/domain/escalation/policy.ts';
import type { FollowUpMessage } from '../../src/domain/follow-up/announcement.ts';
import { followUpSchema } from '../../src/domain/follow-up/settings.ts';
import type { FollowUpSettingsInput } from '../../src/domain/follow-up/settings.ts';
import type { FollowUpStatus } from '../../src/domain/follow-up/status.ts';
import type { Seen } from '../../src/domain/follow-up/watch.ts';
import { describeRecipient } from '../../src/domain/follow-up/ways.ts';
import type { FollowUpRecipient } from '../../src/domain/follow-up/ways.ts';
import type { Check } from '../../src/domain/verification.ts';
import { makePlan, makeRecord } from '../support/records.ts';
import type { WorkflowLab } from '../support/time-skipping.ts';
import { until } from '../support/until.ts';
import { fakeActivities, proof } from './support.ts';

export const RECORD = makeRecord({ plan: makePlan({ customerFacing: false }) });
export const GITHUB = { github: { repo: 'example/listings', token: { env: 'GITHUB_TOKEN' } } };

export const good: Check = { name: 'health /health', passed: true, detail: 'status 200' };
export const bad = (name: string): Check => ({ name, passed: false, detail: 'it is bad' });
export const seen = (...checks: Check[]): Seen => ({
  is: 'checked',
  release: RECORD.plan.to,
  checks,
  marks: [],
});

export type Driven = {
  handle: WorkflowHandle;
  /** Minutes after the start, and what was told where. */
  told: string[];
  messages: FollowUpMessage[];
  calls: string[];
  status: () => Promise<FollowUpStatus>;
  tick: (item: string, by?: string) => Promise<string>;
  /** Lets time pass. */
  pass: (minutes: number) => Promise<void>;
};

let count = 0;

/** Those of Slack by their purpose alone. */
const nameOf = (channel: FollowUpRecipient): string =>
  typeof channel === 'string' ? channel : describeRecipient(channel);

export type Parts = {
  settings?: FollowUpSettingsInput;
  looks?: Seen[];
  replaced?: Partial<Activities>;
  record?: typeof RECORD;
  escalation?: EscalationPolicy;
  /** Hours in which no worker runs, from the start on. */
  awayHours?: number;
};

/** Starts a follow-up. `looks`: what each check sees, the last one from then on. */
export async function followUp<Result>(
  lab: WorkflowLab,
  parts: Parts,
  drive: (driven: Driven) => Promise<Result>,
): Promise<Result> {
  const {
    settings = {},
    looks = [seen(good)],
    replaced = {},
    record = RECORD,
    escalation,
    awayHours = 0,
  } = parts;
  const calls: string[] = [];
  const told: string[] = [];
  const messages: FollowUpMessage[] = [];
  const workflowId = `rollback-20261121T041500Z-${++count}-follow-up`;
  let looked = 0;
  const minutes = (message: FollowUpMessage, at: number) =>
    Math.round((at - Date.parse(message.status.startedAt)) / 60_000);
  const activities: Partial<Activities> = {
    watchService: async () => {
      calls.push('look');
      return looks[Math.min(looked++, looks.length - 1)] as Seen;
    },
    announceFollowUp: async ({ channel, message }) => {
      messages.push(message);
      const at = await lab.environment.currentTimeMs();
      const about =
        message.moment.is === 'reminder' ? ` ${message.moment.items.map(({ name }) => name).join(' ')}` : '';
      const kind = 'trouble' in message.moment ? ` ${message.moment.trouble.kind}` : '';
      told.push(`${minutes(message, at)} ${message.moment.is}${about}${kind} ${nameOf(channel)}`);
      return proof('told');
    },
    ...replaced,
  };
  const withWorker = <Value>(
    work: (taskQueue: string) => Promise<Value>,
    place: { taskQueue?: string; leaves?: true } = {},
  ) => lab.withWorker((taskQueue) => fakeActivities(taskQueue, { replaced: activities, calls }), work, place);
  const start = async (taskQueue: string) => {
    const input = {
      record,
      taskQueue,
      settings: followUpSchema.parse(settings),
      escalation: escalation ?? null,
    };
    return await lab.environment.client.workflow.start('followUp', { taskQueue, workflowId, args: [input] });
  };
  const driveIt = async (handle: WorkflowHandle) => {
    try {
      return await drive({
        handle,
        told,
        messages,
        calls,
        status: () => handle.query<FollowUpStatus>('status'),
        tick: (item, by = 'anna') =>
          handle.executeUpdate<string, [unknown]>('tick', { args: [{ item, by }] }),
        pass: async (passed) => {
          await settled(handle);
          await lab.environment.sleep(passed * 60_000);
        },
      });
    } finally {
      // One that nobody works for any more would keep the server's time from passing.
      await handle.terminate().catch(() => undefined);
    }
  };
  if (awayHours === 0) return await withWorker(async (taskQueue) => await driveIt(await start(taskQueue)));
  const [handle, queue] = await withWorker(
    async (taskQueue) => {
      const started = await start(taskQueue);
      await started.query('status');
      await settled(started);
      return [started, taskQueue] as const;
    },
    { leaves: true },
  );
  await lab.environment.sleep(awayHours * 3_600_000);
  await lab.restoreLocks();
  return await withWorker(() => driveIt(handle), { taskQueue: queue });
}

/** Longer than a worker takes to begin what comes next. */
const BETWEEN_LOOKS_MS = 300;

/** Nothing is on its way but what is tried again: time that passed meanwhile would be taken for how long it took. */
async function settled(handle: WorkflowHandle): Promise<void> {
  let before = -1;
  await until('nothing is on its way', async () => {
    const { raw, historyLength } = await handle.describe();
    const isQuiet = (raw.pendingActivities ?? []).every(({ attempt }) => attempt !== 1);
    if (isQuiet && historyLength === before) return true;
    before = isQuiet ? historyLength : -1;
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
    return false;
  });
}

export const ITEMS = ['report-reviewed', 'bug-ticket', 'root-cause', 'report-completed', 'postmortem'];

export async function tickAll({ tick }: Pick<Driven, 'tick'>, items = ITEMS): Promise<void> {
  for (const item of items) await tick(item);
}
