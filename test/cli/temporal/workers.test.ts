import { expect, test } from 'vitest';
import { unreachable } from '../../../src/cli/temporal/connect.ts';
import { takenBack } from '../../../src/cli/temporal/workers.ts';

test('a rollback that was taken back says nothing of others, which may be at work', () => {
  expect(takenBack({ program: 'backout' }, 'rollback-1')).toBe(
    'rollback-1 was taken back, and has changed nothing. Another may be at work: `backout status` lists those that run. ' +
      'With --local, `backout rollback traffic-only`, `backout recover` and `backout unfreeze` need no worker.',
  );
});

test('without Temporal a command answers only for itself', () => {
  const settings = { address: 'temporal:7233', namespace: 'default' } as Parameters<
    typeof unreachable
  >[0]['settings'];
  const said = unreachable({ settings, file: 'backout.yaml', isAboutOne: false }, 'nobody answers');
  expect(said.split('\n')[0]).toBe(
    "Temporal at temporal:7233 can't be reached: nobody answers. This command changed nothing.",
  );
});
