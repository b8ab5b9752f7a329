/**
 * The lock on the target host. It keeps two rollbacks, two workers, two Temporal clusters and a break-glass run
 * apart, because it lies where the change happens. Clock and truth are the target's own.
 */
import { hostname } from 'node:os';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { FailureParts, FailureType } from '../../src/domain/failure.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import { ACQUIRE, EXIT, GUARD, READ_STATE, RELEASE, WRITE_RECORD } from './scripts.ts';
import { parseLock, parseState } from './state.ts';
import type { LockRecord, TargetState } from './state.ts';

export type { LockRecord, TargetState };

export type Acquire = {
  /** The workflow ID: attempts of the same rollback fence each other, another rollback is kept out. */
  owner: string;
  /** What it is for, who asked: for whoever finds the lock. */
  step: string;
  by: string;
  attempt: number;
  /** `process`: the rollback can't outlive this process (break-glass), so a dead process means a dead rollback. */
  lives: 'temporal' | 'process';
  ttlSeconds: number;
  /** Has this other rollback ended, though its lock has not expired? Asked only when its lock is in the way. */
  isEnded(owner: string): Promise<boolean>;
  /** Written together with the lock, in the same round trip. */
  record?: { name: string; json: string };
};

export type Guard = (argv: readonly string[]) => string[];

export type TargetLock = {
  readonly directory: string;
  /** @throws BackoutFailure TargetLocked, naming who holds it and until when */
  acquire(options: Acquire): Promise<{ token: number; previous: LockRecord | null }>;
  /** Makes a command one that only runs while this token is the current one. */
  guard(holder: { owner: string; token: number }): Guard;
  writeRecord(guard: Guard, record: { name: string; json: string }): Promise<void>;
  release(guard: Guard): Promise<void>;
  /** Who holds it, and all records. Changes nothing. */
  readState(): Promise<TargetState>;
};

/** `directory` is that of one service and environment. */
export function createTargetLock(host: Host, directory: string): TargetLock {
  const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'backout', ...args];
  const run = async (argv: string[], stdin?: string) => {
    const result = await host.run(argv, stdin === undefined ? {} : { stdin });
    return explained(host, directory, result);
  };
  const acquire = async (
    options: Acquire,
    ended: string[] = [],
  ): Promise<{ token: number; previous: LockRecord | null }> => {
    const about = [
      `step=${oneLine(options.step)}`,
      `by=${oneLine(options.by)}`,
      `attempt=${options.attempt}`,
      `host=${hostname()}`,
      `pid=${process.pid}`,
      `lives=${options.lives}`,
    ].join('\n');
    const { owner, ttlSeconds, record } = options;
    const argv = sh(
      ACQUIRE,
      directory,
      owner,
      String(Math.ceil(ttlSeconds)),
      record?.name ?? '',
      about,
      ...ended,
    );
    const result = await host.run(argv, { stdin: record?.json ?? '' });
    if (result.exitCode === EXIT.locked) {
      const holder = parseLock(result.stdout.split('\n'));
      if (ended.includes(holder.owner)) throw locked(host, directory, holder);
      if (!isDeadProcess(holder) && !(await options.isEnded(holder.owner)))
        throw locked(host, directory, holder);
      return await acquire(options, [...ended, holder.owner]);
    }
    const [token = '', ...before] = explained(host, directory, result).stdout.split('\n');
    return { token: Number(token), previous: before.join('').trim() === '' ? null : parseLock(before) };
  };
  return {
    directory,
    acquire: (options) => acquire(options),
    guard:
      ({ owner, token }) =>
      (argv) =>
        sh(GUARD, directory, owner, String(token), ...argv),
    writeRecord: async (guard, { name, json }) =>
      void (await run(guard(sh(WRITE_RECORD, directory, name)), json)),
    release: async (guard) => void (await run(guard(sh(RELEASE, directory)))),
    readState: async () => parseState((await run(sh(READ_STATE, directory))).stdout),
  };
}

/** A break-glass run on this very machine whose process is gone: nothing can continue it. */
function isDeadProcess({ lives, host, pid }: LockRecord): boolean {
  if (lives !== 'process' || host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').slice(0, 200);

function locked(host: Host, directory: string, holder: LockRecord): BackoutFailure {
  return new BackoutFailure('TargetLocked', {
    what:
      `The target is locked by ${holder.owner} (${holder.step}, started by ${holder.by} on ${holder.host}) ` +
      `until ${new Date(holder.expires * 1000).toISOString()}. The lock is ${directory}/lock on ${host.name}.`,
    changed: 'This step changed nothing.',
    next: `Let it finish or end it. If you know that it is dead, start again with \`--take-over ${holder.owner}\`.`,
  });
}

/** The result, or the failure that one of the scripts' own exit codes stands for. */
export function explained(host: Host, directory: string, result: CommandResult): CommandResult {
  const failure = explainExit(host, directory, result);
  if (failure) throw new BackoutFailure(failure.type, failure);
  return result;
}

function explainExit(
  { name }: Host,
  directory: string,
  { exitCode, stdout, stderr }: CommandResult,
): (FailureParts & { type: FailureType }) | null {
  const changed = 'This command changed nothing.';
  switch (exitCode) {
    case 0:
      return null;
    case EXIT.busy:
      return {
        type: 'TargetLocked',
        what: `A command of an earlier attempt is still at work on ${name} and holds ${directory}/guard.`,
        changed,
        next: `It is waited for. To see it: fuser ${directory}/guard`,
      };
    case EXIT.fenced:
      return {
        type: 'Fenced',
        what: `A later attempt has taken over on ${name}${describeHolder(stdout)}.`,
        changed,
        next: 'Nothing is to be done: the later attempt goes on.',
      };
    case EXIT.unreadable:
      return {
        type: 'CommandFailed',
        what: `The lock in ${directory} on ${name} can't be read. ${stderr.trim()}`,
        changed,
        next: `See what is in it. When no rollback runs, remove ${directory}/lock.`,
      };
    case EXIT.noFlock:
      return {
        type: 'ProgramMissing',
        what: `flock is not installed on ${name}.`,
        changed,
        next: 'Install util-linux there.',
      };
    case EXIT.noDirectory:
      return {
        type: 'PermissionDenied',
        what: `The state directory ${directory} on ${name} can't be written.`,
        changed,
        next: 'Create it for the user that Backout logs in as, set `stateDirectory`, or set `sudo: true` for the host.',
      };
    default:
      return {
        type: 'CommandFailed',
        what: `A command for the lock on ${name} failed with exit code ${exitCode}: ${stderr.trim()}`,
        changed,
        next: `See ${directory} on ${name}.`,
      };
  }
}

function describeHolder(lock: string): string {
  const { owner, step } = parseLock(lock.split('\n'));
  return owner === '' ? '' : `: ${owner} (${step})`;
}
