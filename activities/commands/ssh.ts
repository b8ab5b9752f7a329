/** Another machine, over one multiplexed SSH connection that is made again when it breaks. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SshSettings } from '../../src/domain/hosts.ts';
import { execute } from './execute.ts';
import type { Executed } from './execute.ts';
import { withSudo } from './format.ts';
import { endGroup } from './given-up.ts';
import type { CommandResult, Host, RunOptions } from './host.ts';
import { checked, sshFailure, timedOut } from './outcome.ts';
import { Slots } from './slots.ts';
import {
  killGroup,
  readGroup,
  readRemoteError,
  remoteLine,
  sessionCommand,
  SSH_FAILED,
} from './ssh-commands.ts';
import { SshConnection } from './ssh-connection.ts';

/** sshd allows ten sessions on one connection (MaxSessions); one holds it open, one is for killing what hangs. */
const MAX_SESSIONS = 8;
/** A Unix socket's path may have 104 bytes on some systems, and ssh adds 17 while it makes one. */
const MAX_FOLDER_LENGTH = 70;

/** A command on a broken connection may fail a moment before the connection's own end is known. */
const NEWS_MS = 50;

type Settings = { ssh: SshSettings; sudo: boolean };

export function createSshHost(name: string, settings: Settings): Host {
  return new SshHost(name, settings);
}

class SshHost implements Host {
  readonly name: string;
  readonly #settings: Settings;
  readonly #slots = new Slots(MAX_SESSIONS);
  #folder: string | null = null;
  #connection: SshConnection | null = null;
  #count = 0;

  constructor(name: string, settings: Settings) {
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
    this.#connection?.drop();
    this.#connection = null;
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }

  async #run(
    argv: readonly string[],
    { sudo = this.#settings.sudo, ...options }: RunOptions,
  ): Promise<CommandResult> {
    options.signal?.throwIfAborted();
    const connection = await this.#connect();
    const mark = randomUUID();
    const result = await this.#send(connection, { argv: withSudo(argv, sudo), mark }, options);
    const command = { host: this.name, argv, sudo };
    if (result.timedOut || result.aborted) {
      const group = readGroup(result.stderrBeginning);
      const end = group === undefined ? endGroup(mark) : killGroup(group);
      const killed = await this.#clearAway(connection, withSudo(end, sudo));
      options.signal?.throwIfAborted();
      throw timedOut(command, { durationMs: result.durationMs, killed });
    }
    const { stderr, own255 } = readRemoteError(result.stderr);
    if (result.exitCode === SSH_FAILED && !own255) {
      await this.#clearAway(connection, [':']);
      throw sshFailure(this.name, { stderr: stderr.trim() || connection.said, sent: true });
    }
    return checked({ ...result, stderr }, command);
  }

  #send(
    connection: SshConnection,
    { argv, mark }: { argv: string[]; mark: string },
    options: Omit<RunOptions, 'sudo'>,
  ): Promise<Executed> {
    return execute(sessionCommand(this.#settings.ssh, connection.socket, remoteLine(argv, mark)), options);
  }

  /**
   * After a command that did not end well: does away with what was left of it there, and learns by that whether the
   * connection still answers. One that does not is given up, so that the next command gets a new one.
   * @returns whether `argv` succeeded
   */
  async #clearAway(connection: SshConnection, argv: string[]): Promise<boolean> {
    const timeoutMs = this.#settings.ssh.connectTimeoutSeconds * 1000;
    const answer = (await connection.endedBy(NEWS_MS))
      ? null
      : await this.#send(connection, { argv, mark: randomUUID() }, { timeoutMs });
    const answered = answer !== null && !answer.timedOut && readGroup(answer.stderrBeginning) !== undefined;
    if (!answered || connection.ended) this.#drop(connection);
    return answered && answer.exitCode === 0;
  }

  /** A connection that stands, made anew where there is none. */
  async #connect(): Promise<SshConnection> {
    if (this.#connection === null || this.#connection.ended) {
      this.#folder ??= mkdtempSync(join(shortFolder(), 'bo-'));
      const socket = join(this.#folder, String(++this.#count));
      this.#connection = new SshConnection(this.name, { settings: this.#settings.ssh, socket });
    }
    const connection = this.#connection;
    await connection.ready;
    return connection;
  }

  #drop(connection: SshConnection): void {
    connection.drop();
    if (this.#connection === connection) this.#connection = null;
  }
}

function shortFolder(): string {
  return tmpdir().length <= MAX_FOLDER_LENGTH ? tmpdir() : '/tmp';
}
