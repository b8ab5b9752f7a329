/**
 * A private OpenSSH server on loopback with its own host key, client key and known_hosts, for tests and benchmarks.
 * It can cut its connections, and it can hang: silent, but with the connections open.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { HostSettings, SshSettings } from '../../src/domain/hosts.ts';
import { freePort } from '../../src/embedded/ports.ts';

export type SshdOptions = {
  /** Further lines for sshd_config. */
  config?: string[];
  /** Default: that of the test. */
  path?: string;
};

export type Sshd = {
  /** How to reach it; complete, as in backout.yaml. */
  readonly ssh: SshSettings;
  readonly settings: HostSettings & { ssh: SshSettings };
  /** Its private folder: keys, configuration, log. It is also the HOME of those who log in. */
  readonly directory: string;
  log(): string;
  /** How many connections were made so far, as its log tells. */
  connectionsMade(): number;
  /** Ends every connection now, as a broken network does; what runs on them lives on. */
  cutConnections(): Promise<void>;
  /** From now on it is silent, until `wake`. */
  hang(): void;
  wake(): void;
  /** Ends it with its connections and starts it again on the same port, as after a reboot. */
  restart(options?: { newHostKey?: boolean }): Promise<void>;
  stop(): Promise<void>;
};

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const directory = mkdtempSync(join(tmpdir(), 'sshd-'));
  const file = (name: string) => join(directory, name);
  const port = await freePort();
  makeKey(file('client'));
  makeKey(file('host'));
  writeFileSync(file('authorized_keys'), readFileSync(file('client.pub')));
  const trust = () => {
    const [type, key] = readFileSync(file('host.pub'), 'utf8').split(' ');
    writeFileSync(file('known_hosts'), `[127.0.0.1]:${port} ${type} ${key}\n`);
  };
  trust();
  writeFileSync(file('sshd_config'), configuration(directory, port, options));
  // sshd run by root changes its root folder to this one.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });

  let server = await start(file('sshd_config'), { port, log: file('log') });
  const pids = () => [server.pid ?? 0, ...connections(server.pid ?? 0)];
  const stop = async () => {
    for (const pid of pids()) signal(pid, 'SIGCONT');
    for (const pid of pids()) signal(pid, 'SIGKILL');
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  };
  const ssh: SshSettings = {
    address: '127.0.0.1',
    port,
    user: userInfo().username,
    identityFile: file('client'),
    knownHostsFile: file('known_hosts'),
    connectTimeoutSeconds: 5,
  };
  const log = () => readFileSync(file('log'), 'utf8');
  return {
    ssh,
    settings: { ssh, sudo: false },
    directory,
    log,
    connectionsMade: () => log().match(/^Accepted publickey/gm)?.length ?? 0,
    cutConnections: async () => {
      for (const pid of connections(server.pid ?? 0)) signal(pid, 'SIGKILL');
      while (connections(server.pid ?? 0).length > 0) await wait(5);
    },
    hang: () => pids().forEach((pid) => signal(pid, 'SIGSTOP')),
    wake: () => pids().forEach((pid) => signal(pid, 'SIGCONT')),
    restart: async ({ newHostKey = false } = {}) => {
      await stop();
      if (newHostKey) makeKey(file('host'));
      server = await start(file('sshd_config'), { port, log: file('log') });
    },
    stop: async () => {
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function makeKey(path: string): void {
  rmSync(path, { force: true });
  rmSync(`${path}.pub`, { force: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path]);
}

function configuration(
  directory: string,
  port: number,
  { config = [], path = process.env['PATH'] }: SshdOptions,
): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${directory}/host`,
    `AuthorizedKeysFile ${directory}/authorized_keys`,
    `PidFile none`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'StrictModes no',
    'PrintMotd no',
    // Another HOME: the login shell's own start-up files cost a third of a second for each command.
    `SetEnv HOME=${directory} PATH=${path}`,
    ...config,
    '',
  ].join('\n');
}

async function start(config: string, { port, log }: { port: number; log: string }): Promise<ChildProcess> {
  const program = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find((path) =>
    existsSync(path),
  );
  if (program === undefined) throw new Error('sshd is not installed (Debian: openssh-server)');
  const server = spawn(program, ['-D', '-f', config, '-E', log], { stdio: 'ignore' });
  while (!(await answers(port))) {
    if (server.exitCode !== null) throw new Error(`sshd ended: ${readFileSync(log, 'utf8')}`);
    await wait(5);
  }
  return server;
}

async function answers(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** The processes of open connections: sshd's own descendants, not what runs on them. */
function connections(server: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [, name, , parent] =
          /^\d+ \((.*)\) (.) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
        return name?.startsWith('sshd') && Number(parent) === server ? [Number(pid)] : [];
      } catch {
        return [];
      }
    });
  return [...children, ...children.flatMap(connections)];
}

function signal(pid: number, name: NodeJS.Signals): void {
  if (pid === 0) return;
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
