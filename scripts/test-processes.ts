/** Programs that tests start and may leave behind. They are known by a mark in the environment that they inherit. */
import { readdirSync, readFileSync } from 'node:fs';

export const RUN_MARK = 'BACKOUT_TEST_RUN';

export type Leftover = { pid: number; command: string };

/**
 * The processes of a test run, whoever their parent is by now: those with its mark, and those of its session, since
 * nginx and sshd write over their environment. Only where there is a /proc; elsewhere none.
 */
export function findMarked({ mark, session }: { mark: string; session: number }): Leftover[] {
  return numericEntries('/proc').flatMap((pid) => {
    const isOurs = sessionOf(pid) === session || environmentOf(pid).includes(`${RUN_MARK}=${mark}`);
    if (!isOurs || pid === process.pid || isZombie(pid)) return [];
    return [{ pid, command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }];
  });
}

function environmentOf(pid: number): string[] {
  return read(`/proc/${pid}/environ`).split('\0');
}

function sessionOf(pid: number): number {
  return Number(statusFields(pid)[3]);
}

function isZombie(pid: number): boolean {
  return statusFields(pid)[0] === 'Z';
}

/** State, parent, process group, session, … : what follows the name, which may hold anything. */
function statusFields(pid: number): string[] {
  const line = read(`/proc/${pid}/stat`);
  return line.slice(line.lastIndexOf(')') + 2).split(' ');
}

export function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function numericEntries(directory: string): number[] {
  try {
    return readdirSync(directory)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Empty for a process that has ended, a zombie, and one of another user. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
