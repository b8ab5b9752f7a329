/** Broken glass in a local rollback whose rule demands signatures: signed here, by the one who is at the terminal. */
import { afterAll, expect, test } from 'vitest';
import type { Client } from '@temporalio/client';
import { answerApproval } from '../../../src/cli/local/approval.ts';
import type { RollbackStatus } from '../../../src/domain/rollback.ts';
import { PLAN, RUN, WORKFLOW, opened } from '../../support/approvals.ts';
import { makePlan, makeRecord } from '../../support/records.ts';
import { SshKeys } from '../../support/ssh-keys.ts';
import { fakeIo } from '../support/io.ts';

const keys = new SshKeys();
const gina = keys.make('gina');
afterAll(() => keys.remove());

const rules = [{ approvers: [{ from: ['anna'] }], assurance: 'signed' as const }];
const approvals = opened({}, { rules, signing: { allowedSignersFile: '/etc/backout/signers' } });
const status: RollbackStatus = makeRecord({
  plan: { ...makePlan({ requestedBy: 'gina' }), hash: PLAN },
  status: { workflowId: WORKFLOW, runId: RUN, outcome: null, approvals },
}).status;

/** Answers an update, and notes what it was asked. */
function fakeClient(said: string) {
  const sent: unknown[] = [];
  const handle = {
    executeUpdate: async (_name: string, { args }: { args: unknown[] }) => {
      sent.push(...args);
      return said;
    },
    cancel: async () => void sent.push('cancelled'),
    result: async () => undefined,
  };
  return { sent, client: { workflow: { getHandle: () => handle } } as unknown as Client };
}

const answer = async (said: string, key: string) => {
  const io = fakeIo({
    answers: ['Temporal is down'],
    env: { PATH: process.env['PATH'], BACKOUT_SIGNING_KEY: key },
  });
  const { sent, client } = fakeClient(said);
  await answerApproval({ client, workflowId: WORKFLOW, status }, io);
  return { sent, err: io.printed.err };
};

test('the reason is signed, for this run and plan', async () => {
  const { sent } = await answer('recorded', gina);
  expect(sent).toMatchObject([{ by: 'gina', reason: 'Temporal is down', planHash: PLAN, runId: RUN }]);
  expect((sent[0] as { signed: { challenge: string } }).signed.challenge).toContain(
    '\ndecision: breakGlass\n',
  );
});

test('where it does not count, or can not be signed, the rollback is ended in order, with the reason', async () => {
  const refused = await answer('refused: no line of /etc/backout/signers has the key that signed it', gina);
  expect(refused.sent.at(-1)).toBe('cancelled');
  expect(refused.err).toContain('Refused: no line of /etc/backout/signers has the key that signed it.\n');
  const unsigned = await answer('recorded', '/nowhere/key');
  expect(unsigned.sent).toEqual(['cancelled']);
  expect(unsigned.err).toContain(
    'Refused: The decision was not signed: there is no key /nowhere/key. Nothing was sent.\n' +
      'Without the approvals the rollback is ended in order: nothing was changed.\n',
  );
});
