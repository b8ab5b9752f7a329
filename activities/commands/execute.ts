/** Running a local program: bounded in time and output, killed with everything it started. */
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { formatCommand } from './format.ts';
import { DEFAULT_TIMEOUT_MS, MAX_OUTPUT_BYTES } from './host.ts';
import type { CommandResult, RunOptions } from './host.ts';
import { Bounded, intoFile } from './output.ts';

/** The little that programs need of the environment. The worker's secrets are not in it. */
const PASSED_ON = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'SSH_AUTH_SOCK', 'XDG_RUNTIME_DIR'],
  // Where docker and kubectl find what they talk to: addresses and paths.
  ...[
    'DOCKER_HOST',
    'DOCKER_CONTEXT',
    'DOCKER_CONFIG',
    'DOCKER_TLS_VERIFY',
    'DOCKER_CERT_PATH',
    'KUBECONFIG',
  ],
];

/** Of standard error, the end is kept: that is where tools say why they gave up. */
const MAX_ERROR_BYTES = 65_536;

/** A killed program that has not ended by then (it hangs in the kernel, or is not ours to kill) is left behind. */
const LEAVE_AFTER_MS = 2000;
/** After its end, its output may be held open by somebody else, as by ssh's connection. */
const LAST_OUTPUT_MS = 50;

export type Executed = CommandResult & {
  timedOut: boolean;
  stderrBeginning: string;
  /** The caller's signal was aborted. */
  aborted: boolean;
};

export type ExecuteOptions = Omit<RunOptions, 'sudo'> & {
  /** Kills what the worker's user may not. Default: the group is killed by signal alone. */
  kill?: (pid: number) => Promise<unknown>;
};

/** Runs `argv` here. Returns for every end of the program; throws only when it could not be started or read. */
export async function execute(argv: readonly string[], options: ExecuteOptions = {}): Promise<Executed> {
  const [program, ...args] = argv;
  if (program === undefined) throw new Error('there is no program to run');
  options.signal?.throwIfAborted();
  const started = Date.now();
  const child = execa(program, args, {
    reject: false,
    extendEnv: false,
    env: environment(),
    // A group of its own: what the program started is killed with it, and Ctrl-C in the terminal does not reach it.
    detached: true,
    input: options.stdin ?? '',
    buffer: false,
  });
  const stderr = new Bounded(child.stderr, { limit: MAX_ERROR_BYTES, keep: 'last' });
  const output = collect(child.stdout, options);
  const limit = new Limit(child.pid, options);
  try {
    const ended = Promise.all([child, output]).then(([result]) => result);
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const left = limit.killed.then(() =>
      Promise.race([exited.then(() => wait(LAST_OUTPUT_MS)), wait(LEAVE_AFTER_MS)]),
    );
    const result = await Promise.race([ended, left.then(() => null)]);
    if (result === null) ended.catch(() => undefined);
    else if (result.exitCode === undefined && result.signal === undefined) throw notStarted(argv, result);
    return {
      exitCode: result?.exitCode ?? 128,
      ...(result === null ? { stdout: '' } : await output),
      stderr: stderr.text(),
      stderrBeginning: stderr.beginning,
      durationMs: Date.now() - started,
      timedOut: limit.reached,
      aborted: options.signal?.aborted ?? false,
    };
  } catch (error) {
    limit.end();
    throw error;
  } finally {
    limit.clear();
  }
}

type Output = Pick<CommandResult, 'stdout' | 'truncated' | 'bytes'>;

async function collect(stream: Readable, options: ExecuteOptions): Promise<Output> {
  if (options.outputFile !== undefined) {
    return { stdout: '', bytes: await intoFile(stream, options.outputFile) };
  }
  const stdout = new Bounded(stream, { limit: options.maxOutputBytes ?? MAX_OUTPUT_BYTES, keep: 'first' });
  await new Promise((resolve) => stream.once('close', resolve));
  return { stdout: stdout.text(), ...(stdout.truncated ? { truncated: true } : {}) };
}

/** Ends a program with its whole group: at the time limit, or when the caller gives up. */
class Limit {
  /** Was it the time? */
  reached = false;
  /** Ends when the program has been killed, for whatever reason. */
  readonly killed: Promise<void>;
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  readonly end: () => void;

  constructor(pid: number | undefined, { timeoutMs = DEFAULT_TIMEOUT_MS, signal, kill }: ExecuteOptions) {
    let tell: () => void = () => undefined;
    this.killed = new Promise((resolve) => (tell = resolve));
    this.#signal = signal;
    this.end = () => {
      if (pid !== undefined && !killGroup(pid)) void kill?.(pid).catch(() => undefined);
      tell();
    };
    this.#timer = setTimeout(() => {
      this.reached = true;
      this.end();
    }, timeoutMs);
    signal?.addEventListener('abort', this.end, { once: true });
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.end);
  }
}

/** False when it may not be killed by us. */
function killGroup(pid: number): boolean {
  try {
    process.kill(-pid, 'SIGKILL');
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM';
  }
}

function environment(): Record<string, string> {
  const passed = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), LC_ALL: 'C.UTF-8' };
}

type Ended = { code?: string | undefined; message?: string | undefined };

function notStarted(argv: readonly string[], { code, message }: Ended): BackoutFailure {
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
    what: `${command} could not be started: ${message ?? 'no reason was given'}`,
    changed: 'This command changed nothing.',
    next: 'See what the system says.',
  });
}
