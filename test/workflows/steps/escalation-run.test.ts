/** What people say in the moment in which an escalation goes on with a new history. Without a server: it is too short to meet. */
import { beforeEach, expect, it, vi } from 'vitest';
import type * as WorkflowModule from '@temporalio/workflow';
import type { EscalationInput, EscalationSaid } from '../../../src/domain/escalation/state.ts';
import type { Page } from '../../../src/domain/paging/page.ts';
import type { Carried } from '../../../workflows/steps/escalation-run.ts';
import { EscalationRun } from '../../../workflows/steps/escalation-run.ts';
import { gate } from '../../support/gate.ts';
import { SUBJECT } from '../../support/subject.ts';
import { POLICY } from '../escalation-support.ts';

const fake = vi.hoisted(() => ({
  handlers: new Map<string, (content: unknown) => unknown>(),
  signal: async (_content: unknown): Promise<void> => undefined,
  send: async (_page: unknown): Promise<void> => undefined,
  carried: [] as unknown[],
  watchesCancelled: 0,
}));

vi.mock('@temporalio/workflow', async (original) => {
  const { fakeWorkflow } = await import('../../support/fake-workflow.ts');
  const activities = {
    sendPage: async ({ page, channel }: { page: unknown; channel: { name: string } }) => {
      await fake.send(page);
      return { channel: channel.name, provider: 'fake', receipt: null, sentAt: '2026-11-21T03:00:00.000Z' };
    },
    lookAtRollback: async () => null,
    watchRollback: () => new Promise(() => undefined),
  };
  const real = await original<typeof WorkflowModule>();
  return { ...real, ...fakeWorkflow(fake, { workflowId: 'escalation-1', activities }) };
});

const input = (): EscalationInput => ({
  policy: POLICY,
  incidentKey: 'backout-run-1',
  subject: { ...SUBJECT, startedAt: new Date().toISOString() },
});

const sent: Page[] = [];
const told: EscalationSaid[] = [];
const actions = () => sent.map(({ action }) => action);

beforeEach(() => {
  fake.handlers.clear();
  fake.carried = [];
  fake.watchesCancelled = 0;
  sent.length = 0;
  told.length = 0;
  fake.send = async (page) => void sent.push(page as Page);
});

/** Begins an escalation, and returns while it waits for its rollback to hear of the first page, before it goes on anew. */
async function inTheGap() {
  const { passed, open } = gate();
  fake.signal = async (content) => {
    told.push(content as EscalationSaid);
    await passed;
  };
  const over = new EscalationRun(input()).untilOver().catch((error: unknown) => String(error));
  await vi.waitFor(() => expect(told).toHaveLength(1));
  const say = (content: object) => fake.handlers.get('rollbackSaid')?.(content);
  return { over, say, open };
}

it('a resolution ends it, and everybody who was paged hears of it', async () => {
  const { over, say, open } = await inTheGap();
  say({ said: 'resolved', by: 'anna', resolution: 'it is the network' });
  open();
  expect(await over).toMatchObject({ state: 'ended', said: 'Resolved by anna: it is the network' });
  expect(fake.carried).toEqual([]);
  expect(actions()).toEqual(['trigger', 'resolve']);
  expect(told.flatMap(({ notes }) => notes.map(({ what }) => what))).toContain(
    'Nobody is paged any more. Resolved by anna: it is the network',
  );
});

it('an acknowledgement is told to everybody first, and goes on with it; until then the rollback is watched', async () => {
  const telling = gate();
  fake.send = async (page) => {
    sent.push(page as Page);
    if ((page as Page).action === 'acknowledge') await telling.passed;
  };
  const { over, say, open } = await inTheGap();
  say({ said: 'acknowledged', by: 'anna' });
  open();
  await vi.waitFor(() => expect(told).toHaveLength(2));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([fake.carried, fake.watchesCancelled]).toEqual([[], 0]);
  telling.open();
  expect(await over).toBe('Error: it goes on anew');
  expect(fake.watchesCancelled).toBe(1);
  expect(actions()).toEqual(['trigger', 'acknowledge']);
  const [carried] = fake.carried as [Carried];
  expect(carried.state.acknowledgements).toMatchObject([{ by: 'anna' }]);
  expect(carried.notes.map(({ what }) => what)).toEqual(['Told through duty: anna is at it']);
});

it('lines that the rollback has not got are told by the next history', async () => {
  const { over, say, open } = await inTheGap();
  say({ said: 'acknowledged', by: 'anna' });
  open();
  await over;
  const [carried] = fake.carried as [Carried];
  told.length = 0;
  fake.signal = async (content) => void told.push(content as EscalationSaid);
  const next = new EscalationRun(input(), carried).untilOver().catch(() => undefined);
  fake.handlers.get('rollbackSaid')?.({ said: 'resolved', by: 'ben', resolution: 'done' });
  await next;
  expect(told[0]?.notes[0]?.what).toBe('Told through duty: anna is at it');
});
