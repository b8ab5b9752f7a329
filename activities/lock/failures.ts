/** What the scripts' own exit codes mean, in words for an operator. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { FailureParts, FailureType } from '../../src/domain/failure.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import { EXIT } from './scripts.ts';
import { parseRefusal } from './state.ts';
import type { LockRecord, Refusal } from './state.ts';

const UNCHANGED = 'This command changed nothing.';

/**
 * The result of a command that ran under the lock, or the failure that its exit code stands for.
 * @param about what to look at when the command itself failed: a path or a name
 */
export function explained(host: Host, about: string, result: CommandResult): CommandResult {
  if (result.exitCode === 0) return result;
  const { type, ...parts } = refusalOf(host, result) ?? {
    type: 'CommandFailed',
    what: `A command on ${host.name} failed with exit code ${result.exitCode}: ${result.stderr.trim()}`,
    changed: 'It may have done a part of its work: trying again reads the live state first.',
    next: `See ${about} on ${host.name}.`,
  };
  throw new BackoutFailure(type, parts);
}

type Explained = FailureParts & { type: FailureType };

/** Null for an exit code of the guarded command itself. */
function refusalOf(host: Host, { exitCode, stdout, stderr }: CommandResult): Explained | null {
  const refusal = parseRefusal(stdout);
  const { directory } = refusal;
  switch (exitCode) {
    case EXIT.busy:
      return busy(host, refusal);
    case EXIT.locked:
      return { type: 'TargetLocked', ...locked(host, refusal) };
    case EXIT.fenced:
      return fenced(host, refusal);
    case EXIT.unreadable:
      return {
        type: 'AmbiguousState',
        what: `What ${directory} on ${host.name} says of the lock can't be read: it is cut off, or no file of Backout's. ${stderr}`.trim(),
        changed: UNCHANGED,
        next: `See what is in it. When you are sure that no rollback runs, remove ${directory}/lock and start again.`,
      };
    case EXIT.noFlock:
      return {
        type: 'ProgramMissing',
        what: `flock is not installed on ${host.name}: without it two rollbacks could act at once.`,
        changed: UNCHANGED,
        next: 'Install util-linux there.',
      };
    case EXIT.noDirectory:
      return {
        type: 'PermissionDenied',
        what: `The state directory ${directory} on ${host.name} can't be read or written. ${stderr}`.trim(),
        changed: UNCHANGED,
        next: 'Create it for the user that Backout logs in as, set `stateDirectory`, or set `sudo: true` for the host. See that the disk is not full.',
      };
    default:
      return null;
  }
}

/** Somebody else's rollback has the lock. */
export function locked(host: Host, { holder, directory }: Refusal): FailureParts {
  return {
    what: `The target is locked by ${describe(holder)}, until ${time(holder.expires)}. The lock is ${directory}/lock on ${host.name}.`,
    changed: UNCHANGED,
    next: `Let it finish or end it. If you know that it is dead, start again with \`--take-over ${holder.owner} --take-over-note 'how you know'\`.`,
  };
}

function busy(host: Host, { holder, directory, running }: Refusal): Explained {
  const process = running === 0 ? '' : ` (process ${running})`;
  return {
    type: 'StillRunning',
    what: `An earlier command${process} is still at work on ${host.name}. It belongs to ${describe(holder)}, and holds ${directory}/guard.`,
    changed: UNCHANGED,
    next: 'It is waited for and tried again. End that process only when you know that it hangs.',
  };
}

function fenced(host: Host, { holder, directory }: Refusal): Explained {
  const by =
    holder.owner === '' ? 'The lock was released' : `A later attempt has taken over: ${describe(holder)}`;
  return {
    type: 'Fenced',
    what: `${by}. The lock is ${directory}/lock on ${host.name}.`,
    changed: UNCHANGED,
    next: 'Nothing is to be done here: look at the rollback that goes on.',
  };
}

function describe({ owner, step, attempt, by, host, pid, since }: LockRecord): string {
  if (owner === '') return 'a rollback that has released its lock';
  return `${owner} (${step}, attempt ${attempt}, asked for by ${by}, from ${host} process ${pid}) since ${time(since)}`;
}

const time = (seconds: number) => new Date(seconds * 1000).toISOString();
