/** What can be wrong with a process, in words for an operator. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { Host } from '../commands/host.ts';

export function cannotStart(host: Host, what: string): BackoutFailure {
  return new BackoutFailure('DidNotStart', {
    what: `The process could not be started on ${host.name}: ${what}`,
    changed: 'Traffic was not changed.',
    next: 'Start it by hand and decide `retry`, or name another release to return to.',
  });
}

export function stillRuns(host: Host, what: string): BackoutFailure {
  return new BackoutFailure('StillRunning', {
    what: `The process on ${host.name} still runs: ${what}`,
    changed: 'This step did not change traffic.',
    next: 'End it by hand and decide `retry`; or `skip` if it may run on without traffic.',
  });
}
