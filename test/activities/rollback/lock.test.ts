/** Who holds a lock workflow, as Temporal tells it; what is left over is freed, and nothing else. */
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { endedOwners, inspectLock } from '../../../activities/rollback/lock.ts';
import { isEnded } from '../../../activities/rollback/steps.ts';
import type { Deps } from '../../../activities/deps.ts';
import { at } from '../../support/records.ts';

type Known = { status: string; runId?: string; memo?: Record<string, unknown> };

/** A client that knows these workflows, and notes which it was told to terminate. */
function temporal(known: Record<string, Known>) {
  const terminated: [workflowId: string, runId: string | undefined, reason: string | undefined][] = [];
  const getHandle = (workflowId: string, runId?: string) => ({
    describe: async () => {
      const found = known[workflowId];
      if (!found) throw new WorkflowNotFoundError('workflow not found', workflowId, undefined);
      if (found.status === 'UNAVAILABLE') throw new Error('14 UNAVAILABLE');
      const { status, runId: run = 'run-of-lock', memo } = found;
      return { status: { name: status }, runId: run, memo, startTime: new Date(at(-10)) };
    },
    terminate: async (reason?: string) => void terminated.push([workflowId, runId, reason]),
  });
  return { client: { workflow: { getHandle } } as unknown as Client, terminated };
}

const OURS = { workflowId: 'rollback-2', runId: 'run-2', startedAt: at(0), requestedBy: 'bob' };
const HOLDER = { workflowId: 'rollback-1', runId: 'run-1', requestedBy: 'anna', startedAt: at(-60) };
const inspect = ({ client }: ReturnType<typeof temporal>) =>
  inspectLock(client, { lockWorkflowId: 'lock', rollback: OURS });

test('a lock that another running rollback holds says whose it is', async () => {
  const server = temporal({
    lock: { status: 'RUNNING', memo: { holder: HOLDER } },
    'rollback-1': { status: 'RUNNING' },
  });
  expect(await inspect(server)).toEqual(HOLDER);
  expect(server.terminated).toEqual([]);
});

test.each([
  ['held', { frozen: 'rows vanish' }],
  ['lifted', {}],
])('of a freeze whose requests are %s, it says whether that is in force', async (state, expected) => {
  const holds = [{ name: 'requests', state, at: at(-50) }];
  const freeze = { service: 'listings', environment: 'production', by: 'anna', reason: 'rows vanish' };
  const server = temporal({
    lock: { status: 'RUNNING', memo: { holder: HOLDER } },
    'rollback-1': { status: 'RUNNING', memo: { freeze: { ...freeze, since: at(-55), holds } } },
  });
  expect(await inspect(server)).toEqual({ ...HOLDER, ...expected });
});

test.each([
  ['is not there', {}],
  ['has ended', { lock: { status: 'TERMINATED', memo: { holder: HOLDER } } }],
])('a lock that %s is free', async (_, known) => {
  const server = temporal(known);
  expect(await inspect(server)).toBeNull();
  expect(server.terminated).toEqual([]);
});

test.each(['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT'])(
  'a lock whose rollback is %s is ended, that one run of it, with the reason',
  async (status) => {
    const server = temporal({
      lock: { status: 'RUNNING', memo: { holder: HOLDER } },
      'rollback-1': { status },
    });
    expect(await inspect(server)).toBeNull();
    expect(server.terminated).toEqual([
      ['lock', 'run-of-lock', 'left over: its rollback rollback-1 has ended'],
    ]);
  },
);

test('a lock that our own rollback took before it was reset is ended', async () => {
  const server = temporal({
    lock: { status: 'RUNNING', memo: { holder: { ...OURS, runId: 'run-before-reset' } } },
    'rollback-2': { status: 'RUNNING' },
  });
  expect(await inspect(server)).toBeNull();
  expect(server.terminated).toHaveLength(1);
});

test('a lock that this very run holds stays', async () => {
  const server = temporal({
    lock: { status: 'RUNNING', memo: { holder: OURS } },
    'rollback-2': { status: 'RUNNING' },
  });
  expect(await inspect(server)).toEqual(OURS);
  expect(server.terminated).toEqual([]);
});

test('a lock that names nobody is left over', async () => {
  const server = temporal({ lock: { status: 'RUNNING' } });
  expect(await inspect(server)).toBeNull();
  expect(server.terminated).toEqual([['lock', 'run-of-lock', 'left over: its rollback (unknown) has ended']]);
});

test('while Temporal can’t be asked about the holder, its lock is not taken away', async () => {
  const server = temporal({
    lock: { status: 'RUNNING', memo: { holder: HOLDER } },
    'rollback-1': { status: 'UNAVAILABLE' },
  });
  await expect(inspect(server)).rejects.toThrow('14 UNAVAILABLE');
  expect(server.terminated).toEqual([]);
});

test('of other owners, only those that Temporal knows to have ended count as ended', async () => {
  const { client } = temporal({
    a: { status: 'COMPLETED' },
    b: { status: 'RUNNING' },
    c: { status: 'TERMINATED' },
  });
  expect(await endedOwners(client, ['a', 'b', 'unknown', 'c'])).toEqual(['a', 'c']);
});

test('an owner has ended when Temporal says so, or a person', async () => {
  const { client } = temporal({ a: { status: 'COMPLETED' }, b: { status: 'RUNNING' } });
  const ended = isEnded({ client } as Deps, 'elsewhere');
  expect(await Promise.all(['a', 'b', 'elsewhere', 'unknown'].map(ended))).toEqual([
    true,
    false,
    true,
    false,
  ]);
});
