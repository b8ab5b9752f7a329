/** An outside world that only remembers what was printed. */
import pc from 'picocolors';
import type { Io } from '../../src/cli/io.ts';

export type RecordedIo = Io & { printed: { out: string; err: string } };

export const PLAIN = pc.createColors(false);

export function recordedIo(env: NodeJS.ProcessEnv = {}): RecordedIo {
  const printed = { out: '', err: '' };
  return {
    printed,
    out: (text) => void (printed.out += text),
    err: (text) => void (printed.err += text),
    env,
    colours: PLAIN,
    isTerminal: false,
    columns: 100,
    signal: new AbortController().signal,
  };
}
