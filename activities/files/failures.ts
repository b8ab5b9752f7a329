/** What the scripts' exit codes mean, in words for an operator. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { CommandResult } from '../commands/host.ts';
import { EXIT, MAX_BYTES } from './scripts.ts';

const UNCHANGED = 'This file was not changed. Traffic and data were not changed.';
const OWN_IT =
  'Let the user that Backout logs in as own the file and be able to write its folder, or set `sudo: true` for the host.';

/** Null for success, and for an exit code of something else. */
export function failureOf(
  host: string,
  path: string,
  { exitCode, stderr }: Pick<CommandResult, 'exitCode' | 'stderr'>,
): BackoutFailure | null {
  const said = stderr.trim() === '' ? '' : ` ${stderr.trim()}`;
  switch (exitCode) {
    case EXIT.missing:
      return new BackoutFailure('FileUnusable', {
        what: `There is no file ${path} on ${host}.`,
        changed: UNCHANGED,
        next: 'Correct the path in the configuration, or put the file there.',
      });
    case EXIT.unreadable:
      return new BackoutFailure('PermissionDenied', {
        what: `${path} on ${host} may not be read by the user that Backout logs in as.`,
        changed: UNCHANGED,
        next: OWN_IT,
      });
    case EXIT.tooLarge:
      return new BackoutFailure('FileUnusable', {
        what: `${path} on ${host} is larger than ${MAX_BYTES / 1_000_000} MB, which is no configuration file.`,
        changed: UNCHANGED,
        next: 'Correct the path in the configuration.',
      });
    case EXIT.changedMeanwhile:
      return new BackoutFailure('FileChanged', {
        what: `${path} on ${host} is not as it was when the plan was made: somebody has changed it since.`,
        changed: UNCHANGED,
        next: 'See who changed it and why. `abort`, and start again with a plan of the file as it is now; or `skip` this step.',
      });
    case EXIT.notWritable:
      return new BackoutFailure('PermissionDenied', {
        what: `A new ${path} could not be written on ${host}.${said}`,
        changed: UNCHANGED,
        next: `${OWN_IT} See that the disk is not full.`,
      });
    case EXIT.ownerNotKept:
      return new BackoutFailure('PermissionDenied', {
        what: `A new ${path} on ${host} would get another owner or mode than the present one.`,
        changed: UNCHANGED,
        next: OWN_IT,
      });
    default:
      return null;
  }
}
