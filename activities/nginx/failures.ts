/** What the scripts' exit codes mean, in words for an operator. */
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import type { FailureParts, FailureType } from '../../src/domain/failure.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import { EXIT } from './scripts.ts';
import type { SiteSettings } from './upstream.ts';

type Explained = FailureParts & { type: FailureType };

const PUT_BACK =
  'The old file was put back before nginx read the new one: traffic and data are as they were.';
const OWN_IT =
  'Let the user that Backout logs in as own the file and its folder, or set `sudo: true` for the host.';

export function explainNginx(
  { name }: Host,
  { site }: SiteSettings,
  { exitCode, stderr }: CommandResult,
): Explained | null {
  const said = lastLines(stderr);
  const failure = (type: FailureType, what: string, next: string, changed = NOTHING_CHANGED): Explained => ({
    type,
    what: `${what}${said === '' ? '' : ` nginx says: ${said}`}`,
    changed,
    next,
  });
  switch (exitCode) {
    case EXIT.missing:
      return failure(
        'InvalidConfiguration',
        `There is no file ${site} on ${name}.`,
        'Correct `site` in the configuration.',
      );
    case EXIT.unreadable:
      return failure('PermissionDenied', `${site} on ${name} can't be read.`, OWN_IT);
    case EXIT.changedMeanwhile:
      return failure(
        'SiteFileChanged',
        `${site} on ${name} was changed by somebody else in this moment.`,
        'It is read again and tried anew.',
      );
    case EXIT.notWritable:
      return failure(
        'PermissionDenied',
        `${site} on ${name} can't be replaced with the same owner and mode.`,
        OWN_IT,
      );
    case EXIT.brokenBefore:
      return failure(
        'SiteFileBroken',
        `The nginx configuration on ${name} does not pass its test.`,
        'Correct it by hand, then decide `retry`.',
      );
    case EXIT.brokenBeside:
      return failure(
        'SiteFileBroken',
        `The changed ${site} does not pass nginx's test on ${name}.`,
        'Change the file by hand, then decide `skip`.',
      );
    case EXIT.brokenAfter:
      return failure(
        'SiteFileBroken',
        `The changed ${site} does not pass nginx's test on ${name}.`,
        'Change the file by hand, then decide `skip`.',
        PUT_BACK,
      );
    case EXIT.reloadFailed:
      return failure(
        'CommandFailed',
        `nginx on ${name} could not be told to read its configuration.`,
        'See that nginx runs and that we may reload it. Backout tries again by itself.',
        'The site file on disk is the new one, but nginx still works by the old one: traffic was not changed.',
      );
    default:
      return null;
  }
}

export function testFailed(
  { name }: Host,
  command: string,
  { exitCode, stderr }: CommandResult,
): BackoutFailure {
  const said = lastLines(stderr);
  if (/Permission denied/.test(stderr)) {
    return new BackoutFailure('PermissionDenied', {
      what: `\`${command}\` on ${name} lacks a permission: ${said}`,
      changed: NOTHING_CHANGED,
      next: 'Set `sudo: true` for the host, or let the user read what nginx reads.',
    });
  }
  if (exitCode === 127 || /not found/.test(stderr)) {
    return new BackoutFailure('ProgramMissing', {
      what: `nginx was not found on ${name}: ${said}`,
      changed: NOTHING_CHANGED,
      next: 'Correct `nginx.binary` in the configuration.',
    });
  }
  return new BackoutFailure('SiteFileBroken', {
    what: `The nginx configuration on ${name} is broken already: ${said}`,
    changed: NOTHING_CHANGED,
    next: `Correct it by hand until \`${command}\` passes, then start again.`,
  });
}

/** nginx's last words, without its own time stamps. */
function lastLines(stderr: string): string {
  const lines = stderr
    .trim()
    .split('\n')
    .filter((line) => !/test failed|test is successful|syntax is ok/.test(line));
  return lines
    .slice(-2)
    .join(' ')
    .replace(/^nginx: /, '')
    .slice(0, 500);
}
