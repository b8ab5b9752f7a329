/**
 * One SSH connection to one host, opened once and kept: the first command does not pay for the handshake.
 *
 * The connection is a child process of ours that ends with the worker, however the worker ends, because it then reads
 * the end of its standard input. Commands that are under way on it are finished first.
 */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { SshSettings } from '../../src/domain/hosts.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { sshFailure } from './outcome.ts';
import { Bounded } from './output.ts';
import { masterCommand } from './ssh-commands.ts';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** ssh bounds the TCP connection itself; the rest of the handshake gets the same time again. */
const HANDSHAKE_FACTOR = 2;

export class SshConnection {
  readonly socket: string;
  /** Resolves when commands can ride on it. Rejects with a BackoutFailure when it could not be made. */
  readonly ready: Promise<void>;
  #child: Child;
  #stderr: Bounded;
  #ended = false;

  constructor(host: string, { settings, socket }: { settings: SshSettings; socket: string }) {
    this.socket = socket;
    const [program = '', ...args] = masterCommand(settings, socket);
    // Detached: Ctrl-C in the terminal ends the rollback in good order, and this connection after it.
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#stderr = new Bounded(this.#child.stderr, { limit: 4096, keep: 'last' });
    this.#child.stdin.on('error', () => undefined);
    this.#child.once('close', () => (this.#ended = true));
    this.ready = this.#untilReady(host, settings.connectTimeoutSeconds * 1000 * HANDSHAKE_FACTOR);
    this.ready.then(
      () => this.#letProcessEnd(),
      () => this.drop(),
    );
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Whether it has ended, given the moment that the news of it needs to arrive. */
  async endedBy(ms: number): Promise<boolean> {
    if (this.#ended) return true;
    const listening = new AbortController();
    await Promise.race([once(this.#child, 'close', { signal: listening.signal }), wait(ms)]);
    listening.abort();
    return this.#ended;
  }

  /** What ssh said last, such as why the line broke. */
  get said(): string {
    return this.#stderr.text();
  }

  /** Ends it at once, with whatever rides on it. */
  drop(): void {
    this.#ended = true;
    this.#child.kill('SIGKILL');
  }

  #untilReady(host: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => fail('the host did not complete the handshake in time'), timeoutMs);
      const fail = (said: string) => {
        clearTimeout(timer);
        reject(sshFailure(host, { stderr: said, sent: false }));
      };
      this.#child.once('close', () => fail(this.said));
      this.#child.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') reject(noSsh());
        fail(error.message);
      });
      // Whatever a login banner prints: the first output comes from the far end's shell.
      this.#child.stdout.once('data', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** An idle connection does not keep a command-line process from ending. */
  #letProcessEnd(): void {
    this.#child.unref();
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      (stream as unknown as Socket).unref();
    }
  }
}

function noSsh(): BackoutFailure {
  return new BackoutFailure('ProgramMissing', {
    what: 'ssh is not installed, or not on the PATH of the worker.',
    changed: 'This command changed nothing: it was not run.',
    next: 'Install the OpenSSH client.',
  });
}
