import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isDeadProcess, thisProcess } from '../../../activities/lock/holder.ts';
import { parseLock } from '../../../activities/lock/state.ts';

const here = thisProcess();
/** A process that has been and is no more. */
const gone = spawnSync('true').pid;
const held = (by: Partial<ReturnType<typeof parseLock>>) => ({
  ...parseLock([]),
  machine: here.machine,
  lives: 'process',
  pid: gone,
  ...by,
});

test('a holder names its process, and its machine so that no other is taken for it', () => {
  expect(here.pid).toBe(process.pid);
  expect(here.machine).toMatch(/^[0-9a-f-]{36}\/pid:\[\d+\]$/);
});

test('a break-glass run whose process on this machine is gone is dead', () => {
  expect(isDeadProcess(held({}), here)).toBe(true);
});

test('a break-glass run whose process lives is alive', async () => {
  const child = spawn('sleep', ['60']);
  try {
    expect(isDeadProcess(held({ pid: child.pid ?? 0 }), here)).toBe(false);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

test('a rollback in Temporal does not die with its worker', () => {
  expect(isDeadProcess(held({ lives: 'temporal' }), here)).toBe(false);
});

test('nothing is known of a process on another machine, or on a machine that does not say which it is', () => {
  expect(isDeadProcess(held({ machine: 'another/pid:[1]' }), here)).toBe(false);
  expect(isDeadProcess(held({ machine: '' }), { ...here, machine: '' })).toBe(false);
});
