/** Follow-ups to be recorded: a day's work within seconds. */
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/client';
import type { Activities } from '../../activities/types.ts';
import { followUpSchema } from '../../src/domain/follow-up/settings.ts';
import type { FollowUpStatus } from '../../src/domain/follow-up/status.ts';
import type { Seen } from '../../src/domain/follow-up/watch.ts';
import { makePlan, makeRecord } from '../support/records.ts';
import { until } from '../support/until.ts';
import { POLICY } from '../workflows/escalation-support.ts';

const RECORD = makeRecord({ plan: makePlan({ customerFacing: false }) });
const OPEN = ['report-reviewed', 'root-cause', 'report-completed', 'postmortem'];
const SECOND = 1 / 60;

/** A check each second, and reminders after 2 and 4 seconds: less than a configuration may ask for. */
function inputFor(name: string, { watchSeconds }: { watchSeconds: number }) {
  const tickets = { github: { repo: 'example/listings', token: { env: 'GITHUB_TOKEN' } } };
  const settings = followUpSchema.parse({ tickets });
  return {
    record: RECORD,
    taskQueue: `record-${name}`,
    escalation: POLICY,
    settings: {
      ...settings,
      everyMinutes: SECOND,
      watchHours: watchSeconds / 3600,
      reminders: { ...settings.reminders, reviewMinutes: 2 * SECOND },
    },
  };
}

/** Health is bad in the second and third look, where it is to get well; else from the second on. */
function watching(recovers: boolean): Pick<Activities, 'watchService'> {
  let looked = 0;
  return {
    watchService: async (): Promise<Seen> => {
      looked++;
      const passed = looked === 1 || (recovers && looked > 3);
      const checks = [{ name: 'health /health', passed, detail: passed ? 'status 200' : 'status 503' }];
      return { is: 'checked', release: RECORD.plan.to, checks, marks: [] };
    },
  };
}

const statusOf = (handle: WorkflowHandle) => handle.query<FollowUpStatus>('status');

/** Waits for it, which the status shows. */
const untilStatus = (what: string, isSo: (status: FollowUpStatus) => boolean) => async (handle: WorkflowHandle) =>
  await until(what, async () => isSo(await statusOf(handle)), { timeoutMs: 60_000 });

export function followUpScenarios() {
  const type = 'followUp';
  const isReminded = ({ items }: FollowUpStatus) => items.some(({ reminded }) => reminded >= 2);
  return {
    'follow-up': {
      type,
      input: inputFor('follow-up', { watchSeconds: 8 }),
      replaced: watching(true),
      drive: async (handle: WorkflowHandle) => {
        await untilStatus('trouble came and went', ({ watch }) => watch.troubles[0]?.until != null)(handle);
        await untilStatus('people are reminded twice', isReminded)(handle);
        for (const item of OPEN) await handle.executeUpdate('tick', { args: [{ item, by: 'anna' }] });
      },
    },
    'follow-up-still-open': {
      type,
      input: inputFor('follow-up-still-open', { watchSeconds: 6 }),
      replaced: {
        ...watching(false),
        sendPage: async (): Promise<never> => {
          throw ApplicationFailure.create({ type: 'MessageRefused', message: 'no route.', nonRetryable: true });
        },
      },
      drive: async (handle: WorkflowHandle) => {
        await handle.signal('tick', { item: 'root-cause' });
        await handle.signal('tick', { item: 'root-cause', by: 'anna', note: 'a missing index' });
        await untilStatus('the watch is over', ({ phase }) => phase === 'open')(handle);
        await untilStatus('people are reminded twice', isReminded)(handle);
      },
      waits: true as const,
    },
  };
}
