/** What can be wrong with a process, in words for an operator. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { FailureParts, FailureType } from '../../src/domain/failure.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import { EXIT } from './scripts.ts';

const UNTOUCHED = 'No process was touched, and this step did not change traffic.';
const START_BY_HAND = 'Start it by hand and decide `retry`, or name another release to return to.';

export function cannotStart(host: Host, what: string): BackoutFailure {
  return new BackoutFailure('DidNotStart', {
    what: `The process could not be started on ${host.name}: ${what}`,
    changed: 'Traffic was not changed.',
    next: START_BY_HAND,
  });
}

export function stillRuns(host: Host, what: string): BackoutFailure {
  return new BackoutFailure('StillRunning', {
    what: `The process on ${host.name} still runs: ${what}`,
    changed: 'This step did not change traffic.',
    next: 'End it by hand and decide `retry`; or `skip` if it may run on without traffic.',
  });
}

/** A process that is configured for this release, but is also one that must go on. */
export function wouldStopOther(host: Host, { pid, where }: { pid: string; where: string }): BackoutFailure {
  return new BackoutFailure('InvalidConfiguration', {
    what: `Process ${pid} on ${host.name} is found by ${where}, but it is also a process of the release that stays.`,
    changed: UNTOUCHED,
    next: 'Correct the configuration so that each release has its own process. Then stop the faulty one by hand and decide `skip`.',
  });
}

export function notManager(host: Host, { unit, login }: { unit: string; login: string }): BackoutFailure {
  return new BackoutFailure('PermissionDenied', {
    what: `${login} may not stop ${unit} on ${host.name}: only root may, there is no polkit.`,
    changed: UNTOUCHED,
    next: 'Set `sudo: true` for the host, or use units of the user (`user: true`).',
  });
}

export function staleDetail(printed: string): string {
  const [pid = '', name = ''] = printed.trim().split(' ', 2);
  return `process ${pid} (${name}) was started after this file was written: it is another program's`;
}

/**
 * The failure that a script's own exit code stands for; null for all other codes.
 * @param where how the process is looked for
 */
export function scriptFailure(host: Host, where: string, result: CommandResult): BackoutFailure | null {
  const found = parts(host, where, result);
  if (found === null) return null;
  const { type, ...rest } = found;
  return new BackoutFailure(type, rest);
}

function parts(
  host: Host,
  where: string,
  { exitCode, stdout, stderr }: CommandResult,
): (FailureParts & { type: FailureType }) | null {
  const said = stdout.trim();
  switch (exitCode) {
    case EXIT.badPidFile:
      return {
        type: 'CommandFailed',
        what: `The ${where} on ${host.name} can't be read, or holds something else than the ID of one process.`,
        changed: UNTOUCHED,
        next: 'Correct the pid file or the configuration, then decide `retry`.',
      };
    case EXIT.stalePidFile:
      return {
        type: 'AmbiguousState',
        what: `The ${where} on ${host.name} can't be trusted: ${staleDetail(said)}.`,
        changed: UNTOUCHED,
        next: 'When the release runs no more, remove the pid file and decide `retry`. When it is that process after all, end it by hand and decide `retry`.',
      };
    case EXIT.cannotLook:
      return {
        type: 'CommandFailed',
        what: `The processes on ${host.name} can't be searched for a ${where}: ${stderr.trim()}`,
        changed: UNTOUCHED,
        next: 'See that `ps` (procps) and `awk` are installed there, and that the match is an extended regular expression.',
      };
    case EXIT.notAllowed:
      return {
        type: 'PermissionDenied',
        what: `Process ${said} on ${host.name} (${where}) belongs to another user: it may not be stopped by the one that we log in as.`,
        changed: UNTOUCHED,
        next: 'Set `sudo: true` for the host, or log in as the user of the process.',
      };
    default:
      return null;
  }
}
