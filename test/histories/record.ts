/**
 * Records the histories that replay.test.ts replays: `npx tsx test/histories/record.ts VERSION`.
 *
 * With names after VERSION only those are recorded: `record.ts 0.1.0 full-restored`.
 *
 * Run it for a release, into a folder of its own. Never record over an older folder: a rollback that started under an
 * old version and still waits for a person has exactly such a history, and the new code must be able to go on with it.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure, Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { execa } from 'execa';
import type { Activities } from '../../activities/types.ts';
import { databaseOf } from '../../src/domain/plan.ts';
import type { RollbackStatus } from '../../src/domain/rollback.ts';
import { startEmbeddedTemporal } from '../../src/embedded/temporal.ts';
import { statusPageSchema } from '../../src/domain/status-page/settings.ts';
import { SEARCH_ATTRIBUTES } from '../../src/search-attributes.ts';
import { until } from '../support/until.ts';
import { followUpScenarios } from './follow-up-scenarios.ts';
import { POLICY } from '../workflows/escalation-support.ts';
import { BACKUP, CONFIG, fakeActivities, fakePlan, fullPlan, proof, REQUEST, verdict } from '../workflows/support.ts';

type Scenario = {
  input?: unknown;
  replaced?: Partial<Activities>;
  drive?: (handle: WorkflowHandle) => Promise<unknown>;
  type?: string;
  /** It is recorded while it still waits. */
  waits?: true;
  /** People are paged. */
  pages?: true;
  /** Customers are told. */
  tells?: true;
  /** The history of what runs beside it is recorded, not its own. */
  of?: 'escalation' | 'public-updates';
  /** What is said to that. */
  driveBeside?: (beside: WorkflowHandle) => Promise<unknown>;
};

/** Stack traces name files: where they lay on this machine is nobody's business. */
const ROOT = new URL('../../', import.meta.url).pathname;

const PAGE = statusPageSchema.parse({
  kind: 'statuspage',
  pageId: 'page1',
  apiKey: { env: 'SP_KEY' },
  publicName: 'Example Listings',
});

const stuck = async (): Promise<never> => {
  throw ApplicationFailure.create({ type: 'PermissionDenied', message: 'no sudo.', nonRetryable: true });
};
const decide = (decision: string) => async (handle: WorkflowHandle) => {
  await untilWaiting(handle);
  const message = { step: 'stop-faulty', decision, by: 'anna', note: 'because' };
  await handle.executeUpdate('decideStep', { args: [message] });
};

/** One for every way through a workflow. A new way gets a line here. */
const SCENARIOS: Record<string, Scenario> = {
  'rolled-back': {},
  'start-was-needed': {
    replaced: {
      planRollback: async ({ request }) => {
        const plan = fakePlan(request);
        return { ...plan, steps: plan.steps.map(({ notNeeded: _needed, ...step }) => step) };
      },
    },
  },
  'dry-run': { input: { ...REQUEST, dryRun: true } },
  'invalid-request': { input: { service: 'listings' } },
  'plan-changed': { input: { ...REQUEST, planHash: 'ffffffffffff' } },
  unverified: { replaced: { verifyRelease: async () => verdict(false) } },
  'skipped-by-a-person': { replaced: { stopFaulty: stuck }, drive: decide('skip') },
  'aborted-by-a-person': { replaced: { stopFaulty: stuck }, drive: decide('abort') },
  'messages-by-signal': {
    replaced: { stopFaulty: stuck },
    drive: async (handle) => {
      await handle.signal('acknowledge', { by: 'anna' });
      await handle.signal('decideStep', { step: 'nonsense', decision: 'skip', by: 'anna' });
      await handle.signal('noSuchSignal', {});
      await untilWaiting(handle);
      await handle.signal('decideStep', { step: 'stop-faulty', decision: 'skip', by: 'anna' });
      await handle.signal('resolve', { by: 'anna', resolution: 'rolled back' });
    },
  },
  cancelled: {
    replaced: { stopFaulty: stuck },
    drive: async (handle) => {
      await untilWaiting(handle);
      await handle.cancel();
    },
  },
  'still-waiting': { replaced: { stopFaulty: stuck }, drive: untilWaiting, waits: true },
  'messages-not-sent': { replaced: { announce: stuck } },
  'records-not-written': { replaced: { captureBefore: stuck, captureLogs: stuck }, drive: decideAbout('capture-logs') },
  'readiness-check': { type: 'readinessCheck', input: {} },
  ...fullScenarios(),
  escalated: { pages: true, replaced: { stopFaulty: stuck }, drive: acknowledgeAndSkip },
  'escalated-unverified': { pages: true, replaced: { verifyRelease: async () => verdict(false) } },
  'escalated-still-waiting': { pages: true, replaced: { stopFaulty: stuck }, drive: untilWaiting, waits: true },
  escalation: { pages: true, of: 'escalation', replaced: { stopFaulty: stuck }, drive: acknowledgeAndSkip },
  'escalation-still-paging': {
    pages: true,
    of: 'escalation',
    waits: true,
    replaced: { stopFaulty: stuck },
    drive: async (handle) => {
      await untilWaiting(handle);
      await untilPaged(handle, 2);
    },
  },
  ...partialScenarios(),
  ...freezeScenarios(),
  ...toldScenarios(),
  ...followUpScenarios(),
};

/** Those of freezes: every answer, and none; and of one that is lifted by itself. */
function freezeScenarios(): Record<string, Scenario> {
  const type = 'freezeService';
  const answer =
    (decision: string, more: object = {}) =>
    async (handle: WorkflowHandle) => {
      await untilWaiting(handle);
      await handle.executeUpdate('decideFreeze', { args: [{ decision, by: 'ben', ...more }] });
    };
  const restore = async (handle: WorkflowHandle) => {
    await answer('full', { backup: BACKUP })(handle);
    await until('only RESTORE is awaited', async () => {
      const { awaiting, steps } = await handle.query<RollbackStatus>('status');
      const isDone = (step: string) => steps.some(({ name, state }) => name === step && state === 'done');
      return awaiting?.step === 'confirm-restore' && isDone('prepare-restore') && isDone('check-release');
    });
    await handle.executeUpdate('confirmRestore', { args: [{ phrase: 'RESTORE', by: 'anna', backup: BACKUP }] });
  };
  const unfreeze = { type: 'unfreezeService' };
  return {
    'freeze-released': { type, pages: true, tells: true, drive: answer('release') },
    'freeze-left': { type, drive: answer('abort') },
    'freeze-restored': { type, drive: restore },
    'freeze-still-waiting': { type, pages: true, drive: untilWaiting, waits: true },
    unfrozen: unfreeze,
    'unfreeze-still-waiting': { ...unfreeze, replaced: { liftWrites: stuck }, drive: untilWaiting, waits: true },
  };
}

/** Those of public updates, and of what ended badly and is resolved by people, which other systems hear of then. */
function toldScenarios(): Record<string, Scenario> {
  const events = { url: 'https://events.example.net/', source: '/backout', artifact: 'pkg:generic/$service@$version' };
  const planRollback: Activities['planRollback'] = async ({ request }) =>
    fakePlan(request, { config: { ...CONFIG, events } });
  const resolvedLater = {
    replaced: { planRollback, verifyRelease: async () => verdict(false) },
    driveBeside: async (beside: WorkflowHandle) =>
      await beside.executeUpdate('resolve', { args: [{ by: 'anna', resolution: 'mended by hand' }] }),
  };
  const told: Scenario = { tells: true, of: 'public-updates' };
  return {
    'public-updates': { ...told, replaced: { stopFaulty: stuck }, drive: decide('skip') },
    'public-updates-still-telling': { ...told, replaced: { stopFaulty: stuck }, drive: untilTold, waits: true },
    'public-updates-resolved-later': { ...told, ...resolvedLater },
    'escalation-resolved-later': { pages: true, of: 'escalation', ...resolvedLater },
  };
}

/** Those of partial rollbacks: done, put back, and waiting for a person. */
function partialScenarios(): Record<string, Scenario> {
  const type = 'partialRollback';
  const input = { ...REQUEST, flags: ['new-checkout'], configFiles: ['blue-env'] };
  const answer = (decision: string) => async (handle: WorkflowHandle) => {
    await untilWaiting(handle);
    const message = { step: 'put-back-configuration', decision, by: 'anna', note: 'because' };
    await handle.executeUpdate('decideStep', { args: [message] });
  };
  return {
    'partial-rolled-back': { type, input },
    'partial-restored': { type, input: { ...REQUEST, restore: true } },
    'partial-skipped': { type, input, replaced: { putBackConfiguration: stuck }, drive: answer('skip') },
    'partial-aborted': { type, input, replaced: { putBackConfiguration: stuck }, drive: answer('abort') },
    'partial-still-waiting': {
      type,
      input,
      replaced: { putBackConfiguration: stuck },
      drive: untilWaiting,
      waits: true,
    },
  };
}

/** Those of full rollbacks: every answer to both questions, and none. */
function fullScenarios(): Record<string, Scenario> {
  const people = { people: { anna: { roles: ['on-call'] }, bob: { roles: ['team-lead'] } } };
  /** Minutes that pass while a history is recorded. */
  const soon = 0.02;
  const planned =
    (change: (plan: ReturnType<typeof fullPlan>) => void, settings: Parameters<typeof fullPlan>[1] = people) =>
    async ({ request }: Parameters<Activities['planRollback']>[0]) => {
      const plan = fullPlan(request, settings);
      change(plan);
      return plan;
    };
  const inPlace: Activities['planRollback'] = async ({ request }) => fullPlan(request, null, 'in-place');
  const asked = planned(() => undefined);
  const step = (name: string) => async (handle: WorkflowHandle) =>
    await until(`${name} is awaited`, async () => (await handle.query<RollbackStatus>('status')).awaiting?.step === name);
  const confirm = async (handle: WorkflowHandle) => {
    await step('confirm-restore')(handle);
    await handle.executeUpdate('confirmRestore', { args: [{ phrase: 'RESTORE', by: 'anna', backup: BACKUP }] });
  };
  const answer = (name: string, decision: string) => async (handle: WorkflowHandle) => {
    await step(name)(handle);
    await handle.executeUpdate('decideStep', { args: [{ step: name, decision, by: 'anna', note: 'because' }] });
  };
  const send = (name: string, content: unknown) => async (handle: WorkflowHandle) => {
    await untilWaiting(handle);
    await handle.signal(name, content);
  };
  const inOrder =
    (...parts: ((handle: WorkflowHandle) => Promise<unknown>)[]) =>
    async (handle: WorkflowHandle) => {
      for (const part of parts) await part(handle);
    };
  const live = async () => proof('the database before is live', { live: 'before' });
  const scenarios: Record<string, Omit<Scenario, 'type'>> = {
    'full-restored': { drive: confirm },
    'full-restored-by-signal': { drive: inOrder(step('confirm-restore'), send('confirmRestore', 'RESTORE')) },
    'full-restore-rejected': { drive: inOrder(step('confirm-restore'), send('reject', { by: 'bob', reason: 'no' })) },
    'full-restore-expired': {
      replaced: {
        planRollback: planned(({ policy }) => {
          if (policy?.restore) policy.restore.expiresMinutes = soon;
        }, null),
      },
    },
    'full-restore-left-out': { drive: answer('confirm-restore', 'skip') },
    'full-restore-refused': { drive: inOrder(send('confirmRestore', 'restore'), confirm) },
    'full-approved': {
      replaced: { planRollback: asked },
      drive: inOrder(send('approve', { by: 'anna' }), confirm),
    },
    'full-approval-rejected': { replaced: { planRollback: asked }, drive: send('reject', { by: 'anna', reason: 'no' }) },
    'full-approval-expired': {
      replaced: {
        planRollback: planned(({ policy }) => {
          if (policy) policy.expiresMinutes = soon;
        }),
      },
    },
    'full-swap-failed': {
      replaced: { restoreDatabase: stuck, abandonRestore: live },
      drive: inOrder(confirm, answer('restore-database', 'abort')),
    },
    'full-restart-failed': {
      replaced: { restartApplication: stuck },
      drive: inOrder(confirm, answer('restart-application', 'skip')),
    },
    'full-in-place': { replaced: { planRollback: inPlace }, drive: confirm },
    'full-in-place-left-out': {
      replaced: { planRollback: inPlace, restoreDatabase: stuck, abandonRestore: live },
      drive: inOrder(confirm, answer('restore-database', 'skip')),
    },
    'full-in-place-given-up': {
      replaced: { planRollback: inPlace, restoreDatabase: stuck, abandonRestore: live },
      drive: inOrder(confirm, answer('restore-database', 'abort')),
    },
    'full-restored-already': {
      replaced: {
        planRollback: async ({ request }) => {
          const plan = fullPlan(request);
          const already = { at: '2026-11-21T03:30:00.000Z', run: 'rollback-1', kept: 'the database "listings_old_1"' };
          return { ...plan, database: { ...databaseOf(plan), alreadyRestored: already } };
        },
      },
    },
    'full-reset-after-the-swap': {
      replaced: { prepareRestore: async () => proof('it is the restored one', { outcome: 'already', live: 'restored' }) },
    },
    'full-cancelled': {
      drive: inOrder(step('confirm-restore'), async (handle) => await handle.cancel()),
    },
    'full-still-waiting': { drive: step('confirm-restore'), waits: true },
  };
  return Object.fromEntries(
    Object.entries(scenarios).map(([name, scenario]) => [
      name,
      { ...scenario, type: 'fullRollback', ...(name.includes('approv') ? { input: { ...REQUEST, requestedBy: 'dora' } } : {}) },
    ]),
  );
}

function decideAbout(step: string) {
  return async (handle: WorkflowHandle) => {
    const waiting = async () => (await handle.query<RollbackStatus>('status')).phase;
    await until('it waits or has ended', async () => (await waiting()) !== 'running' && (await waiting()) !== 'planning');
    if ((await waiting()) === 'waiting') {
      await handle.executeUpdate('decideStep', { args: [{ step, decision: 'skip', by: 'anna' }] });
    }
  };
}

async function acknowledgeAndSkip(handle: WorkflowHandle): Promise<void> {
  await untilWaiting(handle);
  await untilPaged(handle, 2);
  await handle.signal('acknowledge', { by: 'anna' });
  await handle.executeUpdate('decideStep', { args: [{ step: 'stop-faulty', decision: 'skip', by: 'anna' }] });
}

async function untilPaged(handle: WorkflowHandle, times: number): Promise<void> {
  await until('people are paged', async () => {
    const { escalation } = await handle.query<RollbackStatus>('status');
    return escalation !== undefined && escalation.state !== 'off' && escalation.pages.length >= times;
  });
}

async function untilTold(handle: WorkflowHandle): Promise<void> {
  await untilWaiting(handle);
  await until('customers are told', async () => {
    const { publicUpdates } = await handle.query<RollbackStatus>('status');
    return publicUpdates !== undefined && publicUpdates.state !== 'off' && publicUpdates.posted.length > 0;
  });
}

async function untilWaiting(handle: WorkflowHandle): Promise<void> {
  await until('it waits', async () => (await handle.query<RollbackStatus>('status')).phase === 'waiting');
}

async function record(folder: string, wanted: [string, Scenario][]): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const work = mkdtempSync(join(tmpdir(), 'backout-record-'));
  const server = await startEmbeddedTemporal({
    searchAttributes: [...SEARCH_ATTRIBUTES],
    namespace: 'default',
    logFile: join(work, 'temporal.log'),
    headless: true,
  });
  const native = await NativeConnection.connect({ address: server.address });
  const client = new Client({ connection: await Connection.connect({ address: server.address }), identity: 'recorder' });
  try {
    const workflowsPath = new URL('../../workflows/index.ts', import.meta.url).pathname;
    const bundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
    for (const [name, scenario] of wanted) {
      await recordOne({ bundle, server, native, client, name, scenario, folder });
      process.stdout.write(`${name}\n`);
    }
  } finally {
    await client.connection.close();
    await native.close();
    await server.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

async function recordOne(parts: {
  bundle: WorkflowBundleWithSourceMap;
  server: { cli: string; address: string };
  native: NativeConnection;
  client: Client;
  name: string;
  scenario: Scenario;
  folder: string;
}): Promise<void> {
  const { bundle, server, native, client, name, scenario, folder } = parts;
  const { cli, address } = server;
  const taskQueue = `record-${name}`;
  const activities = {
    ...fakeActivities(taskQueue, { replaced: scenario.replaced ?? {} }),
    resolveService: async ({ service }: { service: string }) => ({
      service,
      environment: name,
      taskQueue,
      searchAttributes: [...SEARCH_ATTRIBUTES],
      ...(scenario.pages === true ? { escalation: POLICY } : {}),
      ...(scenario.tells === true ? { statusPage: PAGE } : {}),
    }),
  };
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    identity: 'recorder',
    workflowBundle: bundle,
    activities,
  });
  await worker.runUntil(async () => {
    const handle = await client.workflow.start(scenario.type ?? 'trafficOnlyRollback', {
      taskQueue,
      workflowId: `rollback-${name}`,
      args: [scenario.input ?? REQUEST],
    });
    await scenario.drive?.(handle);
    if (scenario.waits !== true) await handle.result().catch(() => undefined);
    const isOpen = scenario.waits === true || scenario.replaced?.verifyRelease !== undefined;
    const besideOf = (kind: string) =>
      client.workflow.getHandle(`backout-${kind}/${handle.workflowId}/${handle.firstExecutionRunId}`);
    if (scenario.pages === true && !isOpen) await besideOf('escalation').result();
    const subject = scenario.of === undefined ? handle : besideOf(scenario.of);
    await scenario.driveBeside?.(subject);
    if (scenario.waits !== true) await subject.result().catch(() => undefined);
    const recorded = subject.workflowId;
    const show = ['workflow', 'show', '--workflow-id', recorded, '--address', address, '--output', 'json'];
    const { stdout } = await execa(cli, show);
    writeFileSync(join(folder, `${name}.json`), `${stdout.replaceAll(ROOT, '')}\n`);
  });
}

const [version, ...names] = process.argv.slice(2);
if (version === undefined) throw new Error('usage: npx tsx test/histories/record.ts VERSION [NAME…]');
const folder = new URL(`./${version}`, import.meta.url).pathname;
const wanted = Object.entries(SCENARIOS).filter(([name]) => names.length === 0 || names.includes(name));
const recorded = wanted.find(([name]) => existsSync(join(folder, `${name}.json`)));
if (recorded !== undefined) throw new Error(`${recorded[0]} is recorded already: old histories stay as they are`);
mkdirSync(folder, { recursive: true });
await record(folder, wanted);
process.stdout.write(`recorded ${wanted.length} histories\n`);
