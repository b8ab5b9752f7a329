/** A freeze on a real Temporal server, nginx and PostgreSQL: nothing is written while people decide. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import type { TargetReadiness } from '../../src/domain/readiness.ts';
import { confirmRestoreUpdate, decideFreezeUpdate } from '../../workflows/messages.ts';
import { run } from '../../src/cli/run.ts';
import { fakeIo } from '../cli/support/io.ts';
import type { StartedRollback } from '../support/follow.ts';
import { onBlue, openLab } from '../support/lab.ts';
import type { Lab, LabOptions } from '../support/lab.ts';
import { fingerprint } from '../support/postgres-fingerprint.ts';
import {
  backUp,
  createSampleRoles,
  createSmallSample,
  dropSample,
  migrateSmallSample,
  SAMPLE,
} from '../support/postgres-sample.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { isStopped } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import type { WorkerProcess } from '../support/worker-process.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
  await createSampleRoles(server);
});
afterAll(() => server.stop());

let lab: Lab;
let folder: string;
let count = 0;
/** The database before the damage, and with it. */
let good: string;
let damaged: string;
const workers: WorkerProcess[] = [];

beforeEach(async () => {
  folder = join(server.folder, `frozen-${++count}`);
  mkdirSync(folder);
  await createSmallSample(server);
  good = await fingerprint(server, SAMPLE);
  await backUp(server, { database: SAMPLE, path: join(folder, 'listings-1.dump'), format: 'custom' });
  await migrateSmallSample(server);
  damaged = await fingerprint(server, SAMPLE);
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
  await lab.close();
  const names = await server.sql(
    "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'",
  );
  for (const name of names.split('\n').filter((one) => one !== '')) await dropSample(server, name);
});

async function open(options: LabOptions = {}): Promise<void> {
  lab = await openLab({
    ...options,
    environment: {
      database: {
        name: SAMPLE,
        programs: server.bin,
        connection: { socket: server.socketFolder, port: server.port },
        backups: { folder },
        restore: { jobs: 2 },
      },
    },
  });
}

const freeze = (request: Record<string, unknown> = {}) =>
  lab.start({ reason: 'prices are overwritten', ...request }, { workflow: 'freezeService' });

const frozen = (rollback: StartedRollback) =>
  rollback.until(
    'a decision is awaited',
    ({ awaiting }) => awaiting?.what.startsWith('A decision about the freeze') ?? false,
  );

async function backout(...argv: string[]) {
  const io = fakeIo({
    env: { ...process.env, BACKOUT_CONFIG: lab.sandbox.configFile, BACKOUT_USER: 'anna' },
  });
  const code = await run(argv, io);
  return { code, ...io.printed };
}

const decide = (rollback: StartedRollback, decision: string, more: object = {}) =>
  rollback.handle.executeUpdate(decideFreezeUpdate, { args: [{ decision, by: 'ben', ...more }] });

const write = () => server.sql('CREATE TABLE written (); DROP TABLE written', { database: SAMPLE });
const requests = async () => {
  const answers = await Promise.all(
    ['GET', 'POST'].map((method) =>
      fetch(`${lab.sandbox.url}/`, { method, headers: { connection: 'close' } }),
    ),
  );
  return answers.map(({ status, headers }) => [status, headers.get('retry-after')]);
};

it('by command: refuses writes by HTTP and by SQL until it is released, and leaves everything as it was', async () => {
  await open();
  const site = await lab.site();
  const reason = 'prices are overwritten';
  const frozen = await backout('freeze', lab.service, '--reason', reason, '--yes');
  expect(frozen.err).toContain('the rollback goes on waiting');
  expect(frozen.code).toBe(5);
  const workflowId = /Started (freeze-\S+)\./.exec(frozen.out)?.[1] ?? '';
  expect(frozen.out).toMatch(
    / held {8}requests: \d+ answers in a row from http.*, each on a new connection, were 503 from nginx itself/,
  );
  expect(frozen.out).toMatch(
    / held {8}writes: .* refused a write of a new session, and all sessions from before are ended/,
  );
  expect(frozen.out).toContain(`    backout decide-freeze ${workflowId} release --note "WHY"`);
  expect(await requests()).toEqual([
    [503, '120'],
    [503, '120'],
  ]);
  await expect(write()).rejects.toThrow(/read-only transaction/);
  expect(await server.sql('SELECT 1', { database: SAMPLE })).toContain('1');

  const status = await backout('status', workflowId);
  expect(status.out).toContain(
    `${lab.service} in production is FROZEN: requests get a maintenance answer (503) and the database is read-only.`,
  );
  expect(status.out).toMatch(/Frozen by anna, .* UTC: prices are overwritten/);
  const refused = await backout('rollback', 'traffic-only', lab.service, '--reason', 'x', '--yes');
  expect(refused.code).toBe(7);
  const unclear = await backout('decide-freeze', workflowId, 'full');
  expect(unclear.err).toContain('full restores a backup, and nobody has said which');
  expect(unclear.code).toBe(2);

  const lifted = await backout('unfreeze', lab.service, '--reason', 'the import is stopped');
  expect(lifted.err).toBe('');
  expect(lifted.out).toContain('NOT FROZEN ANY MORE');
  expect(lifted.code).toBe(0);
  expect(await lab.site()).toBe(site);
  expect(await fingerprint(server, SAMPLE)).toBe(damaged);
  await write();
  expect(new Set(await lab.nextAnswers())).toEqual(new Set(['green']));
  expect(lab.slack.messages.map(({ text }) => text)).toEqual([
    expect.stringContaining('FROZEN, A DECISION IS NEEDED'),
    expect.stringContaining('The freeze is lifted'),
  ]);
  await lab.expectFree();
});

it('goes on with the full rollback, and lets requests through only when that is verified', async () => {
  await open();
  const site = await lab.site();
  const rollback = await freeze();
  await frozen(rollback);
  await decide(rollback, 'full', { backup: 'listings-1.dump' });
  const waiting = await rollback.until(
    'RESTORE is awaited',
    ({ awaiting }) => awaiting?.step === 'confirm-restore',
  );
  expect(waiting.traffic).toContain('All traffic is on blue (1.4.0).');
  expect(waiting.traffic).toContain('FROZEN');
  expect((await requests()).map(([status]) => status)).toEqual([503, 503]);
  await rollback.handle.executeUpdate(confirmRestoreUpdate, { args: [{ phrase: 'RESTORE', by: 'anna' }] });
  const { result, failure } = await rollback.ended();
  expect(failure).toBeNull();
  expect(result?.outcome).toBe('rolled-back');
  expect(await lab.site()).toBe(onBlue(site));
  expect(await fingerprint(server, SAMPLE)).toBe(good);
  await write();
  expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
  await lab.expectFree();
});

it('goes on where a killed worker was, and what is left frozen is lifted by another run', async () => {
  await open({ withoutWorker: true });
  const site = await lab.site();
  const started = (stopAt?: string) =>
    startWorkerProcess({
      configFile: lab.sandbox.configFile,
      workflowBundle: inject('workflowBundle'),
      ...(stopAt === undefined ? {} : { stopAt }),
    });
  const first = await started('holdWrites');
  workers.push(first);
  const rollback = await freeze();
  await until('the worker has stopped', () => isStopped(first.pid), { timeoutMs: 30_000 });
  await first.kill();
  workers.push(await started());
  await frozen(rollback);
  await expect(write()).rejects.toThrow(/read-only transaction/);
  expect((await requests()).map(([status]) => status)).toEqual([503, 503]);

  await decide(rollback, 'abort');
  expect((await rollback.ended()).failure?.message).toContain('Lift it with `backout unfreeze');
  const { failure: refused } = await (await lab.start()).ended();
  expect(refused?.type).toBe('AlreadyRunning');
  expect(refused?.message).toContain('It is frozen: anna froze it at');
  const [place] = await lab.client.workflow.execute<
    (input: { service: string }) => Promise<TargetReadiness[]>
  >('readinessCheck', {
    workflowId: `readiness-${lab.service}`,
    taskQueue: lab.taskQueue,
    args: [{ service: lab.service }],
  });
  expect(place?.findings.find(({ name }) => name === 'a rollback now')?.detail).toContain(
    'it is frozen, and requests get a maintenance answer: anna froze it at',
  );
  const unfreeze = await lab.start({ reason: 'the import is stopped' }, { workflow: 'unfreezeService' });
  expect((await unfreeze.ended()).result?.outcome).toBe('released');
  expect(await lab.site()).toBe(site);
  expect(await fingerprint(server, SAMPLE)).toBe(damaged);
  await lab.expectFree();
}, 120_000);
