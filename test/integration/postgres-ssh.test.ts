/** Backups and restores of a PostgreSQL on a host that is reached by SSH, directly and in a container there. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Host } from '../../activities/commands/host.ts';
import { createSshHost } from '../../activities/commands/ssh.ts';
import { judgeBackups } from '../../activities/postgres/backups/choose.ts';
import { makeBackup } from '../../activities/postgres/backups/make.ts';
import { createPostgres } from '../../activities/postgres/client.ts';
import { createRestore } from '../../activities/postgres/restore/restore.ts';
import { databaseSchema } from '../../src/domain/database.ts';
import type { DatabaseSettingsInput } from '../../src/domain/database.ts';
import { startContained, startDocker } from '../support/docker.ts';
import type { ContainedPostgres, TestDocker } from '../support/docker.ts';
import { fingerprint } from '../support/postgres-fingerprint.ts';
import { withoutOwn } from '../support/postgres-restore.ts';
import { createSample, createSampleRoles, migrateBadly, SAMPLE } from '../support/postgres-sample.ts';
import { startPostgres } from '../support/postgres.ts';
import type { SqlServer, TestPostgres } from '../support/postgres.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

let sshd: Sshd;
let host: Host;
let server: TestPostgres;
let docker: TestDocker;
let contained: ContainedPostgres;

beforeAll(async () => {
  [sshd, server, docker] = await Promise.all([startSshd(), startPostgres(), startDocker()]);
  contained = await startContained(docker);
  // Whoever logs in there finds the daemon as people set it up: by a context in the HOME of that user.
  if (docker.address !== null) {
    const env = { ...process.env, HOME: sshd.directory, DOCKER_CONFIG: join(sshd.directory, '.docker') };
    const context = (...args: string[]) =>
      execFileSync('docker', ['context', ...args], { env, stdio: 'ignore' });
    context('create', 'private', '--docker', `host=${docker.address}`);
    context('use', 'private');
  }
  host = createSshHost('db-1', sshd.settings);
  for (const one of [server, contained]) {
    await createSampleRoles(one);
    await createSample(one);
  }
});
afterAll(async () => {
  await host.close();
  await contained.remove();
  await Promise.all([sshd.stop(), server.stop(), docker.stop()]);
});

function connect(settings: Omit<DatabaseSettingsInput, 'name' | 'host' | 'backups'>) {
  const folder = mkdtempSync(join(sshd.directory, 'backups-'));
  chmodSync(folder, 0o777);
  const parsed = databaseSchema.parse({ ...settings, name: SAMPLE, host: 'db-1', backups: { folder } });
  return createPostgres({ host, settings: parsed, env: {} });
}

const directly = (): Omit<DatabaseSettingsInput, 'name' | 'host' | 'backups'> => ({
  programs: server.bin,
  connection: { socket: server.socketFolder, port: server.port },
  restore: { jobs: 2 },
});

const order = { service: 'shop', environment: 'production' };

test.each([
  ['on the host', () => [server, directly()] as const],
  ['in a container there', () => [contained, { container: contained.container }] as const],
])('our backup is read, and brings the whole database back: %s', async (_where, place) => {
  const [at, settings]: readonly [SqlServer, ReturnType<typeof directly>] = place();
  const postgres = connect(settings);
  const before = await fingerprint(at, SAMPLE);
  const { path, manifest } = await makeBackup(postgres, order);
  expect((await judgeBackups(postgres)).map((one) => [one.backup.path, one.reason])).toEqual([[path, null]]);
  await migrateBadly(at);
  const migrated = await fingerprint(at, SAMPLE);

  const backup = { path, format: 'custom' as const, sha256: manifest.sha256 };
  const restore = createRestore(postgres, { run: 'rollback-shop-1', token: 1, backup });
  expect(await restore.prepare()).toMatchObject({ already: false, warnings: [] });
  const { kept } = await restore.swap();
  expect(await fingerprint(at, SAMPLE)).toBe(before);
  expect(withoutOwn(await fingerprint(at, kept.database))).toBe(withoutOwn(migrated));
});

test('a connection that is cut in the middle of a restore costs that attempt alone', async () => {
  const postgres = connect({ container: contained.container });
  await contained.sql(SLOW, { database: SAMPLE });
  const before = await fingerprint(contained, SAMPLE);
  const { path, manifest } = await makeBackup(postgres, order);
  await migrateBadly(contained);
  const migrated = await fingerprint(contained, SAMPLE);
  const backup = { path, format: 'custom' as const, sha256: manifest.sha256 };
  const attempt = (token: number) => createRestore(postgres, { run: 'rollback-shop-2', token, backup });
  await contained.sql(`ALTER ROLE ALL SET test.sleep = '600'`);
  const cut = attempt(1)
    .prepare()
    .catch((error: unknown) => error);
  await until('the restore is in its middle', async () => (await contained.sql(MIDDLE)) === '1');
  await sshd.cutConnections();
  expect(await cut).toMatchObject({ type: 'HostUnreachable' });
  expect(withoutOwn(await fingerprint(contained, SAMPLE))).toBe(withoutOwn(migrated));

  await contained.sql(`ALTER ROLE ALL SET test.sleep = '0'`);
  await attempt(2).prepare();
  await attempt(2).swap();
  expect(await fingerprint(contained, SAMPLE)).toBe(before);
  const crashes = (await contained.log()).split('\n').filter((line) => /terminated by signal/.test(line));
  expect(crashes).toEqual([]);
});

/** Restoring it takes as long as all roles are told. */
const SLOW = `
CREATE MATERIALIZED VIEW slow AS SELECT pg_sleep(coalesce(current_setting('test.sleep', true), '0')::float)::text`;
const MIDDLE = `SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'REFRESH MATERIALIZED%slow%'`;
