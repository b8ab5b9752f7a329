/**
 * The lock on the target host. It keeps two rollbacks, two workers, two Temporal clusters and a break-glass run
 * apart, because it lies where the change happens. Clock and truth are the target's own.
 */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import { explained, locked } from './failures.ts';
import { isDeadProcess, thisProcess } from './holder.ts';
import type { Holder } from './holder.ts';
import { ACQUIRE, EXIT, GUARD, READ_STATE, RELEASE, RENEW, WRITE_RECORD } from './scripts.ts';
import { parseLock, parseRefusal, parseState } from './state.ts';
import type { LockRecord, TargetState } from './state.ts';

export { explained };
export type { LockRecord, TargetState };

export type Acquire = {
  /** The workflow ID: attempts of the same rollback fence each other, another rollback is kept out. */
  owner: string;
  /** What it is for, who asked: for whoever finds the lock. */
  step: string;
  by: string;
  attempt: number;
  /**
   * When this attempt was scheduled, in milliseconds by Temporal's clock. An attempt that slept through its own
   * time-out and comes after a later one is refused. Left out: whoever comes last counts.
   */
  scheduledAt?: number;
  /** `process`: the rollback can't outlive this process (break-glass), so a dead process means a dead rollback. */
  lives: 'temporal' | 'process';
  ttlSeconds: number;
  /** Has this other rollback ended, though its lock has not expired? Asked only when its lock is in the way. */
  isEnded(owner: string): Promise<boolean>;
  /** Written together with the lock, in the same round trip. */
  record?: { name: string; json: string };
};

export type Acquired = {
  token: number;
  /** The lock as it was, whoever had it; null when there was none. */
  previous: LockRecord | null;
};

/**
 * Makes a command one that runs only while our token is the current one, and with nothing else at work on the target.
 * When it may not run, its exit code says why: see `explained`.
 */
export type Guard = (argv: readonly string[]) => string[];

export type TargetLock = {
  readonly directory: string;
  /** The file that a record is kept in, on the target. */
  recordPath(name: string): string;
  /**
   * Takes the lock, or takes it again: every time with a higher token, which fences off the earlier ones.
   * @throws BackoutFailure TargetLocked, naming who holds it and until when; StillRunning while an earlier command
   * lives on; Fenced when a later attempt has it; AmbiguousState when the lock's file can't be understood
   */
  acquire(options: Acquire): Promise<Acquired>;
  guard(holder: { owner: string; token: number }): Guard;
  /** Replaces a record as a whole: a reader sees the old one or the new one. */
  writeRecord(guard: Guard, record: { name: string; json: string }): Promise<void>;
  /** The lock lives on for so long from now. */
  renew(guard: Guard, ttlSeconds: number): Promise<void>;
  release(guard: Guard): Promise<void>;
  /** Who holds it, and all records. Changes nothing. */
  readState(): Promise<TargetState>;
};

const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'backout', ...args];

/** `directory` is that of one service and environment. */
export function createTargetLock(host: Host, directory: string, here: Holder = thisProcess()): TargetLock {
  const run = async (argv: string[], stdin = ''): Promise<CommandResult> =>
    explained(host, directory, await host.run(argv, { stdin }));

  const acquire = async (options: Acquire, ended: string[] = []): Promise<Acquired> => {
    const result = await host.run(sh(ACQUIRE, directory, ...acquireArguments(options, here), ...ended), {
      stdin: options.record?.json ?? '',
    });
    if (result.exitCode === EXIT.locked) {
      const refusal = parseRefusal(result.stdout);
      const { holder } = refusal;
      const isEnded =
        !ended.includes(holder.owner) &&
        (isDeadProcess(holder, here) || (await options.isEnded(holder.owner)));
      if (isEnded) return await acquire(options, [...ended, holder.owner]);
      throw new BackoutFailure('TargetLocked', locked(host, refusal));
    }
    const [token = '', ...before] = explained(host, directory, result).stdout.split('\n');
    return { token: Number(token), previous: before.join('').trim() === '' ? null : parseLock(before) };
  };

  return {
    directory,
    recordPath: (name) => `${directory}/records/${recordName(name)}`,
    acquire: (options) => acquire(options),
    guard: (holder) => (argv) => sh(GUARD, directory, oneLine(holder.owner), String(holder.token), ...argv),
    writeRecord: async (guard, { name, json }) =>
      void (await run(guard(sh(WRITE_RECORD, directory, recordName(name))), json)),
    renew: async (guard, ttlSeconds) =>
      void (await run(guard(sh(RENEW, directory, String(Math.ceil(ttlSeconds)))))),
    release: async (guard) => void (await run(guard(sh(RELEASE, directory)))),
    readState: async () => parseState((await run(sh(READ_STATE, directory))).stdout),
  };
}

function acquireArguments(options: Acquire, { host, machine, pid }: Holder): string[] {
  const { owner, scheduledAt = 0, ttlSeconds, record } = options;
  const about = [
    `step=${oneLine(options.step)}`,
    `by=${oneLine(options.by)}`,
    `attempt=${options.attempt}`,
    `host=${oneLine(host)}`,
    `machine=${machine}`,
    `pid=${pid}`,
    `lives=${options.lives}`,
  ].join('\n');
  const name = record === undefined ? '' : recordName(record.name);
  return [oneLine(owner), String(scheduledAt), String(Math.ceil(ttlSeconds)), name, about];
}

/** The lock's file has one line for each value. */
const oneLine = (text: string) => text.replace(/\s+/g, ' ').slice(0, 1000);

/** It becomes the name of a file. */
function recordName(name: string): string {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw new Error(`not a name for a record: ${name}`);
  return name;
}
