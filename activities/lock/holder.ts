/** Who takes a lock, so that whoever finds it can tell whether it is still alive. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { LockRecord } from './state.ts';

export type Holder = {
  /** Name of the machine, for people. */
  host: string;
  /**
   * Tells machines apart that have the same name, and containers on one machine: a process ID means something only
   * within one boot and one process namespace. Empty where the system does not tell.
   */
  machine: string;
  pid: number;
};

export function thisProcess(): Holder {
  return { host: hostname(), machine: machineIdentity(), pid: process.pid };
}

function machineIdentity(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/** A break-glass run on this very machine whose process is gone: nothing can continue it. */
export function isDeadProcess({ lives, machine, pid }: LockRecord, here: Holder): boolean {
  if (lives !== 'process' || machine === '' || machine !== here.machine) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
