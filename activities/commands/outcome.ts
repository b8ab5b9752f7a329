/** What the end of a command means, apart from what the command itself says by its exit code. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { Executed } from './execute.ts';
import { formatCommand } from './format.ts';
import type { CommandResult } from './host.ts';

const NOT_RUN = 'This command changed nothing: it was not run.';
const MAY_HAVE_ACTED = 'It may have done its work or a part of it: trying again reads the live state first.';

const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

export type Command = { host: string; argv: readonly string[]; sudo: boolean };

/** The command's own result. Throws when time was up, sudo refused, or there is no such program. */
export function checked(result: Executed, command: Command): CommandResult {
  if (result.timedOut) throw timedOut(command, { durationMs: result.durationMs, killed: true });
  const refusal = command.sudo && result.exitCode === 1 ? sudoRefusal(result.stderr) : null;
  if (refusal !== null) throw sudoRefused(command, refusal);
  if (isMissing(result, command)) throw programMissing(command);
  if (isForbidden(result, command)) throw notExecutable(command);
  const { timedOut: _timedOut, aborted: _aborted, stderrBeginning: _beginning, ...own } = result;
  return own;
}

export function timedOut(
  { host, argv }: Command,
  { durationMs, killed }: { durationMs: number; killed: boolean },
): BackoutFailure {
  const end = killed ? 'and was killed' : 'and could not be killed: it may still run';
  return new BackoutFailure('CommandTimedOut', {
    what: `${programOf(argv)} on ${host} did not end within ${Math.round(durationMs / 100) / 10} s ${end}.`,
    changed: MAY_HAVE_ACTED,
    next: `See whether ${host} is overloaded or hangs.`,
  });
}

/** The program alone: arguments can be long scripts. */
function programOf(argv: readonly string[]): string {
  return formatCommand(argv.slice(0, 1));
}

/** What sudo says when it does not run the command. It also warns (of a host name) and then runs it. */
const REFUSALS =
  /^(sudo: (a password is required|a terminal is required|no tty present|sorry, you must have a tty|.*account validation|PAM ).*|Sorry, (user|try).*|.* is not (in the sudoers file|allowed to run sudo).*)$/m;

function sudoRefusal(stderr: string): string | null {
  return REFUSALS.exec(stderr)?.[0] ?? null;
}

function sudoRefused({ host, argv }: Command, said: string): BackoutFailure {
  return new BackoutFailure('PermissionDenied', {
    what: `sudo on ${host} refused ${programOf(argv)}: ${said}`,
    changed: NOT_RUN,
    next: 'Allow it in sudoers with NOPASSWD, or set `sudo: false` for the host.',
  });
}

/** Told from the same exit code of something inside a script by the name in the shell's message. */
function isMissing({ exitCode, stderr }: Executed, { argv: [program = ''], sudo }: Command): boolean {
  if (exitCode !== NOT_FOUND && !(sudo && exitCode === 1)) return false;
  return (
    saysOf(stderr, `${program}: not found`) ||
    saysOf(stderr, `${program}: command not found`) ||
    saysOf(stderr, `${program}: No such file or directory`) ||
    saysOf(stderr, `command not found: ${program}`)
  );
}

function isForbidden({ exitCode, stderr }: Executed, { argv: [program = ''] }: Command): boolean {
  return exitCode === NOT_EXECUTABLE && /permission denied/i.test(stderr) && stderr.includes(program);
}

/** Is there a line that ends in these words? */
function saysOf(stderr: string, words: string): boolean {
  return stderr.split('\n').some((line) => ` ${line}`.endsWith(` ${words}`));
}

function programMissing({ host, argv }: Command): BackoutFailure {
  return new BackoutFailure('ProgramMissing', {
    what: `There is no program ${programOf(argv)} on ${host}, or it is not on the PATH of our login there.`,
    changed: NOT_RUN,
    next: 'Install it, or correct the configuration.',
  });
}

function notExecutable({ host, argv }: Command): BackoutFailure {
  return new BackoutFailure('PermissionDenied', {
    what: `${programOf(argv)} on ${host} may not be run by the user that we log in as.`,
    changed: NOT_RUN,
    next: 'Give the user the permission, or set `sudo: true` for the host.',
  });
}

/**
 * ssh's own failure as one of ours.
 * @param sent could the command have reached the host before?
 */
export function sshFailure(
  host: string,
  { stderr, sent }: { stderr: string; sent: boolean },
): BackoutFailure {
  const said = lastLine(stderr);
  if (HOST_KEY.test(stderr)) {
    return new BackoutFailure('HostKeyRejected', {
      what: `The host key of ${host} is not the known one, or none is known: ${said}`,
      changed: NOT_RUN,
      next: 'Check the key with whoever runs the host, then add it to the known_hosts file. Never skip this check.',
    });
  }
  if (CREDENTIALS.test(stderr)) {
    return new BackoutFailure('CredentialsRejected', {
      what: `${host} refused the login: ${said}`,
      changed: NOT_RUN,
      next: 'Check `user` and `identityFile` in the configuration, and authorized_keys on the host.',
    });
  }
  return new BackoutFailure('HostUnreachable', {
    what: `The SSH connection to ${host} ${sent ? 'was cut' : 'could not be made'}: ${said}`,
    changed: sent ? MAY_HAVE_ACTED : NOT_RUN,
    next: `See whether ${host} is up and the network lets us through. Backout tries again by itself.`,
  });
}

const HOST_KEY = /Host key verification failed|HOST IDENTIFICATION HAS CHANGED|No .* host key is known/;
const CREDENTIALS = /Permission denied \(|Too many authentication failures|no such identity|^Load key/m;

/** As a sentence, without the carriage returns that ssh prints. */
function lastLine(stderr: string): string {
  const line = stderr.replaceAll('\r', '').trim().split('\n').at(-1) || 'no reason was given';
  return line.endsWith('.') ? line : `${line}.`;
}
