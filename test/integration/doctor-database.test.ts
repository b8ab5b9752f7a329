/** What `backout doctor` says of a real PostgreSQL: all well, each thing that is not, and a server that hangs. */
import { copyFileSync, mkdirSync, rmSync, statSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Deps } from '../../activities/deps.ts';
import { createWorkerProbe } from '../../activities/http/from-worker.ts';
import { checkTargets } from '../../activities/index.ts';
import { databaseFindings } from '../../activities/rollback/check-database.ts';
import { databaseSchema } from '../../src/domain/database.ts';
import type { DatabaseSettingsInput } from '../../src/domain/database.ts';
import type { Finding } from '../../src/domain/readiness.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { localHost } from '../support/postgres-restore.ts';
import { CONFIG } from '../support/records.ts';

let server: TestPostgres;
let folder: string;

/** Temporal knows one rollback, which has ended. */
const client = {
  workflow: {
    getHandle: (workflowId: string) => ({
      describe: async () => {
        if (workflowId === 'ended-1') return { status: { name: 'TERMINATED' } };
        throw new WorkflowNotFoundError('not found', workflowId, undefined);
      },
    }),
  },
};
const deps = { hosts: { get: () => localHost }, env: {}, client } as unknown as Deps;

const settings = (given: Partial<DatabaseSettingsInput> = {}) =>
  databaseSchema.parse({
    name: 'shop',
    programs: server.bin,
    server: { systemd: 'postgresql@15-main.service' },
    ...given,
    connection: { socket: server.socketFolder, port: server.port, ...given.connection },
    backups: { folder, pattern: '*.dump' },
  });

const look = async (given: Partial<DatabaseSettingsInput> = {}): Promise<Finding[]> =>
  await databaseFindings(deps, { service: 'shop', environment: 'production' }, { database: settings(given) });

const found = (findings: Finding[], name: string) => findings.find((finding) => finding.name === name);
const notGood = (findings: Finding[]) => findings.filter(({ ok }) => !ok);

beforeAll(async () => {
  server = await startPostgres();
  folder = join(server.folder, 'backups');
  await server.sql('CREATE ROLE app LOGIN; CREATE ROLE backout LOGIN; CREATE DATABASE shop OWNER app');
  await server.sql('CREATE TABLE products AS SELECT 1 AS id', { database: 'shop' });
  await server.program('pg_dump', ['-Fc', '-f', join(server.folder, 'good'), 'shop']);
});
afterAll(() => server.stop());

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  copyFileSync(join(server.folder, 'good'), join(folder, 'a.dump'));
});

it('finds all well, with either strategy, and changes nothing', async () => {
  const before = await server.sql(
    'SELECT datname, setconfig FROM pg_database LEFT JOIN pg_db_role_setting ON oid = setdatabase',
  );
  const beside = await look();
  expect(notGood(beside)).toEqual([]);
  expect(beside.map(({ name, detail }) => `${name}: ${detail}`)).toEqual([
    expect.stringMatching(/^database "shop" on db-1: answers, PostgreSQL \d+\.\d+$/),
    expect.stringMatching(/^psql, pg_dump, pg_restore: psql \d+, pg_dump \d+, pg_restore \d+$/),
    'role postgres: is a superuser',
    expect.stringMatching(/^backups in .*: the newest good one is a\.dump, made .* UTC, [\d.]+ m?s ago$/),
    expect.stringMatching(/^room for a second copy: [\d.]+ MB are free, [\d.]+ MB are needed$/),
    'earlier restores: nothing is left of any',
    'a restore now: a.dump could be restored beside the live database',
  ]);
  const inPlace = await look({ restore: { strategy: 'in-place' } });
  expect(notGood(inPlace)).toEqual([]);
  expect(inPlace.at(-1)?.detail).toBe('a.dump could be restored in place');
  expect(found(inPlace, 'room for a second copy')).toBeUndefined();
  expect(
    await server.sql(
      'SELECT datname, setconfig FROM pg_database LEFT JOIN pg_db_role_setting ON oid = setdatabase',
    ),
  ).toBe(before);
});

it('is asked with the target, whose own problems do not hide it', async () => {
  const services = { shop: { environments: { production: { ...CONFIG, database: settings() } } } };
  const asked = { ...deps, services, workerHttp: createWorkerProbe() } as unknown as Deps;
  const [readiness, ...others] = await checkTargets(asked, { service: 'shop' });
  expect(others).toEqual([]);
  const names = readiness?.findings.map(({ name }) => name) ?? [];
  expect(names).toContain('host db-1');
  expect(names.at(-1)).toBe('a restore now');
  expect(readiness?.findings.at(-1)?.ok).toBe(true);
});

it('finds the rights that a role lacks, and gives the statements that mend it', async () => {
  const findings = await look({ connection: { user: 'backout' } });
  expect(found(findings, 'role backout')).toMatchObject({
    ok: false,
    fix: expect.stringContaining(
      'GRANT "app" TO "backout"; ALTER ROLE "backout" CREATEDB; GRANT pg_signal_backend',
    ),
  });
  expect(found(findings, 'a restore now')?.ok).toBe(false);
  const statements = found(findings, 'role backout')?.fix?.replace(/^As a superuser: |\.$/g, '') ?? '';
  await server.sql(statements);
  const mended = await look({ connection: { user: 'backout' } });
  expect(notGood(mended)).toEqual([]);
  expect(found(mended, 'role backout')?.detail).toBe('is no superuser, and has what a restore needs');
});

it('finds that no backup is good, and remarks what an ended rollback has left', async () => {
  truncateSync(join(folder, 'a.dump'), Math.floor(statSync(join(folder, 'a.dump')).size / 2));
  const marker = JSON.stringify({
    is: 'live',
    run: 'ended-1',
    backup: '',
    token: 1,
    database: 'x',
    held: null,
  });
  await server.sql(`ALTER DATABASE shop SET backout.restore TO '${marker}'`);
  try {
    const findings = await look();
    expect(notGood(findings).map(({ name, optional }) => [name, optional])).toEqual([
      [`backups in ${folder}`, undefined],
      ['earlier restores', true],
    ]);
    expect(found(findings, `backups in ${folder}`)?.detail).toMatch(/^none is good: a\.dump is truncated/);
    expect(found(findings, 'earlier restores')?.detail).toBe(
      'ended-1 has ended and left its restore half done',
    );
    expect(found(findings, 'a restore now')?.detail).toBe(
      'nothing on the server is in the way of a restore beside the live database',
    );
  } finally {
    await server.sql('ALTER DATABASE shop RESET backout.restore');
  }
});

it('finds what is in the way of a restore, by the reason that the rollback would give', async () => {
  await server.sql("SELECT pg_create_logical_replication_slot('cdc', 'pgoutput')", { database: 'shop' });
  try {
    const [refused, ...others] = notGood(await look());
    expect(others).toEqual([]);
    expect(refused).toMatchObject({
      name: 'a restore now',
      detail: expect.stringContaining('It has replication slots: "cdc".'),
      fix: 'Mend that and try again.',
    });
  } finally {
    await server.sql("SELECT pg_drop_replication_slot('cdc')");
  }
});

it('remarks that the newest backup is too old', async () => {
  const file = join(folder, 'a.dump');
  rmSync(file);
  await server.program('pg_dump', ['-f', file, 'shop']);
  const then = Date.now() / 1000 - 3 * 86_400;
  utimesSync(file, then, then);
  const [old, ...others] = notGood(await look());
  expect(others).toEqual([]);
  expect(old).toMatchObject({ optional: true, detail: expect.stringMatching(/, 72 h 0 min \d+ s ago$/) });
});

it('names the command that starts a server that is down, and does not wait for one that hangs', async () => {
  process.kill(server.pid(), 'SIGSTOP');
  const hanging = await look();
  process.kill(server.pid(), 'SIGCONT');
  expect(hanging.map(({ detail }) => detail)).toEqual([
    expect.stringMatching(/timeout expired|no answer within/),
  ]);
  await server.kill();
  expect(await look()).toEqual([
    {
      name: 'database "shop" on db-1',
      ok: false,
      detail: expect.stringMatching(/^The connection to .* on db-1 could not be made: .*Connection refused/),
      fix: 'If PostgreSQL is down, `backout recover shop --env production --reason WHY` starts it (systemctl start -- postgresql\\@15-main.service on local).',
    },
  ]);
});
