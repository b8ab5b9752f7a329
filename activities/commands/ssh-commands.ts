/** The ssh command lines, and the little wrapping that every remote command gets. Pure. */
import type { SshSettings } from '../../src/domain/hosts.ts';
import { formatCommand, quoteForRemoteShell } from './format.ts';
import { unlessEnded } from './given-up.ts';

/** ssh's exit code for its own failures. */
export const SSH_FAILED = 255;

/** Nothing is asked, the host's key must be known, nothing is forwarded, a dead line is noticed in 12 s. */
export function sshOptions(settings: SshSettings): string[] {
  return [...connectionOptions(settings), ...jumpOptions(settings)];
}

function connectionOptions(settings: Omit<SshSettings, 'jump' | 'address'>): string[] {
  const { configFile, connectTimeoutSeconds, identityFile, knownHostsFile, port, user } = settings;
  return [
    ...['-F', configFile ?? 'none'],
    '-T',
    ...option('BatchMode', 'yes'),
    ...option('StrictHostKeyChecking', 'yes'),
    ...option('UpdateHostKeys', 'no'),
    ...option('ForwardAgent', 'no'),
    ...option('ClearAllForwardings', 'yes'),
    ...option('ControlPersist', 'no'),
    ...option('ConnectTimeout', String(connectTimeoutSeconds)),
    ...option('ServerAliveInterval', '3'),
    ...option('ServerAliveCountMax', '3'),
    ...option('LogLevel', 'ERROR'),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(identityFile === undefined ? [] : ['-i', identityFile, ...option('IdentitiesOnly', 'yes')]),
    ...(knownHostsFile === undefined ? [] : option('UserKnownHostsFile', `"${knownHostsFile}"`)),
  ];
}

const option = (name: string, value: string) => ['-o', `${name}=${value}`];

/**
 * Not `-J`: its own ssh would take neither our key nor our known_hosts file. ssh hands this one line to a shell; it is
 * quoted for that, and has no percent sign but ssh's own.
 */
function jumpOptions({ jump, user: _user, port: _port, ...settings }: SshSettings): string[] {
  if (jump === undefined) return [];
  const through = ['ssh', ...connectionOptions(settings), '-W', '[%h]:%p', '--', `ssh://${jump}`];
  return option('ProxyCommand', formatCommand(through));
}

/** The connection that the others ride on. It says when it stands, and ends when its standard input does. */
export function masterCommand(settings: SshSettings, socket: string): string[] {
  return [
    'ssh',
    ...sshOptions(settings),
    '-M',
    '-S',
    socket,
    '--',
    settings.address,
    'echo ready; exec cat >/dev/null',
  ];
}

/** One command on that connection; where that is gone in this very moment, ssh makes one of its own. */
export function sessionCommand(settings: SshSettings, socket: string, line: string): string[] {
  return [
    'ssh',
    ...sshOptions(settings),
    '-S',
    socket,
    ...option('ControlMaster', 'no'),
    '--',
    settings.address,
    line,
  ];
}

/**
 * What the remote login shell gets. It bears a mark of its own, and does nothing when it has been given up already. On
 * standard error it first says its process group, so that the command can be killed there; at last it says whether an exit code 255 is the command's own, because ssh uses that one itself.
 * Messages are in English, so that they can be read by program; LANGUAGE changes nothing else.
 */
export function remoteLine(argv: readonly string[], mark: string): string {
  const command = quoteForRemoteShell(argv);
  return `export LANGUAGE=en; ${unlessEnded(mark)}; echo backout-group $$ >&2; ${command}; s=$?; [ $s -ne 255 ] || printf '\\nbackout-own-255\\n' >&2; exit $s`;
}

export type RemoteError = {
  /** What the command itself wrote to standard error. */
  stderr: string;
  /** The exit code 255 is the command's own. */
  own255: boolean;
};

/** Takes the wrapping off standard error. */
export function readRemoteError(stderr: string): RemoteError {
  const unwrapped = stderr.replace(OWN_255, '');
  return { stderr: unwrapped.replace(GROUP, ''), own255: unwrapped !== stderr };
}

const OWN_255 = /\nbackout-own-255\n$/;
const GROUP = /^backout-group (\d+)\n/m;

/** The process group of the command, or undefined where it is not known to have begun. */
export function readGroup(stderr: string): number | undefined {
  const digits = GROUP.exec(stderr)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Kills a command that was left behind, with everything it started. */
export function killGroup(group: number): string[] {
  return ['kill', '-s', 'KILL', '--', `-${group}`];
}
