import { WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import type { Session } from '../../../src/cli/temporal/connect.ts';
import { send } from '../../../src/cli/temporal/send.ts';

test('a message that no worker has answered was sent, and that it counts later is said', async () => {
  const executeUpdate = () => Promise.reject(new WorkflowUpdateRPCTimeoutOrCancelledError('deadline'));
  const client = {
    connection: { withDeadline: async (_: number, ask: () => Promise<unknown>) => await ask() },
    workflow: { getHandle: () => ({ executeUpdate }) },
  };
  const session = { client, program: 'backout' } as unknown as Session;
  const sent = send(session, 'freeze-1', { name: 'decideFreeze', content: { decision: 'release' } });
  await expect(sent).rejects.toMatchObject({
    exitCode: EXIT.unreachable,
    message:
      'No worker answered for freeze-1 within 10 s, so it is not known whether anything has changed. ' +
      'The message was sent and counts when a worker is there: start one with `backout worker`, look with `backout status freeze-1`, and send it again only if it is not there.',
  });
});
