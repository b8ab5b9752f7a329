import { expect, test } from 'vitest';
import { answerFreeze, askFreeze } from '../../../src/cli/local/freeze.ts';
import type { Client } from '@temporalio/client';
import { freezeOf, waitingForRestore } from '../../support/full-records.ts';
import { fakeIo } from '../support/io.ts';

test('what could not be lifted is tried again when the person at the terminal says so, else left', async () => {
  expect(await askFreeze('x', fakeIo({ answers: ['Retry'] }))).toEqual({ decision: 'retry' });
  expect(await askFreeze('x', fakeIo({ answers: [''] }))).toEqual({ decision: 'abort' });
});

test('without a terminal it is left so, which is said', async () => {
  const io = fakeIo();
  expect(await askFreeze('whether the database can be written is NOT PROVED', io)).toEqual({
    decision: 'abort',
    unasked: true,
  });
  expect(io.printed.err).toBe(
    'whether the database can be written is NOT PROVED, and there is no terminal to ask at: it is left so.\n',
  );
});

test('Ctrl-C at the question is no decision', async () => {
  const io = fakeIo({ answers: ['retry'] });
  io.interrupt();
  expect(await askFreeze('x', io)).toBeNull();
});

test('what is answered is by who started it, and where nobody was asked it is no decision', async () => {
  const sent: unknown[] = [];
  const executeUpdate = async (name: string, { args }: { args: unknown[] }) => void sent.push(name, ...args);
  const client = { workflow: { getHandle: () => ({ executeUpdate }) } } as unknown as Client;
  const { status } = waitingForRestore({ freeze: { ...freezeOf('lifted', 'failed'), by: 'gina' } });
  await answerFreeze({ client, workflowId: 'unfreeze-1', status }, fakeIo());
  await answerFreeze({ client, workflowId: 'unfreeze-1', status }, fakeIo({ answers: ['retry'] }));
  expect(sent).toEqual([
    ...['decideFreeze', { decision: 'abort', unasked: true, by: 'gina' }],
    ...['decideFreeze', { decision: 'retry', by: 'gina' }],
  ]);
});
