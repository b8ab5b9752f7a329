import { expect, test } from 'vitest';
import type { Session } from '../../../src/cli/temporal/connect.ts';
import { refuseOthers } from '../../../src/cli/temporal/only-rollback.ts';

const of = (type: string) => {
  const describe = () => Promise.resolve({ type });
  return {
    program: 'backout',
    client: { workflow: { getHandle: () => ({ describe }) } },
  } as unknown as Session;
};

test('every kind of rollback can be watched', async () => {
  for (const type of [
    'trafficOnlyRollback',
    'fullRollback',
    'partialRollback',
    'recoverService',
    'freezeService',
  ])
    await expect(refuseOthers(of(type), 'one')).resolves.toBeUndefined();
});

test('what is none is refused with the command that shows it', async () => {
  const refused = (type: string) => refuseOthers(of(type), 'one').catch((error: unknown) => error);
  expect(await refused('followUp')).toMatchObject({
    exitCode: 2,
    message:
      'one is no rollback, but the follow-up of one: `backout status one` shows it. This command changed nothing.',
  });
  expect(await refused('blockedVersion')).toMatchObject({
    exitCode: 2,
    message:
      'one is no rollback, but the block of a version: `backout blocks` shows it. This command changed nothing.',
  });
  expect(await refused('pageTest')).toMatchObject({
    message:
      'one is no rollback, but a workflow of type pageTest: `backout status` lists the rollbacks that run. This command changed nothing.',
  });
});
