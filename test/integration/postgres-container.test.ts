/** Backups, restores and readiness of a PostgreSQL in a real container, by `docker exec`; and what befalls containers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { checksum, judgeBackups } from '../../activities/postgres/backups/choose.ts';
import { makeBackup } from '../../activities/postgres/backups/make.ts';
import { makeSafetyCopy, safetyCopyOf } from '../../activities/postgres/backups/safety.ts';
import { createPostgres } from '../../activities/postgres/client.ts';
import type { Postgres } from '../../activities/postgres/client.ts';
import { createInPlace } from '../../activities/postgres/restore/in-place.ts';
import type { RestoreBackup } from '../../activities/postgres/restore/job.ts';
import { createRestore } from '../../activities/postgres/restore/restore.ts';
import { startServer, stateOf } from '../../activities/postgres/server.ts';
import { databaseSchema } from '../../src/domain/database.ts';
import type { DatabaseSettingsInput } from '../../src/domain/database.ts';
import { pointTo, startContained, startDocker } from '../support/docker.ts';
import type { ContainedPostgres, TestDocker } from '../support/docker.ts';
import { fingerprint } from '../support/postgres-fingerprint.ts';
import { localHost, withoutOwn } from '../support/postgres-restore.ts';
import {
  createSample,
  createSampleRoles,
  dropSample,
  migrateBadly,
  SAMPLE,
} from '../support/postgres-sample.ts';
import { connection } from '../support/postgres.ts';
import { until } from '../support/until.ts';

let docker: TestDocker;
let server: ContainedPostgres;
let folder: string;
let before: string;
let putBack = () => {};

beforeAll(async () => {
  docker = await startDocker();
  putBack = pointTo(docker);
  server = await startContained(docker);
  folder = mkdtempSync(join(tmpdir(), 'bo-contained-'));
  await createSampleRoles(server);
  await create();
});
afterAll(async () => {
  putBack();
  await server.remove();
  await docker.stop();
  rmSync(folder, { recursive: true, force: true });
});
// Each test brings the database back as it was: made anew only after one that did not.
afterEach(async ({ task }) => {
  const isSpoilt = task.result?.state === 'fail';
  for (const name of await databases()) {
    if (name !== 'postgres' && (isSpoilt || name !== SAMPLE)) await dropSample(server, name);
  }
  if (isSpoilt) await create();
});

async function create(): Promise<void> {
  await restoresTake(0);
  await createSample(server);
  await server.sql(SLOW, { database: SAMPLE });
  before = await fingerprint(server, SAMPLE);
}

/** Restoring it takes as long as all roles are told: a restore can be met in its middle. */
const SLOW = `
CREATE MATERIALIZED VIEW slow AS SELECT pg_sleep(coalesce(current_setting('test.sleep', true), '0')::float)::text`;
const restoresTake = async (seconds: number) =>
  void (await server.sql(`ALTER ROLE ALL SET test.sleep = '${seconds}'`));
const isInTheMiddle = async () =>
  (await server.sql(
    `SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'REFRESH MATERIALIZED%slow%'`,
  )) === '1';

const databases = async () =>
  (await server.sql(`SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1`)).split('\n');

type Where = 'host' | 'database';

/** Where the backups of a place are. Each call makes a new folder. */
async function backupFolder(where: Where): Promise<string> {
  if (where === 'host') return mkdtempSync(join(folder, 'backups-'));
  return (
    await server.inside('folder=$(mktemp -d /backups/XXXXXX); chmod 777 "$folder"; echo "$folder"')
  ).trim();
}

async function clientFor(where: Where, more: Partial<DatabaseSettingsInput> = {}): Promise<Postgres> {
  const settings = databaseSchema.parse({
    name: SAMPLE,
    container: server.container,
    backups: { folder: await backupFolder(where), where },
    restore: { jobs: 2 },
    ...more,
  });
  return createPostgres({ host: localHost, settings, env: {} });
}

/** As people back up a database in a container. */
async function backUp(postgres: Postgres, format: 'custom' | 'plain-gz'): Promise<RestoreBackup> {
  const { backups } = postgres.settings;
  const path = `${backups.folder}/o'clock ünï.${format}`;
  const database = connection({ dbname: SAMPLE });
  if (backups.where === 'database') {
    const how = format === 'custom' ? '-Fc' : '-Z6';
    await server.program('pg_dump', [how, '-f', path, '-d', database]);
  } else if (format === 'plain-gz') {
    writeFileSync(path, gzipSync(await server.program('pg_dump', ['-d', database])));
  } else {
    const { exitCode } = await postgres.drain(path, ['pg_dump', '-Fc']);
    expect(exitCode).toBe(0);
  }
  return { path, format, sha256: await checksum(postgres, { path }) };
}

describe.each([
  ['custom', 'host', {}],
  ['plain-gz', 'host', { systemUser: 'postgres' }],
  ['custom', 'database', { systemUser: 'postgres' }],
  ['plain-gz', 'database', {}],
] as const)('a backup of the format %s in a folder of the %s', (format, where, more) => {
  test('is read, and brings the whole database back', async () => {
    const postgres = await clientFor(where, more);
    const backup = await backUp(postgres, format);
    const judged = await judgeBackups(postgres);
    expect(judged.map((one) => [one.backup.path, one.reason])).toEqual([[backup.path, null]]);
    await migrateBadly(server);
    const migrated = await fingerprint(server, SAMPLE);
    expect(migrated).not.toBe(before);

    const restore = createRestore(postgres, { run: 'rollback-shop-1', token: 1, backup });
    expect(await restore.prepare()).toMatchObject({ already: false, warnings: [] });
    const { kept } = await restore.swap();
    expect(await fingerprint(server, SAMPLE)).toBe(before);
    expect(withoutOwn(await fingerprint(server, kept.database))).toBe(withoutOwn(migrated));
  });
});

test('our own backup is restored in place, with a safety copy beside it', async () => {
  const postgres = await clientFor('host');
  const order = { service: 'shop', environment: 'production' };
  const run = { run: 'rollback-shop-2', token: 1 };
  const { path, manifest } = await makeBackup(postgres, order);
  await migrateBadly(server);
  await makeSafetyCopy(postgres, { ...order, ...run, signal: new AbortController().signal });
  const copy = safetyCopyOf(postgres, { ...order, ...run });
  const restore = createInPlace(postgres, {
    ...run,
    backup: { path, format: 'custom', sha256: manifest.sha256 },
    safety: copy,
  });
  expect(await restore.restore()).toMatchObject({ is: 'restored', because: null, warnings: [] });
  await restore.settle();
  expect(await fingerprint(server, SAMPLE)).toBe(before);
});

test('a container that is stopped in the middle of a restore leaves the live database whole, and is started again', async () => {
  const postgres = await clientFor('host');
  const backup = await backUp(postgres, 'custom');
  await migrateBadly(server);
  const migrated = await fingerprint(server, SAMPLE);
  await restoresTake(600);
  const restore = (token: number) => createRestore(postgres, { run: 'rollback-shop-3', token, backup });
  const cut = restore(1)
    .prepare()
    .catch((error: unknown) => error);
  await until('the restore is in its middle', isInTheMiddle);
  await docker.docker(['stop', '-t', '20', server.container]);

  expect(await cut).toMatchObject({
    type: 'DatabaseUnreachable',
    parts: { changed: 'The live database is untouched.' },
  });
  expect(await stateOf({ postgres })).toMatchObject({ state: 'lost' });
  const starting = { signal: new AbortController().signal, heartbeat: () => undefined };
  expect(await startServer({ postgres, host: localHost }, starting)).toEqual({
    already: false,
    details: [`started by \`docker start ${server.container}\` on db-1`],
  });
  await restoresTake(0);
  expect(withoutOwn(await fingerprint(server, SAMPLE))).toBe(withoutOwn(migrated));

  await restore(2).prepare();
  await restore(2).swap();
  expect(await fingerprint(server, SAMPLE)).toBe(before);
});

test('a restore that is given up in its middle ends all of its programs inside', async () => {
  const postgres = await clientFor('database');
  const backup = await backUp(postgres, 'custom');
  await restoresTake(600);
  const stop = new AbortController();
  const job = { run: 'rollback-shop-4', token: 1, backup, signal: stop.signal };
  const given = createRestore(postgres, job)
    .prepare()
    .catch((error: unknown) => error);
  await until('the restore is in its middle', isInTheMiddle);
  expect(await server.processes()).toContain('pg_restore');
  stop.abort(new Error('given up'));
  expect(await given).toMatchObject({ message: 'given up' });
  expect(await server.processes()).not.toContain('pg_restore');
  await restoresTake(0);
  await createRestore(postgres, { ...job, signal: new AbortController().signal }).abandon();
  expect(withoutOwn(await fingerprint(server, SAMPLE))).toBe(withoutOwn(before));
});

test('a program that is given up at any instant of its beginning is ended inside', async () => {
  const postgres = await clientFor('host');
  const name = `bo-${Math.random().toString(36).slice(2)}`;
  await Promise.all(
    [1, 5, 20, 50, 80, 110, 140, 170, 200, 250, 300].map(async (instant) => {
      const signal = AbortSignal.timeout(instant);
      const given = postgres.script(`sleep 300; : ${name}`, [], { signal });
      expect(await given.catch((error: unknown) => error)).toMatchObject({ name: 'TimeoutError' });
    }),
  );
  await until('all have ended', async () => !(await server.processes()).includes(name));
  // Whatever was still about to begin has had its turn before this.
  await postgres.query('SELECT 1');
  expect(await server.processes()).not.toContain(name);
});

describe('a worker that is killed in the middle of a restore', () => {
  test.each([
    ['plain-gz', 'host', 'psql -X -q -w'],
    ['custom', 'database', 'pg_restore'],
  ] as const)(
    'from %s in a folder of the %s leaves a program inside that harms nobody',
    async (format, where, program) => {
      const postgres = await clientFor(where);
      const backup = await backUp(postgres, format);
      await migrateBadly(server);
      await restoresTake(600);
      const job = { run: 'rollback-shop-5', token: 1, backup };
      const worker = startWorker({ settings: postgres.settings, job });
      await until('the restore is in its middle', isInTheMiddle);
      worker.kill('SIGKILL');
      await once(worker, 'exit');
      expect(await server.processes()).toContain(program);
      expect(await isInTheMiddle()).toBe(true);

      await restoresTake(0);
      const restore = createRestore(postgres, { ...job, token: 2 });
      await restore.prepare();
      const { kept } = await restore.swap();
      expect(await fingerprint(server, SAMPLE)).toBe(before);
      await until(
        'what the worker had started has ended',
        async () => !(await server.processes()).includes(program),
      );
      expect((await databases()).sort()).toEqual([SAMPLE, kept.database, 'postgres'].sort());
    },
  );
});

test('nothing of all this was a crash to PostgreSQL, which inherits the orphans of its container', async () => {
  const crashes = (await server.log()).split('\n').filter((line) => /terminated by signal/.test(line));
  expect(crashes).toEqual([]);
});

/** Prepares a restore in a process of its own. */
function startWorker(given: { settings: Postgres['settings']; job: object }) {
  const root = new URL('../..', import.meta.url).pathname;
  const script = join(folder, 'worker.mts');
  writeFileSync(
    script,
    `import { createLocalHost } from '${root}activities/commands/local.ts';
     import { createPostgres } from '${root}activities/postgres/client.ts';
     import { createRestore } from '${root}activities/postgres/restore/restore.ts';
     const { settings, job } = JSON.parse(process.argv[2]);
     const host = createLocalHost('db-1', { sudo: false });
     await createRestore(createPostgres({ host, settings, env: {} }), job).prepare();`,
  );
  return spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(given)], {
    cwd: root,
    stdio: 'inherit',
  });
}
