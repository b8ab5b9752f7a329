/** The escalation is asked who was paged since; a record is written whatever it answers. */
import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { laterPages } from '../../../activities/rollback/later-pages.ts';
import { NOT_CONFIGURED } from '../../../src/domain/escalation/state.ts';
import type { EscalationStatus } from '../../../src/domain/escalation/state.ts';
import { paged, success } from '../../support/cases.ts';
import { makeRecord } from '../../support/records.ts';

const record = paged();
const escalation = record.status.escalation as EscalationStatus;

/** Answers each query, and notes who was asked what. */
function temporal(answer: () => unknown): { client: Client; asked: string[] } {
  const asked: string[] = [];
  const getHandle = (id: string) => ({
    query: async (name: string) => {
      asked.push(`${id} ${name}`);
      return answer();
    },
  });
  const withDeadline = async (_at: number, ask: () => Promise<unknown>) => await ask();
  const client = { connection: { withDeadline }, workflow: { getHandle } } as unknown as Client;
  return { client, asked };
}

test('the escalation of the rollback is asked, and its answer taken', async () => {
  const now: EscalationStatus = { ...escalation, state: 'ended', said: 'resolved' };
  const { client, asked } = temporal(() => now);
  expect(await laterPages({ client }, record)).toEqual(now);
  expect(asked).toEqual([`${escalation.workflowId} escalationStatus`]);
});

test('one that does not answer in time is no failure', async () => {
  const { client } = temporal(() => {
    throw new Error('4 DEADLINE_EXCEEDED.');
  });
  expect(await laterPages({ client }, record)).toEqual({ unreadable: '4 DEADLINE_EXCEEDED' });
});

test('an answer that is none is no failure', async () => {
  const { client } = temporal(() => ({ state: 'dancing' }));
  expect(await laterPages({ client }, record)).toEqual({
    unreadable: 'its answer is not one that this version reads',
  });
});

test.each([
  ['nobody is paged', makeRecord({ status: { escalation: { state: 'off', said: NOT_CONFIGURED } } })],
  ['there was no escalation', success()],
])('nobody is asked where %s', async (_, other) => {
  const { client, asked } = temporal(() => escalation);
  expect(await laterPages({ client }, other)).toBeNull();
  expect(asked).toEqual([]);
});
