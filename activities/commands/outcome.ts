/** What the end of a command means, apart from what the command itself says by its exit code. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { Executed } from './execute.ts';
import { formatCommand } from './format.ts';
import type { CommandResult } from './host.ts';

const MAY_HAVE_ACTED = 'It may have done its work or a part of it: trying again reads the live state first.';

type Command = { host: string; argv: readonly string[]; sudo: boolean };

/** The result, unless time was up or sudo refused. */
export function checked(result: Executed, command: Command): CommandResult {
  if (result.timedOut) throw timedOut(command, result);
  if (command.sudo && result.exitCode === 1 && /^sudo: /m.test(result.stderr))
    throw sudoRefused(command, result);
  const { exitCode, stdout, stderr, durationMs } = result;
  return { exitCode, stdout, stderr, durationMs };
}

/** The program alone: arguments can be long scripts. */
export function programOf(argv: readonly string[]): string {
  return formatCommand(argv.slice(0, 1));
}

function timedOut({ host, argv }: Command, { durationMs }: Executed): BackoutFailure {
  return new BackoutFailure('CommandTimedOut', {
    what: `${programOf(argv)} on ${host} did not end within ${Math.round(durationMs / 1000)} s and was killed.`,
    changed: MAY_HAVE_ACTED,
    next: `See whether ${host} is overloaded or hangs.`,
  });
}

function sudoRefused({ host, argv }: Command, { stderr }: Executed): BackoutFailure {
  return new BackoutFailure('PermissionDenied', {
    what: `sudo on ${host} refused ${programOf(argv)}: ${stderr.trim().split('\n')[0] ?? ''}`,
    changed: 'This command changed nothing.',
    next: 'Allow it in sudoers with NOPASSWD, or set `sudo: false` for the host.',
  });
}

/** ssh's own failure, which it tells by exit code 255, as one of ours. */
export function sshFailure(host: string, stderr: string): BackoutFailure {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  if (
    /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|No .* host key is known/.test(stderr)
  ) {
    return new BackoutFailure('HostKeyRejected', {
      what: `The host key of ${host} is not the known one, or no key is known: ${said}`,
      changed: 'This command changed nothing: it was not sent.',
      next: 'Check the key with whoever runs the host, then add it to the known_hosts file. Never skip this check.',
    });
  }
  if (/Permission denied|Too many authentication failures|no such identity|Load key/.test(stderr)) {
    return new BackoutFailure('CredentialsRejected', {
      what: `${host} refused the login: ${said}`,
      changed: 'This command changed nothing: it was not sent.',
      next: 'Check user and identityFile in the configuration, and authorized_keys on the host.',
    });
  }
  return new BackoutFailure('HostUnreachable', {
    what: `The SSH connection to ${host} failed or was cut: ${said === '' ? 'no reason was given' : said}.`,
    changed: MAY_HAVE_ACTED,
    next: `See whether ${host} is up and the network lets us through. Backout tries again by itself.`,
  });
}
