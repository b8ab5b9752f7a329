/** A freeze on a real Temporal server, nginx and PostgreSQL: nothing is written while people decide. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

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

/** As a program of its own, with no Temporal to reach. */
async function alone(...argv: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, '--address', '127.0.0.1:1', ...argv], {
    env: { ...process.env, BACKOUT_CONFIG: lab.sandbox.configFile, BACKOUT_USER: 'anna' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => (printed.out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (printed.err += data.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, ...printed };
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
  const all = await backout('status');
  expect(all.out).toContain(
    `${lab.service} in production is FROZEN: requests get a maintenance answer (503) and the database is read-only.\n  By anna, since `,
  );
  expect(all.out).toContain(`  What it waits for: backout status ${workflowId}\n`);
  expect(all.code).toBe(5);
  const refused = await backout(
    'rollback',
    'traffic-only',
    lab.service,
    '--reason',
    'x',
    '--yes',
    '--detach',
  );
  expect(refused.out).toContain('NOT DONE (AlreadyRunning)\n');
  expect(refused.out).toContain(`is frozen by ${workflowId}, started by anna at `);
  expect(refused.out).toContain('(“prices are overwritten”)');
  expect(refused.out).toContain(`backout decide-freeze ${workflowId} full|release|abort`);
  expect(refused.code).toBe(7);
  const other = await backout('decide', workflowId, 'retry');
  expect(other.err).toMatch(
    /waits for the answer to another question, not for a step: A decision about the freeze/,
  );
  expect(other.code).toBe(2);
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

it('restores the database where a rollback has moved the traffic already, and says why another answer can not be done', async () => {
  await open();
  expect((await (await lab.start()).ended()).result?.outcome).toBe('rolled-back');
  const rollback = await freeze();
  await frozen(rollback);
  const { workflowId } = rollback.handle;
  const gone = await backout('decide-freeze', workflowId, 'full', '--backup', 'gone.dump');
  expect(gone.err).toContain('backout: A full rollback could not be planned. ');
  expect(gone.err).toContain(`It is still frozen, and asks again: \`backout status ${workflowId}\`.`);
  expect(gone.code).toBe(1);
  expect((await backout('status', workflowId)).out).toContain('  What was decided last could not be done: ');
  const decided = await backout('decide-freeze', workflowId, 'full', '--backup', 'listings-1.dump');
  expect(decided.out).toMatch(/^Decided: full\. Plan [0-9a-f]{12}: green \(1\.5\.0\) → blue \(1\.4\.0\)\.\n/);
  await rollback.until('RESTORE is awaited', ({ awaiting }) => awaiting?.step === 'confirm-restore');
  await rollback.handle.executeUpdate(confirmRestoreUpdate, { args: [{ phrase: 'RESTORE', by: 'anna' }] });
  expect((await rollback.ended()).result?.outcome).toBe('rolled-back');
  expect(await fingerprint(server, SAMPLE)).toBe(good);
  expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
  await lab.expectFree();
}, 120_000);

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
  const left = await backout('status');
  expect(left.out).toContain(`  ${rollback.handle.workflowId} has ended: nobody is asked any more`);
  expect(left.out).toContain(`backout unfreeze ${lab.service} --env production --reason "WHY"\n`);
  expect(left.code).toBe(5);
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
    'it is frozen: anna froze it at',
  );
  expect(place?.findings.find(({ name }) => name.startsWith('probe '))).toMatchObject({
    ok: true,
    detail: 'tells nothing now: it is frozen, and nginx gives the maintenance answer',
  });
  // With Temporal down, the person on call lifts it by themselves.
  const dead = ['--take-over', rollback.handle.workflowId, '--take-over-note', 'its worker was killed'];
  const local = await alone('unfreeze', lab.service, '--reason', 'it is stopped', '--local', ...dead);
  expect(local.err).toContain('Starting a Temporal server and a worker inside this command …\n');
  expect(local.out).toContain('NOT FROZEN ANY MORE');
  expect(local.code).toBe(0);
  expect(await lab.site()).toBe(site);
  const unfreeze = await lab.start({ reason: 'the import is stopped' }, { workflow: 'unfreezeService' });
  expect((await unfreeze.ended()).result?.outcome).toBe('released');
  expect((await backout('status')).out).not.toContain(`${lab.service} in production is FROZEN`);
  expect(await lab.site()).toBe(site);
  expect(await fingerprint(server, SAMPLE)).toBe(damaged);
  await lab.expectFree();
}, 120_000);
