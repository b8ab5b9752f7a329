/** One schedule per task queue, whatever workers start; what people have changed of it stays. */
import { ScheduleAlreadyRunning } from '@temporalio/client';
import type { ScheduleClient, ScheduleDescription } from '@temporalio/client';
import { expect, test } from 'vitest';
import { scheduleRemoval } from '../../src/records-schedule.ts';

const ID = 'backout-removeOldRecords/main';
const ACTION = {
  type: 'startWorkflow',
  workflowType: 'removeOldRecords',
  workflowId: ID,
  taskQueue: 'main',
} as const;
type Action = { type: 'startWorkflow'; workflowType: string; workflowId: string; taskQueue: string };

/** What a server keeps, and what it was told. */
function server(existing?: { action: Action & { args?: unknown[] }; note?: string }) {
  const told: { created: unknown[]; updated: unknown[] } = { created: [], updated: [] };
  const described = {
    ...existing,
    spec: { calendars: [{ hour: 5 }] },
    policies: { overlap: 'SKIP' },
    state: { paused: true, note: existing?.note },
  };
  const schedules = {
    create: async (options: unknown) => {
      if (existing) throw new ScheduleAlreadyRunning('exists', ID);
      told.created.push(options);
    },
    getHandle: (id: string) => ({
      describe: async () => described,
      update: async (change: (before: ScheduleDescription) => unknown) =>
        told.updated.push([id, change(described as unknown as ScheduleDescription)]),
    }),
  } as unknown as ScheduleClient;
  return { schedules, told };
}

test('the first worker makes it: daily, one run at a time', async () => {
  const { schedules, told } = server();
  expect(await scheduleRemoval(schedules, 'main')).toEqual({ scheduleId: ID, problem: null });
  expect(told).toEqual({
    created: [
      {
        scheduleId: ID,
        action: ACTION,
        spec: { calendars: [{ comment: 'daily', hour: 2, minute: 40 }], jitter: '20 minutes' },
        policies: { overlap: 'SKIP', catchupWindow: '1 day' },
      },
    ],
    updated: [],
  });
});

const DRY_RUN = [{ dryRun: true }];

test.each([
  { action: ACTION },
  { action: { ...ACTION, args: [] } },
  { action: { ...ACTION, args: DRY_RUN } },
])(
  'another worker changes nothing, also where people have paused it, or changed its time or input',
  async (existing) => {
    const { schedules, told } = server(existing);
    expect(await scheduleRemoval(schedules, 'main')).toEqual({ scheduleId: ID, problem: null });
    expect(told).toEqual({ created: [], updated: [] });
  },
);

test.each([
  ['another workflow', { ...ACTION, workflowType: 'removeRecords' }, ACTION],
  ['on another queue', { ...ACTION, taskQueue: 'old' }, ACTION],
  [
    'on another queue a dry run',
    { ...ACTION, taskQueue: 'old', args: DRY_RUN },
    { ...ACTION, args: DRY_RUN },
  ],
])('one that starts %s is corrected, and keeps its time and its pause', async (_, action, corrected) => {
  const { schedules, told } = server({ action, note: 'paused by anna' });
  expect(await scheduleRemoval(schedules, 'main')).toEqual({ scheduleId: ID, problem: null });
  expect(told.updated).toEqual([
    [
      ID,
      {
        action: corrected,
        spec: { calendars: [{ hour: 5 }] },
        policies: { overlap: 'SKIP' },
        state: { paused: true, note: 'paused by anna' },
      },
    ],
  ]);
});

test.each([
  [
    'what the server says',
    Object.assign(new Error('7 PERMISSION_DENIED'), { details: 'no schedules for you' }),
  ],
  [
    'what the server says, within what the client makes of it',
    new Error('Failed to create schedule', { cause: { details: 'no schedules for you' } }),
  ],
  [
    'what the client’s error came of',
    new Error('Failed to create schedule', { cause: new Error('no schedules for you') }),
  ],
  ['any other error', new Error('no schedules for you')],
])('a server that refuses is a problem to report, not a failure: %s', async (_, error) => {
  const schedules = {
    create: async () => {
      throw error;
    },
  } as unknown as ScheduleClient;
  expect(await scheduleRemoval(schedules, 'main')).toEqual({
    scheduleId: ID,
    problem: 'no schedules for you',
  });
});
