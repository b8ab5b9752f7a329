import { expect, test } from 'vitest';
import { pause, sideBySide } from '../../../activities/verification/pause.ts';

const never = (signal: AbortSignal) => pause(2 ** 30, signal);

test('a pause ends at once with the reason of the cancellation', async () => {
  const controller = new AbortController();
  const pausing = pause(2 ** 30, controller.signal);
  controller.abort(new Error('cancelled by alice'));
  await expect(pausing).rejects.toThrow('cancelled by alice');
});

test('results come in the order of the tasks', async () => {
  const { signal } = new AbortController();
  const first = async (stop: AbortSignal) => {
    await pause(5, stop);
    return 1;
  };
  expect(await sideBySide([first, async () => 'two'], signal)).toEqual([1, 'two']);
});

test('when one task throws, the others are stopped and awaited before that is told', async () => {
  const ended: string[] = [];
  const stopped = async (signal: AbortSignal) => {
    await never(signal).catch(() => ended.push('stopped'));
  };
  const failing = async () => {
    throw new Error('host is gone');
  };
  await expect(sideBySide([stopped, failing], new AbortController().signal)).rejects.toThrow('host is gone');
  expect(ended).toEqual(['stopped']);
});

test('a cancellation stops every task', async () => {
  const controller = new AbortController();
  const running = sideBySide([never, never], controller.signal);
  controller.abort(new Error('cancelled by alice'));
  await expect(running).rejects.toThrow('cancelled by alice');
});

test('nothing is begun after a cancellation', async () => {
  let begun = false;
  const task = async () => {
    begun = true;
  };
  await expect(sideBySide([task], AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  expect(begun).toBe(false);
});
