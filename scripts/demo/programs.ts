/** Backout's own programs, as anybody starts them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
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

/**
 * One command in this terminal. `unattended`: as in a pipeline, where nobody can answer questions.
 * @returns its exit code
 */
export async function backout(
  configFile: string,
  args: readonly string[],
  { unattended = false }: { unattended?: boolean } = {},
): Promise<number> {
  const child = spawn(process.execPath, [BACKOUT, '--config', configFile, ...args], {
    stdio: [unattended ? 'ignore' : 'inherit', 'inherit', 'inherit'],
  });
  // The terminal's Ctrl-C reaches it by itself; another end of this process does not.
  const endIt = () => child.kill('SIGTERM');
  process.once('exit', endIt);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('exit', endIt);
  return code ?? 1;
}

/** What a command with `--json` prints. @throws Error for an empty answer, whose reason stands on standard error */
export async function backoutJson(configFile: string, args: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, [BACKOUT, '--config', configFile, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(child.stdout));
}
