import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createLocalHost } from '../../../../activities/commands/local.ts';
import { thisProcess } from '../../../../activities/lock/holder.ts';
import type { LockRecord } from '../../../../activities/lock/lock.ts';
import type { Ports } from '../../../../activities/targets/nginx-blue-green/ports.ts';
import { refuseLocked } from '../../../../activities/targets/nginx-blue-green/refuse-locked.ts';

const ports = {
  host: createLocalHost('web-1', { sudo: false }),
  lock: { directory: '/var/lib/backout/listings.production' },
} as unknown as Ports;

const held = (change: Partial<LockRecord> = {}): LockRecord => ({
  owner: 'rollback-1',
  token: 3,
  expires: Date.parse('2026-11-21T03:05:00Z') / 1000,
  since: Date.parse('2026-11-21T03:00:00Z') / 1000,
  step: 'shift-traffic',
  by: 'anna',
  attempt: 1,
  ...thisProcess(),
  host: 'ops-1',
  lives: 'temporal',
  ...change,
});

const rollback = {
  workflowId: 'rollback-2',
  runId: 'r',
  startedAt: '2026-11-21T03:01:00Z',
  requestedBy: 'bob',
};
const judge = (lock: LockRecord | null, ended = false, me = rollback) =>
  refuseLocked(ports, lock, { rollback: me, isEnded: async () => ended });

/** The number of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('planning against a locked target', () => {
  it('is refused while another rollback is at work on it, with who, where and until when', async () => {
    await expect(judge(held())).rejects.toMatchObject({
      type: 'AlreadyRunning',
      message:
        'rollback-1 is at work on this target (shift-traffic, asked for by anna, from ops-1). ' +
        'It holds /var/lib/backout/listings.production/lock on web-1 until 2026-11-21T03:05:00.000Z. ' +
        'Nothing was changed: traffic and data are as they were. ' +
        "Let it finish or end it. If you know that it is dead, start again with `--take-over rollback-1 --take-over-note 'how you know'`.",
    });
  });

  it('goes on when the lock is free, our own, or of a rollback that has ended', async () => {
    await expect(judge(null)).resolves.toBeUndefined();
    await expect(judge(held(), false, { ...rollback, workflowId: 'rollback-1' })).resolves.toBeUndefined();
    await expect(judge(held(), true)).resolves.toBeUndefined();
  });

  it('goes on when the holder was a local rollback of this machine whose process is gone', async () => {
    await expect(judge(held({ lives: 'process', pid: await deadPid() }))).resolves.toBeUndefined();
  });

  it('is refused while the process of a local rollback lives', async () => {
    await expect(judge(held({ lives: 'process' }))).rejects.toMatchObject({ type: 'AlreadyRunning' });
  });

  it('is refused when a dead process proves nothing: its rollback lives in Temporal, or on another machine', async () => {
    const pid = await deadPid();
    await expect(judge(held({ pid }))).rejects.toMatchObject({ type: 'AlreadyRunning' });
    await expect(judge(held({ lives: 'process', pid, machine: 'another' }))).rejects.toMatchObject({
      type: 'AlreadyRunning',
    });
  });
});
