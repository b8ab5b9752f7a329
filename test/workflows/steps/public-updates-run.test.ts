/** Public updates in the moment in which they go on with a new history. Without a server: it is too short to meet. */
import { beforeEach, expect, it, vi } from 'vitest';
import type * as WorkflowModule from '@temporalio/workflow';
import { owedOf } from '../../../src/domain/events/owed.ts';
import { eventsSchema } from '../../../src/domain/events/settings.ts';
import { statusPageSchema } from '../../../src/domain/status-page/settings.ts';
import type { PageSaid, PublicUpdatesInput } from '../../../src/domain/status-page/state.ts';
import type { Carried } from '../../../workflows/steps/public-updates-run.ts';
import { PublicUpdatesRun } from '../../../workflows/steps/public-updates-run.ts';
import * as cases from '../../support/cases.ts';
import { gate } from '../../support/gate.ts';

const fake = vi.hoisted(() => ({
  handlers: new Map<string, (content: unknown) => unknown>(),
  signal: async (_content: unknown): Promise<void> => undefined,
  send: async (): Promise<void> => undefined,
  watch: (): Promise<unknown> => new Promise(() => undefined),
  carried: [] as unknown[],
  watchesCancelled: 0,
}));

vi.mock('@temporalio/workflow', async (original) => {
  const { fakeWorkflow } = await import('../../support/fake-workflow.ts');
  const activities = {
    postPublicUpdate: async () => ({ outcome: 'posted', incident: 'inc1', url: null }),
    sendEvent: () => fake.send(),
    watchRollback: () => fake.watch(),
  };
  const real = await original<typeof WorkflowModule>();
  return { ...real, ...fakeWorkflow(fake, { workflowId: 'updates-1', activities }) };
});

const input = (): PublicUpdatesInput => ({
  rollback: { workflowId: 'rollback-1', runId: 'run-1' },
  run: 'run-1',
  severity: 'P1',
  startedAt: new Date().toISOString(),
  page: statusPageSchema.parse({
    kind: 'statuspage',
    pageId: 'page1',
    apiKey: { env: 'SP_KEY' },
    publicName: 'Example Listings',
  }),
});

const told: PageSaid[] = [];
const lines = () => told.flatMap(({ notes }) => notes.map(({ what }) => what));
const resolution = { by: 'anna', resolution: 'it was DNS' };

beforeEach(() => {
  fake.handlers.clear();
  fake.carried = [];
  fake.watchesCancelled = 0;
  fake.watch = () => new Promise(() => undefined);
  fake.send = async () => undefined;
  told.length = 0;
});

/** Begins, and returns while the rollback is told of the first update, before it goes on anew. */
async function inTheGap() {
  const { passed, open } = gate();
  fake.signal = async (content) => {
    told.push(content as PageSaid);
    await passed;
  };
  const over = new PublicUpdatesRun(input()).untilOver().catch((error: unknown) => String(error));
  await vi.waitFor(() => expect(told).toHaveLength(1));
  return { over, open };
}

it('lines that the rollback has not got are told by the next history', async () => {
  // It is noted in the gap that nobody watches the rollback.
  const unwatched = gate();
  fake.watch = async () => {
    await unwatched.passed;
    throw new Error('no worker');
  };
  const { over, open } = await inTheGap();
  unwatched.open();
  await new Promise((resolve) => setImmediate(resolve));
  open();
  expect(await over).toBe('Error: it goes on anew');
  expect(fake.watchesCancelled).toBe(1);
  const [carried] = fake.carried as [Carried];
  const line = 'The status page does not notice when the rollback is ended from outside. no worker';
  expect(carried.notes.map(({ what }) => what)).toEqual([line]);
  told.length = 0;
  fake.watch = () => new Promise(() => undefined);
  fake.signal = async (content) => void told.push(content as PageSaid);
  const next = new PublicUpdatesRun(input(), carried).untilOver().catch(() => undefined);
  fake.handlers.get('resolve')?.(resolution);
  await next;
  expect(lines()[0]).toBe(line);
});

it('a resolution is posted first, and other systems hear of it before anything goes on anew', async () => {
  const taken = gate();
  const sender = {
    settings: eventsSchema.parse({ url: 'https://events.example.net/' }),
    firstRunId: 'run-1',
  };
  fake.send = () => taken.passed;
  const { over, open } = await inTheGap();
  fake.handlers.get('rollbackSaid')?.({ said: 'owes', owed: owedOf(cases.unverified(), sender) });
  fake.handlers.get('resolve')?.(resolution);
  open();
  await vi.waitFor(() => expect(told.at(-1)?.status.state).toBe('ended'));
  taken.open();
  expect(await over).toMatchObject({ state: 'ended', said: 'Resolved by anna: it was DNS', tellsEnd: true });
  expect(fake.carried).toEqual([]);
});
