/** Waiting between two questions, and running checks side by side, so that a cancellation ends both at once. */
import { setTimeout as delay } from 'node:timers/promises';

/** Waits, or throws the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(Math.max(0, ms), undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/**
 * Runs the tasks side by side. When one throws, or the signal is aborted, the others are stopped and awaited before
 * this throws: nothing goes on behind the caller's back.
 */
export async function sideBySide<Tasks extends ((signal: AbortSignal) => Promise<unknown>)[]>(
  tasks: [...Tasks],
  signal: AbortSignal,
): Promise<{ [Index in keyof Tasks]: Awaited<ReturnType<Tasks[Index]>> }> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const stop = () => controller.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  const running = tasks.map((task) => task(controller.signal));
  try {
    return (await Promise.all(running)) as { [Index in keyof Tasks]: Awaited<ReturnType<Tasks[Index]>> };
  } catch (error) {
    controller.abort(error);
    await Promise.allSettled(running);
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
