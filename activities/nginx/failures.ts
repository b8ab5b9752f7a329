/** What the scripts' exit codes mean, in words for an operator. */
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import type { FailureParts, FailureType } from '../../src/domain/failure.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import { EXIT } from './scripts.ts';
import type { SiteSettings } from './upstream.ts';

type Explained = FailureParts & { type: FailureType };

const PUT_BACK =
  'The old file was put back before nginx read the new one: traffic and data are as they were.';
const UNREAD =
  'The site file on disk is the new one, but nginx still works by the old one: traffic was not changed.';
const OLD_FILE_NEW_NGINX =
  'The old site file is back on disk, but nginx still works by the new one: traffic goes where the new one says.';
const OWN_IT =
  'Let the user that Backout logs in as own the file and its folder, or set `sudo: true` for the host.';

/** What would be in the way of `apply`, from what MAY_REPLACE printed. */
export function notReplaceable(
  { name }: Host,
  { realPath, ownerAndMode }: { realPath: string; ownerAndMode: string },
  { exitCode, stdout }: CommandResult,
): BackoutFailure | null {
  const us = `${stdout.trim()}, the user that Backout logs in as`;
  switch (exitCode) {
    case EXIT.folderNotWritable:
      return new BackoutFailure('PermissionDenied', {
        what: `The folder of ${realPath} on ${name} can't be written by ${us}: a changed site file could not be put there.`,
        changed: NOTHING_CHANGED,
        next: OWN_IT,
      });
    case EXIT.ownerNotKept:
      return new BackoutFailure('PermissionDenied', {
        what: `${realPath} on ${name} is ${ownerAndMode}, and ${us}, can't make a new file of that owner and group.`,
        changed: NOTHING_CHANGED,
        next: OWN_IT,
      });
    default:
      return null;
  }
}

/** What would be in the way of a reload, from what MAY_RELOAD printed. */
export function notReloadable({ name }: Host, { exitCode, stdout }: CommandResult): BackoutFailure | null {
  const [pidFile = '', pid = '', user = ''] = stdout.split('\n');
  switch (exitCode) {
    case EXIT.noMaster:
      return new BackoutFailure('CommandFailed', {
        what: `nginx on ${name} could not be reloaded: ${pidFile} names no process that runs, or can't be read by ${user}.`,
        changed: NOTHING_CHANGED,
        next: 'See that nginx runs, and that `nginx.config` and `nginx.prefix` are those that it was started with. Or set `nginx.reload`.',
      });
    case EXIT.masterNotOurs:
      return new BackoutFailure('PermissionDenied', {
        what: `nginx on ${name} could not be reloaded: its master process ${pid} belongs to another user than ${user}, whom Backout logs in as.`,
        changed: NOTHING_CHANGED,
        next: 'Set `sudo: true` for the host, or a `nginx.reload` command that this user may run.',
      });
    default:
      return null;
  }
}

export function explainNginx(
  { name }: Host,
  { site }: SiteSettings,
  { exitCode, stderr }: CommandResult,
): Explained | null {
  const nginxSays = quoted('nginx says', stderr);
  const hostSays = quoted('The host says', stderr);
  const reloadSays = quoted('The reload command says', stderr);
  switch (exitCode) {
    case EXIT.missing:
      return {
        type: 'InvalidConfiguration',
        what: `There is no file ${site} on ${name}, or it can't be reached by the user that Backout logs in as.`,
        changed: NOTHING_CHANGED,
        next: 'Correct `site` in the configuration.',
      };
    case EXIT.unreadable:
      return {
        type: 'PermissionDenied',
        what: `${site} on ${name} can't be read.`,
        changed: NOTHING_CHANGED,
        next: OWN_IT,
      };
    case EXIT.changedMeanwhile:
      return {
        type: 'SiteFileChanged',
        what: `${site} on ${name} was changed by somebody else in this moment.`,
        changed: NOTHING_CHANGED,
        next: 'It is read again and tried anew.',
      };
    case EXIT.changedSince:
      return {
        type: 'SiteFileChanged',
        what: `${site} on ${name} was changed by somebody else after Backout wrote it.`,
        changed: 'It was left as it is now, and the old file was not put back.',
        next: 'Compare it with its old content, which lies beside it as .NAME.backout-bak, and edit it by hand.',
      };
    case EXIT.notWritable:
    case EXIT.notWritableBeside:
      return {
        type: 'PermissionDenied',
        what: `${site} on ${name} can't be replaced with the same owner and mode.${hostSays}`,
        changed: NOTHING_CHANGED,
        next: `${OWN_IT} See that the disk is not full.`,
      };
    case EXIT.brokenBefore:
      return {
        type: 'SiteFileBroken',
        what: `The nginx configuration on ${name} does not pass its test.${nginxSays}`,
        changed: `This try changed nothing: ${site} has the wanted content already, and nginx works on as it did.`,
        next: 'Correct it by hand, then decide `retry`.',
      };
    case EXIT.brokenElsewhere:
      return {
        type: 'SiteFileBroken',
        what: `The nginx configuration on ${name} does not pass its test, with or without the change to ${site}.${nginxSays}`,
        changed: PUT_BACK,
        next: 'Correct what nginx names by hand, then decide `retry`.',
      };
    case EXIT.brokenBeside:
    case EXIT.brokenAfter:
      return {
        type: 'SiteFileBroken',
        what: `The changed ${site} does not pass nginx's test on ${name}.${nginxSays}`,
        changed: exitCode === EXIT.brokenAfter ? PUT_BACK : NOTHING_CHANGED,
        next: 'Change the file by hand, then decide `skip`.',
      };
    case EXIT.notPutBack:
      return {
        type: 'SiteFileBroken',
        what: `The changed ${site} does not pass nginx's test on ${name}, and the old file could not be put back.${hostSays}`,
        changed: UNREAD,
        next: 'Put the file back by hand before anything reloads nginx: its copy lies beside it, as .NAME.backout-bak.',
      };
    case EXIT.reloadFailed:
      return {
        type: 'CommandFailed',
        what: `nginx on ${name} could not be told to read its configuration.${reloadSays}`,
        changed: UNREAD,
        next: 'See that nginx runs and that we may reload it. Backout tries again by itself.',
      };
    case EXIT.brokenPutBack:
      return {
        type: 'SiteFileBroken',
        what: `The nginx configuration on ${name} does not pass its test, with the old ${site} put back.${nginxSays}`,
        changed: OLD_FILE_NEW_NGINX,
        next: 'Correct what nginx names by hand, then reload nginx.',
      };
    case EXIT.reloadPutBackFailed:
      return {
        type: 'CommandFailed',
        what: `nginx on ${name} could not be told to read its configuration.${reloadSays}`,
        changed: OLD_FILE_NEW_NGINX,
        next: 'See that nginx runs and that we may reload it, then reload it by hand.',
      };
    default:
      return null;
  }
}

/** The configuration as it is does not pass; or we may not read all of it, which nginx calls an error too. */
export function testFailed({ name }: Host, command: string, { stderr }: CommandResult): BackoutFailure {
  const said = lastLines(stderr);
  if (/\[emerg\].*Permission denied/.test(said)) {
    return new BackoutFailure('PermissionDenied', {
      what: `\`${command}\` on ${name} lacks a permission: ${said}`,
      changed: NOTHING_CHANGED,
      next: 'Set `sudo: true` for the host, or let the user read what nginx reads.',
    });
  }
  return new BackoutFailure('SiteFileBroken', {
    what: `The nginx configuration on ${name} is broken already: ${said}`,
    changed: NOTHING_CHANGED,
    next: `Correct it by hand until \`${command}\` passes, then start again.`,
  });
}

/** A sentence with the tool's own words, where it had any. */
function quoted(who: string, stderr: string): string {
  const said = lastLines(stderr);
  return said === '' ? '' : ` ${who}: ${said}`;
}

/** The last words, without nginx's own time stamps and process numbers. */
function lastLines(stderr: string): string {
  return stderr
    .trim()
    .split('\n')
    .filter((line) => !/test failed|test is successful|syntax is ok/.test(line))
    .slice(-2)
    .map((line) => line.replace(/^(nginx: |[\d/]+ [\d:]+ (?=\[))/, '').replace(/^(\[\w+\]) \d+#\d+:/, '$1'))
    .join(' ')
    .slice(0, 500);
}
