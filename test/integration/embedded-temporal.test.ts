/** The Temporal server inside a command: it lives as long as the command, and not a moment longer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { startEmbeddedTemporal } from '../../src/embedded/temporal.ts';
import { childrenOf, isRunning } from '../support/processes.ts';
import { until } from '../support/until.ts';

const MAIN = fileURLToPath(new URL('../support/embedded-main.ts', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backout-embedded-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('ends when the command that started it was killed', async () => {
  const command = spawn(process.execPath, ['--import', 'tsx', MAIN, folder], {
    env: { ...process.env, BACKOUT_TEMPORAL_CLI: inject('temporal').cli },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = (await once(createInterface({ input: command.stdout }), 'line')) as [string];
  expect(isRunning(Number(pid))).toBe(true);
  command.kill('SIGKILL');
  await until('the server has ended', () => !isRunning(Number(pid)));
});

test('ends when it is stopped, and leaves no watcher behind', async () => {
  const before = childrenOf(process.pid).map((child) => child.pid);
  const server = await startEmbeddedTemporal({
    searchAttributes: [],
    namespace: 'default',
    logFile: join(folder, 'temporal.log'),
    headless: true,
  });
  const watchers = childrenOf(server.pid);
  expect(watchers).toHaveLength(1);
  await server.stop();
  expect(isRunning(server.pid)).toBe(false);
  await until('the watcher has ended', () => watchers.every(({ pid }) => !isRunning(pid)));
  expect(childrenOf(process.pid).map((child) => child.pid)).toEqual(before);
});
