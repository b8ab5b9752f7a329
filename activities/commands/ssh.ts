/**
 * Another machine, over one multiplexed SSH connection.
 *
 * The first connection costs a handshake (0.2 to 0.5 s); every command after that rides on it. The connection is a
 * child process that ends with the worker, however the worker ends: it runs `cat` on a pipe that we hold.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { SshSettings } from '../../src/domain/hosts.ts';
import { execute } from './execute.ts';
import { quoteForRemoteShell, withSudo } from './format.ts';
import { DEFAULT_TIMEOUT_MS } from './host.ts';
import type { CommandResult, Host, RunOptions } from './host.ts';
import { checked, sshFailure } from './outcome.ts';
import { Slots } from './slots.ts';

/** sshd allows ten sessions on one connection (MaxSessions); two are left to people. */
const MAX_SESSIONS = 8;
const SSH_FAILED = 255;
const CHECK_INTERVAL_MS = 15;

/** The options of every call: nothing is asked, the host's key must be known, a dead line is noticed in 15 s. */
export function sshOptions(settings: SshSettings): string[] {
  return [
    '-F', 'none',
    '-T',
    '-o', 'BatchMode=yes',
    '-o', 'StrictHostKeyChecking=yes',
    '-o', `ConnectTimeout=${settings.connectTimeoutSeconds}`,
    '-o', 'ServerAliveInterval=5',
    '-o', 'ServerAliveCountMax=3',
    '-o', 'LogLevel=ERROR',
    '-p', String(settings.port),
    ...(settings.user === undefined ? [] : ['-l', settings.user]),
    ...(settings.identityFile === undefined ? [] : ['-i', settings.identityFile, '-o', 'IdentitiesOnly=yes']),
    ...(settings.knownHostsFile === undefined ? [] : ['-o', `UserKnownHostsFile=${settings.knownHostsFile}`]),
    ...(settings.jump === undefined ? [] : ['-J', settings.jump]),
  ]; // prettier-ignore
}

export function createSshHost(name: string, settings: { ssh: SshSettings; sudo: boolean }): Host {
  return new SshHost(name, settings);
}

class SshHost implements Host {
  readonly name: string;
  readonly #settings: { ssh: SshSettings; sudo: boolean };
  readonly #slots = new Slots(MAX_SESSIONS);
  readonly #folder = mkdtempSync(join(tmpdir(), 'bo-'));
  #master: { process: ChildProcess; socket: string; ready: Promise<void> } | null = null;
  #count = 0;

  constructor(name: string, settings: { ssh: SshSettings; sudo: boolean }) {
    this.name = name;
    this.#settings = settings;
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    return await this.#slots.use(() => this.#run(argv, options));
  }

  async warm(): Promise<void> {
    await this.#connect();
  }

  async close(): Promise<void> {
    this.#drop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #run(argv: readonly string[], options: RunOptions): Promise<CommandResult> {
    const sudo = options.sudo ?? this.#settings.sudo;
    const socket = await this.#connect();
    const command = quoteForRemoteShell(withSudo(argv, sudo));
    const result = await execute(
      [
        'ssh',
        ...sshOptions(this.#settings.ssh),
        '-S',
        socket,
        '-o',
        'ControlMaster=no',
        '--',
        this.#settings.ssh.address,
        command,
      ],
      { timeoutMs: DEFAULT_TIMEOUT_MS, ...options },
    );
    // After a command that hung or a line that was cut, the connection is not to be trusted: the next one is new.
    if (result.timedOut || result.exitCode === SSH_FAILED) this.#drop();
    if (!result.timedOut && result.exitCode === SSH_FAILED) throw sshFailure(this.name, result.stderr);
    return checked(result, { host: this.name, argv, sudo });
  }

  /** The control socket of a connection that stands. */
  async #connect(): Promise<string> {
    if (this.#master === null) {
      const socket = join(this.#folder, String(++this.#count));
      const process = this.#spawnMaster(socket);
      this.#master = { process, socket, ready: this.#untilReady(process, socket) };
    }
    const master = this.#master;
    try {
      await master.ready;
    } catch (error) {
      if (this.#master === master) this.#drop();
      throw error;
    }
    return master.socket;
  }

  #spawnMaster(socket: string): ChildProcess {
    const { ssh } = this.#settings;
    const child = spawn(
      'ssh',
      [...sshOptions(ssh), '-M', '-S', socket, '-o', 'ControlPersist=no', '--', ssh.address, 'cat'],
      { stdio: ['pipe', 'ignore', 'pipe'] },
    );
    child.stdin?.on('error', () => undefined);
    child.unref();
    child.on('exit', () => {
      if (this.#master?.process === child) this.#master = null;
    });
    return child;
  }

  async #untilReady(child: ChildProcess, socket: string): Promise<void> {
    let stderr = '';
    let ended = false;
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', (error) => {
      stderr += error.message;
      ended = true;
    });
    child.on('close', () => (ended = true));
    // ssh bounds the TCP connection itself; the rest of the handshake gets the same time again.
    const giveUpAt = Date.now() + this.#settings.ssh.connectTimeoutSeconds * 2000;
    while (!ended && Date.now() < giveUpAt) {
      const { exitCode } = await execute([
        'ssh',
        '-F',
        'none',
        '-S',
        socket,
        '-O',
        'check',
        '--',
        this.#settings.ssh.address,
      ]);
      if (exitCode === 0) return;
      await wait(CHECK_INTERVAL_MS);
    }
    child.kill('SIGKILL');
    throw sshFailure(this.name, stderr === '' ? 'the host did not complete the handshake in time' : stderr);
  }

  #drop(): void {
    this.#master?.process.kill('SIGKILL');
    this.#master = null;
  }
}
