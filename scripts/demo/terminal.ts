/** The person at the terminal. */
import { createInterface } from 'node:readline/promises';

/** Waits for Enter. */
export async function enter(question = ''): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // The terminal is in raw mode while a question is open: Ctrl-C arrives here and not as a signal.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    await terminal.question(question);
  } finally {
    terminal.close();
  }
}
