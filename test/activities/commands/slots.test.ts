import { expect, test } from 'vitest';
import { Slots } from '../../../activities/commands/slots.ts';

test('no more than so many work at once, and all get their turn in order', async () => {
  const slots = new Slots(2);
  const log: string[] = [];
  let working = 0;
  let most = 0;
  await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map((name) =>
      slots.use(async () => {
        most = Math.max(most, ++working);
        log.push(name);
        await Promise.resolve();
        working--;
      }),
    ),
  );
  expect(most).toBe(2);
  expect(log).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('work that fails gives its place back', async () => {
  const slots = new Slots(1);
  await expect(slots.use(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(slots.use(() => Promise.resolve('yes'))).resolves.toBe('yes');
});
