/** Looking at processes on this machine. */
import { readdirSync, readFileSync } from 'node:fs';

/** Does it run? A zombie, which only waits for its parent to look, does not. */
export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Was it stopped by SIGSTOP? */
export function isStopped(pid: number): boolean {
  return /^\d+ \(.*\) T /s.test(read(`/proc/${pid}/stat`));
}

/** The processes that it started and that still run under it. */
export function childrenOf(pid: number): { pid: number; command: string }[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const children = tasks.flatMap((task) => read(`/proc/${pid}/task/${task}/children`).split(' '));
  return children
    .filter((child) => child !== '')
    .map((child) => ({
      pid: Number(child),
      command: read(`/proc/${child}/cmdline`).replaceAll('\0', ' ').trim(),
    }));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
