/** Who hears that an incident is over, once its rollback has ended. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { Session } from '../../../src/cli/temporal/connect.ts';
import { tell } from '../../../src/cli/temporal/tell.ts';

/** Workflows by ID, with their state; and to which of them what was sent. */
function session(workflows: Record<string, 'RUNNING' | 'FAILED'>) {
  const sent: string[] = [];
  const getHandle = (id: string) => ({
    describe: async () => {
      const name = workflows[id];
      if (name === undefined) throw new WorkflowNotFoundError('not found', id, undefined);
      return { status: { name }, runId: 'run-2', raw: { workflowExecutionInfo: { firstRunId: 'run-1' } } };
    },
    executeUpdate: async (update: string) => {
      sent.push(`${update} ${id}`);
      return 'recorded';
    },
  });
  const client = {
    connection: { withDeadline: async (_: number, ask: () => Promise<unknown>) => await ask() },
    workflow: { getHandle },
  };
  return { sent, session: { client, program: 'backout' } as unknown as Session };
}

const ESCALATION = 'backout-escalation/rb/run-1';
const UPDATES = 'backout-public-updates/rb/run-1';
const resolve = { name: 'resolve', content: { by: 'anna', resolution: 'fixed' } } as const;
const acknowledge = { name: 'acknowledge', content: { by: 'anna' } } as const;

test('the rollback itself, while it runs: it passes it on', async () => {
  const { session: to, sent } = session({ rb: 'RUNNING', [ESCALATION]: 'RUNNING', [UPDATES]: 'RUNNING' });
  await tell(to, 'rb', resolve);
  expect(sent).toEqual(['resolve rb']);
});

test('its escalation and its public updates, once it has ended', async () => {
  const { session: to, sent } = session({ rb: 'FAILED', [ESCALATION]: 'RUNNING', [UPDATES]: 'RUNNING' });
  await tell(to, 'rb', resolve);
  expect(sent).toEqual([`resolve ${ESCALATION}`, `resolve ${UPDATES}`]);
});

test('its public updates alone, where nobody is paged', async () => {
  const { session: to, sent } = session({ rb: 'FAILED', [UPDATES]: 'RUNNING' });
  await tell(to, 'rb', resolve);
  expect(sent).toEqual([`resolve ${UPDATES}`]);
});

test('an acknowledgement is nothing for customers', async () => {
  const { session: to, sent } = session({ rb: 'FAILED', [ESCALATION]: 'RUNNING', [UPDATES]: 'RUNNING' });
  await tell(to, 'rb', acknowledge);
  expect(sent).toEqual([`acknowledge ${ESCALATION}`]);
});

test('nobody any more, where both have ended', async () => {
  const { session: to, sent } = session({ rb: 'FAILED', [ESCALATION]: 'FAILED', [UPDATES]: 'FAILED' });
  await expect(tell(to, 'rb', resolve)).rejects.toThrow(
    'The rollback rb has ended: it takes no messages any more.',
  );
  expect(sent).toEqual([]);
});
