/** Rollbacks and recoveries whose database is on the target that is reached over SSH, also in a container there. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { confirmRestoreUpdate, decideFreezeUpdate } from '../../workflows/messages.ts';
import { startContained, startDocker } from '../support/docker.ts';
import type { ContainedPostgres, TestDocker } from '../support/docker.ts';
import { onBlue, openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { fingerprint } from '../support/postgres-fingerprint.ts';
import {
  backUp,
  createSampleRoles,
  createSmallSample,
  migrateSmallSample,
  SAMPLE,
} from '../support/postgres-sample.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let docker: TestDocker;
let contained: ContainedPostgres;
beforeAll(async () => {
  [server, docker] = await Promise.all([startPostgres(), startDocker()]);
  contained = await startContained(docker);
});
afterAll(async () => {
  await contained.remove();
  await Promise.all([server.stop(), docker.stop()]);
});

let lab: Lab;
afterEach(() => lab.close());

/** Whoever logs in there finds the daemon as people set it up: by a context in the HOME of that user. */
function showDocker(home: string): void {
  if (docker.address === null) return;
  const env = { ...process.env, HOME: home, DOCKER_CONFIG: join(home, '.docker') };
  for (const words of [
    ['create', 'private', '--docker', `host=${docker.address}`],
    ['use', 'private'],
  ])
    execFileSync('docker', ['context', ...words], { env, stdio: 'ignore' });
}

it('starts a container that was stopped, awaits its database, and restarts the release', async () => {
  lab = await openLab({
    ssh: true,
    environment: {
      database: { name: 'postgres', host: 'web-1', container: contained.container, backups: { folder: '/' } },
      verify: {
        health: { paths: ['/health'], steadySeconds: 0.5, intervalSeconds: 0.1, withinSeconds: 8 },
      },
    },
  });
  showDocker(lab.sshd?.directory ?? '');
  const site = await lab.site();
  const recover = async () => await (await lab.start({}, { workflow: 'recoverService' })).ended();
  expect((await recover()).failure?.message).toContain('The database "postgres" in container');

  const { pid } = await lab.sandbox.green.state();
  await docker.docker(['stop', '-t', '20', contained.container]);
  const { result, failure } = await recover();
  expect(failure).toBeNull();
  expect(result?.outcome).toBe('recovered');
  expect(result?.summary).toContain(
    `What was broken: The command for database "postgres" in container ${contained.container} on web-1 could not be run where it is`,
  );
  expect(await contained.sql('SELECT 1')).toBe('1');
  expect((await lab.sandbox.green.state()).pid).not.toBe(pid);
  expect(await lab.site()).toBe(site);
  await lab.expectFree();
});

it('restores in place where it is, with requests frozen until it is verified', async () => {
  const folder = join(server.folder, 'backups');
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  await createSampleRoles(server);
  await createSmallSample(server);
  const good = await fingerprint(server, SAMPLE);
  await backUp(server, { database: SAMPLE, path: join(folder, 'listings-1.dump'), format: 'custom' });
  await migrateSmallSample(server);
  lab = await openLab({
    ssh: true,
    environment: {
      database: {
        ...{ name: SAMPLE, host: 'web-1', programs: server.bin },
        connection: { socket: server.socketFolder, port: server.port },
        backups: { folder },
        restore: { strategy: 'in-place', jobs: 1 },
      },
    },
  });
  const site = await lab.site();
  const requests = async () =>
    (await fetch(`${lab.sandbox.url}/`, { headers: { connection: 'close' } })).status;
  const freeze = await lab.start({ reason: 'prices are overwritten' }, { workflow: 'freezeService' });
  await freeze.until(
    'a decision is awaited',
    ({ awaiting }) => awaiting?.what.includes('the freeze') ?? false,
  );
  expect(await requests()).toBe(503);
  await freeze.handle.executeUpdate(decideFreezeUpdate, {
    args: [{ decision: 'full', by: 'ben', backup: 'listings-1.dump' }],
  });
  await freeze.until('RESTORE is awaited', ({ awaiting }) => awaiting?.step === 'confirm-restore');
  const { pid } = await lab.sandbox.blue.state();
  expect(await requests()).toBe(503);
  await freeze.handle.executeUpdate(confirmRestoreUpdate, { args: [{ phrase: 'RESTORE', by: 'anna' }] });
  const { result, failure } = await freeze.ended();
  expect(failure).toBeNull();
  expect(result?.outcome).toBe('rolled-back');
  expect(await fingerprint(server, SAMPLE)).toBe(good);
  expect((await lab.sandbox.blue.state()).pid).not.toBe(pid);
  expect(await lab.site()).toBe(onBlue(site));
  expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
  await server.sql('CREATE TABLE written (); DROP TABLE written', { database: SAMPLE });
  await lab.expectFree();
});
