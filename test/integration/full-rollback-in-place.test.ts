/** A full rollback that restores in place, on a real Temporal server, nginx and PostgreSQL; also with its worker killed. */
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dropExpired } from '../../activities/postgres/restore/expired.ts';
import { clientOf } from '../support/postgres-restore.ts';
import { rollBack } from '../crash/crash.ts';
import type { StartedRollback } from '../support/follow.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
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

const BACKUP = 'listings-1.dump';

let server: TestPostgres;
/** PostgreSQL's programs on a machine whose disk is full: the old database is really dropped. */
let roomless: string;
beforeAll(async () => {
  server = await startPostgres();
  await createSampleRoles(server);
  roomless = join(server.folder, 'roomless');
  mkdirSync(roomless);
  for (const name of ['psql', 'pg_restore', 'pg_dump'])
    symlinkSync(join(server.bin, name), join(roomless, name));
  const df = '#!/bin/sh\necho Filesystem\necho "/dev/x 100 99 1 99% /"\n';
  writeFileSync(join(roomless, 'df'), df, { mode: 0o755 });
});
afterAll(() => server.stop());

let lab: Lab | null = null;
let folder: string;
let count = 0;
let good: string;
let bad: string;

beforeEach(async () => {
  folder = join(server.folder, `backups-${++count}`);
  mkdirSync(folder);
  await createSmallSample(server);
  good = await fingerprint(server, SAMPLE);
  await backUp(server, { database: SAMPLE, path: join(folder, BACKUP), format: 'custom' });
  await migrateSmallSample(server);
  bad = await fingerprint(server, SAMPLE);
});
afterEach(async () => {
  await lab?.close();
  lab = null;
  for (const name of await databases()) await dropSample(server, name);
});

const databases = async () =>
  (
    await server.sql(
      "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1",
    )
  )
    .split('\n')
    .filter((name) => name !== '');

const environment = (restore: Record<string, unknown> = {}) => ({
  database: {
    name: SAMPLE,
    programs: roomless,
    connection: { socket: server.socketFolder, port: server.port },
    backups: { folder },
    restore: { strategy: 'in-place', jobs: 1, healthPath: '/health/db', ...restore },
  },
});

const confirm = (rollback: StartedRollback) =>
  rollback.handle.signal('confirmRestore', { phrase: 'RESTORE', by: 'anna', backup: BACKUP });

async function start(restore: Record<string, unknown> = {}) {
  lab = await openLab({ environment: environment(restore) });
  const rollback = await lab.start({ backup: BACKUP }, { workflow: 'fullRollback' });
  const waiting = await rollback.until(
    'RESTORE is awaited',
    ({ awaiting }) => awaiting?.step === 'confirm-restore',
  );
  return { lab, rollback, waiting };
}

/** The hidden copy of the database before. */
const safetyCopies = () => readdirSync(folder).filter((name) => name.includes('before-restore'));

describe('a full rollback that restores in place', () => {
  it('stops the service for the restore, and starts the release returned to on the restored database', async () => {
    const { lab: open, rollback, waiting } = await start();
    expect(waiting.plan?.warnings.join(' ')).toContain('In place, reads and writes fail from RESTORE');
    const before = (await open.sandbox.blue.state()).pid;
    expect(await fingerprint(server, SAMPLE)).toBe(bad);
    await confirm(rollback);
    const { result, failure } = await rollback.ended();
    expect(failure).toBeNull();
    expect(result?.outcome).toBe('rolled-back');
    expect(await fingerprint(server, SAMPLE)).toBe(good);
    // Dropped for its room, with nothing of ours left but the copy.
    expect(await databases()).toEqual([SAMPLE]);
    expect(safetyCopies()).toEqual([
      expect.stringMatching(/^\.listings-\w+-before-restore-[0-9a-f]{12}\.dump$/),
    ]);
    expect((await open.sandbox.blue.state()).pid).not.toBe(before);
    expect(new Set(await open.nextAnswers())).toEqual(new Set(['blue']));
    const steps = (await rollback.status()).steps;
    expect(
      steps.find(({ name }) => name === 'verify')?.result?.verdict?.checks.map(({ name }) => name),
    ).toContain('health /health/db');
    await open.expectFree();
    // Kept for its days, and then no longer.
    const [copy = ''] = safetyCopies();
    const client = clientOf(server, { programs: roomless, folder });
    expect(await dropExpired(client, open.service)).toMatchObject({
      dropped: [],
      kept: [{ kind: 'safety copy' }],
    });
    const longAgo = new Date(Date.now() - 8 * 86_400_000);
    utimesSync(join(folder, copy), longAgo, longAgo);
    expect(await dropExpired(client, 'another-service')).toMatchObject({ dropped: [] });
    expect(await dropExpired(client, open.service)).toMatchObject({
      dropped: [{ name: join(folder, copy) }],
    });
    expect(safetyCopies()).toEqual([]);
    expect(await databases()).toEqual([SAMPLE]);
  });

  it('puts the database before back where the backup does not fit, and starts the service once a person has decided', async () => {
    const checks = [{ name: 'never so', sql: 'SELECT 1', expect: '2' }];
    const { lab: open, rollback } = await start({ checks });
    await confirm(rollback);
    const stuck = await rollback.until(
      'a person is asked',
      ({ awaiting }) => awaiting?.step === 'restore-database',
    );
    const message = stuck.steps.find(({ name }) => name === 'restore-database')?.failure?.message ?? '';
    expect(message).toContain('"never so" must be "2" and is "1".');
    expect(message).toContain(
      'is the one before this rollback, put back as a whole. The release is stopped: requests fail.',
    );
    expect(stuck.traffic).toContain('is stopped for the restore: requests fail until it runs again.');
    await rollback.handle.signal('decideStep', { step: 'restore-database', decision: 'abort', by: 'anna' });
    const { failure } = await rollback.ended();
    expect(failure?.type).toBe('Aborted');
    expect(failure?.message).toContain('is the one before this rollback');
    expect(failure?.message).not.toContain('is not proved');
    expect(await fingerprint(server, SAMPLE)).toBe(bad);
    expect(await databases()).toEqual([SAMPLE]);
    expect(new Set(await open.nextAnswers())).toEqual(new Set(['blue']));
  });
});

/** A person types RESTORE as soon as somebody tells that it is awaited. */
async function answer(rollback: StartedRollback): Promise<void> {
  for (;;) {
    const status = await rollback.status().catch(() => null);
    if (status?.awaiting?.step === 'confirm-restore') return await confirm(rollback);
    if (status?.outcome) return;
    await wait(100);
  }
}

describe('with its worker killed', () => {
  it.each([
    ['while the safety copy gets its name', 'restoreDatabase: script "mv -f -- "$2" "$3"", during'],
    ['when the database has just gone out of reach', 'restoreDatabase: script "exit $code", after'],
    [
      'when it was restored and not reported',
      'restoreDatabase: script "for file do measure "$file" 2>/dev/null ", after',
    ],
  ])('%s, it ends as it should', async (_, place) => {
    const crashed = await rollBack({
      ssh: false,
      killAt: place,
      scenario: {
        workflow: 'fullRollback',
        request: { backup: BACKUP },
        answer,
        environment: environment(),
      },
    });
    lab = crashed.lab;
    const { ended, story, signal, places } = crashed;
    expect(signal, `none of these is the place: ${places.join('\n')}`).toBe('SIGKILL');
    expect(ended.failure, story).toBeNull();
    expect(ended.result?.outcome, story).toBe('rolled-back');
    expect(await fingerprint(server, SAMPLE), story).toBe(good);
    expect(await databases()).toEqual([SAMPLE]);
    expect(safetyCopies()).toHaveLength(1);
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));
    await lab.expectFree();
  });
});
