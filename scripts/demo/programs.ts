/** Backout's own programs, as anybody starts them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const BACKOUT = fileURLToPath(new URL('../../bin/backout.js', import.meta.url));
const READY_WITHIN_MS = 60_000;

/** `backout worker`; returns once it takes work. */
export async function startBackoutWorker(
  configFile: string,
  healthUrl: string,
): Promise<{ stop(): Promise<void> }> {
  const child = spawn(process.execPath, [BACKOUT, '--config', configFile, 'worker'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = once(child, 'exit');
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  const isReady = () =>
    fetch(`${healthUrl}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`the worker ended with ${child.exitCode}`);
    if (Date.now() > giveUpAt) throw new Error('the worker was not ready within a minute');
    await pause(50);
  }
  return {
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** One rollback by the command line, in this terminal. @returns its exit code */
export async function rollBack(configFile: string): Promise<number> {
  const args = ['rollback', 'traffic-only', 'listings', '--reason', '5xx since 1.5.0', '--yes'];
  const child = spawn(process.execPath, [BACKOUT, '--config', configFile, ...args], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
