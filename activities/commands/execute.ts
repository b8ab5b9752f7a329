/** Running a local program: bounded in time and output, killed with everything it started. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { formatCommand } from './format.ts';
import { DEFAULT_TIMEOUT_MS, MAX_OUTPUT_BYTES } from './host.ts';
import type { CommandResult, RunOptions } from './host.ts';

/** The little that programs need of the environment. The worker's secrets are not in it. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'SSH_AUTH_SOCK', 'XDG_RUNTIME_DIR'];

export type Executed = CommandResult & { timedOut: boolean; signal: string | undefined };

/** Runs `argv` here. Returns for every end of the program; throws only when it could not be started. */
export async function execute(argv: readonly string[], options: RunOptions = {}): Promise<Executed> {
  const [program, ...args] = argv;
  if (program === undefined) throw new Error('there is no program to run');
  const started = Date.now();
  const child = execa(program, args, {
    reject: false,
    extendEnv: false,
    env: environment(),
    // A group of its own: what the program started is killed with it.
    detached: true,
    cleanup: true,
    input: options.stdin ?? '',
    maxBuffer: MAX_OUTPUT_BYTES,
    stripFinalNewline: false,
    buffer: { stdout: options.outputFile === undefined, stderr: true },
  });
  const limit = new Limit(child, options);
  try {
    if (options.outputFile !== undefined && child.stdout) {
      await pipeline(child.stdout, createWriteStream(options.outputFile, { mode: 0o640 }));
    }
    const result = await child;
    options.signal?.throwIfAborted();
    if (result.exitCode === undefined && result.signal === undefined)
      throw notStarted(argv, result.code, result.message ?? '');
    return {
      exitCode: result.exitCode ?? 128,
      stdout: typeof result.stdout === 'string' ? result.stdout : '',
      stderr: result.stderr,
      durationMs: Date.now() - started,
      timedOut: limit.reached,
      signal: result.signal,
    };
  } finally {
    limit.clear();
  }
}

/** Ends a program with its whole group: at the time limit, or when the caller gives up. */
class Limit {
  reached = false;
  readonly #child: { pid?: number | undefined };
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  readonly #kill = () => killGroup(this.#child.pid);

  constructor(child: { pid?: number | undefined }, { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: RunOptions) {
    this.#child = child;
    this.#signal = signal;
    this.#timer = setTimeout(() => {
      this.reached = true;
      this.#kill();
    }, timeoutMs);
    if (signal?.aborted) this.#kill();
    signal?.addEventListener('abort', this.#kill, { once: true });
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#kill);
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

function environment(): Record<string, string> {
  const passed = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), LC_ALL: 'C.UTF-8' };
}

function notStarted(argv: readonly string[], code: string | undefined, message: string): BackoutFailure {
  const command = formatCommand(argv.slice(0, 1));
  if (code === 'ENOENT') {
    return new BackoutFailure('ProgramMissing', {
      what: `${command} is not installed, or not on the PATH of the worker.`,
      changed: 'This command changed nothing.',
      next: 'Install it, or correct the configuration.',
    });
  }
  if (code === 'EACCES') {
    return new BackoutFailure('PermissionDenied', {
      what: `${command} may not be run by the worker's user.`,
      changed: 'This command changed nothing.',
      next: 'Give the user the permission, or set `sudo: true` for the host.',
    });
  }
  return new BackoutFailure('CommandFailed', {
    what: `${command} could not be started: ${message}`,
    changed: 'This command changed nothing.',
    next: 'See what the system says.',
  });
}
