/** What a command may use of the outside world: where to print, whom to ask, and when to stop. */
import pc from 'picocolors';

export type Colours = ReturnType<typeof pc.createColors>;

export type Io = {
  /** Results, on standard output. The text brings its own line ends. */
  out(text: string): void;
  /** Problems, questions and remarks, on standard error. */
  err(text: string): void;
  env: NodeJS.ProcessEnv;
  colours: Colours;
  /** Standard output is a terminal that a cursor can be moved on. */
  isTerminal: boolean;
  columns: number;
  /** Asks a person and returns the trimmed answer, `''` at the end of input. Not there when nobody can answer. */
  ask?(question: string): Promise<string>;
  /** Aborted by Ctrl-C and SIGTERM. */
  signal: AbortSignal;
};

/** The process's own. From the first call on, Ctrl-C only aborts the signal; a second one ends the process. */
export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
  // A reader that has gone away, as in `backout history | head`, is no error.
  for (const stream of [stdout, stderr]) stream.on('error', ignoreBrokenPipe);
  const isTerminal = stdout.isTTY === true && env['TERM'] !== 'dumb';
  const canAsk = stdin.isTTY === true && stderr.isTTY === true;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    env,
    colours: pc.createColors(wantsColours(env, isTerminal)),
    isTerminal,
    columns: stdout.columns ?? 100,
    ...(canAsk ? { ask: (question) => ask(question, interrupt.signal) } : {}),
    signal: interrupt.signal,
  };
}

/** https://no-color.org and https://force-color.org */
export function wantsColours(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0';
  return isTerminal;
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<string>((resolve) => {
      const giveUp = () => resolve('');
      lines.once('close', giveUp);
      // The terminal is in raw mode while a question is open: Ctrl-C arrives here and not as a signal.
      lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      signal.addEventListener('abort', giveUp, { once: true });
      lines.question(question, (answer) => resolve(answer.trim()));
    });
  } finally {
    lines.close();
  }
}

function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
