/** Waiting for something that happens outside, on a machine that may be busy with other tests. */
import { setTimeout as wait } from 'node:timers/promises';

/** Asks every few milliseconds until the answer is true; gives up with an error that says what was awaited. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  { timeoutMs = 20_000 }: { timeoutMs?: number } = {},
): Promise<void> {
  const giveUpAt = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > giveUpAt) throw new Error(`after ${timeoutMs} ms it is still not so that ${what}`);
    await wait(10);
  }
}
