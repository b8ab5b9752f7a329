/**
 * The worker dies by SIGKILL at every place of the steps in which only a full rollback changes something, one place at a
 * time, and is started again. Each time the rollback ends as if nothing had happened: the database is as it was before the
 * release.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { StartedRollback } from '../support/follow.ts';
import { onBlue } from '../support/lab.ts';
import { fingerprint } from '../support/postgres-fingerprint.ts';
import {
  backUp,
  createSampleRoles,
  createSmallSample,
  migrateSmallSample,
  SAMPLE,
} from '../support/postgres-sample.ts';
import { startPostgres } from '../support/postgres.ts';
import { rollBack } from './crash.ts';
import type { Crashed } from './crash.ts';

/** Things that run side by side may take another turn in a second run, and a place is not come to. */
const TRIES = 3;
const DATABASE_STEPS = ['prepareRestore', 'restoreDatabase', 'restartApplication', 'settleRestore'];
/** Those of every rollback, in which the worker dies in traffic-only.test.ts, and those that only look. */
const OTHER_STEPS =
  /^(outside|resolveService|inspectLock|planRollback|captureBefore|startPrevious|shiftTraffic|captureLogs|stopFaulty|verifyRelease|releaseTarget|writeReport|announce|countLoss|checkRelease)[ :]/;
const BACKUP = 'shop.dump';

const server = await startPostgres();
afterAll(() => server.stop());
await createSampleRoles(server);
await createSmallSample(server);
await server.sql('SELECT 1');

let count = 0;
const places = (await recovered({})).filter((place) => !OTHER_STEPS.test(place));

const stepOf = (place: string) => place.split(/[ :]/)[0] ?? '';

describe('the places that are found', () => {
  it('are of the steps that are known here', () => {
    expect([...new Set(places.map(stepOf))].sort()).toEqual([...DATABASE_STEPS].sort());
  });

  it.each(DATABASE_STEPS)('are before, in and after the step %s', (step) => {
    const own = places.filter((place) => stepOf(place) === step);
    expect(own.filter((place) => place.endsWith(': activity, before')).length).toBeGreaterThanOrEqual(1);
    expect(own.filter((place) => place.endsWith(': activity, after')).length).toBeGreaterThanOrEqual(1);
    expect(own.filter((place) => place.endsWith(', during')).length).toBeGreaterThanOrEqual(1);
  });
});

describe('a full rollback whose worker is killed ends as it should', () => {
  it.concurrent.each(places)('%s', async (killAt) => {
    for (let tries = 1; tries <= TRIES; tries++) {
      if ((await recovered({ killAt })).length === 0) return;
    }
    throw new Error(`in ${TRIES} rollbacks no worker came to: ${killAt}`);
  });
});

/** One rollback, judged. @returns the places that it came to; none when the worker was killed */
async function recovered({ killAt }: { killAt?: string }): Promise<string[]> {
  const database = `shop_${++count}`;
  const folder = join(server.folder, `backups-${count}`);
  mkdirSync(folder);
  await server.sql(`CREATE DATABASE ${database} TEMPLATE "${SAMPLE.replaceAll('"', '""')}"`);
  const good = await fingerprint(server, database);
  await backUp(server, { database, path: join(folder, BACKUP), format: 'custom' });
  await migrateSmallSample(server, database);
  const crashed = await rollBack({
    ssh: false,
    ...(killAt === undefined ? {} : { killAt }),
    scenario: {
      workflow: 'fullRollback',
      request: { backup: BACKUP },
      answer: typeRestore,
      environment: {
        database: {
          name: database,
          programs: server.bin,
          connection: { socket: server.socketFolder, port: server.port },
          backups: { folder },
          restore: { jobs: 1 },
        },
      },
    },
  });
  try {
    await expectRestored(crashed, { database, good });
    return crashed.signal === null ? crashed.places : [];
  } finally {
    await crashed.lab.close();
  }
}

/** A person types RESTORE as soon as somebody tells that it is awaited. */
async function typeRestore(rollback: StartedRollback): Promise<void> {
  for (;;) {
    const status = await rollback.status().catch(() => null);
    if (status?.awaiting?.step === 'confirm-restore') break;
    if (status?.outcome) return;
    await wait(100);
  }
  await rollback.handle.signal('confirmRestore', { phrase: 'RESTORE', by: 'anna', backup: BACKUP });
}

async function expectRestored(
  { lab, ended, siteBefore, story }: Crashed,
  { database, good }: { database: string; good: string },
): Promise<void> {
  expect(ended.failure, story).toBeNull();
  expect(ended.result?.outcome, story).toBe('rolled-back');
  expect(await fingerprint(server, database), story).toBe(good);
  const names = await server.sql(
    `SELECT datname FROM pg_database WHERE datname LIKE '${database}%' ORDER BY 1`,
  );
  // The one before is kept, once; nothing half restored is left.
  expect(names.trim().split('\n')).toEqual([database, expect.stringMatching(/_old_\d{8}_\d{6}$/)]);
  expect(await lab.site()).toBe(onBlue(siteBefore));
  expect(await lab.sandbox.green.sigterms()).toBe(1);
  await lab.expectFree();
}
