/** Looking at processes on this machine. */
import { readFileSync } from 'node:fs';

/** Does it run? A zombie, which only waits for its parent to look, does not. */
export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
