/** An `Io` that remembers what was printed, and answers as told. */
import pc from 'picocolors';
import type { Io } from '../../../src/cli/io.ts';

export type FakeIo = Io & { printed: { out: string; err: string }; interrupt(): void };

export const NO_COLOURS = pc.createColors(false);

export function fakeIo(options: { answers?: string[]; env?: NodeJS.ProcessEnv } = {}): FakeIo {
  const printed = { out: '', err: '' };
  const interrupt = new AbortController();
  const answers = [...(options.answers ?? [])];
  return {
    printed,
    interrupt: () => interrupt.abort(),
    out: (text) => void (printed.out += text),
    err: (text) => void (printed.err += text),
    env: options.env ?? {},
    colours: NO_COLOURS,
    isTerminal: false,
    columns: 100,
    signal: interrupt.signal,
    ...(options.answers === undefined ? {} : { ask: async () => answers.shift() ?? '' }),
  };
}
