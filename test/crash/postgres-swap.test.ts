/**
 * A restore in which the programs or PostgreSQL itself are killed at every place, one after the other. Afterwards the
 * live database is the old one or the restored one, as a whole, and open; running again ends right.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Postgres } from '../../activities/postgres/client.ts';
import { freeze } from '../../activities/postgres/restore/freeze.ts';
import type { RestoreBackup } from '../../activities/postgres/restore/job.ts';
import { createRestore } from '../../activities/postgres/restore/restore.ts';
import { fingerprint } from '../support/postgres-fingerprint.ts';
import { createKillingPrograms } from '../support/postgres-killed.ts';
import type { KillingPrograms, Victim } from '../support/postgres-killed.ts';
import { clientOf, makeBackup, withoutOwn } from '../support/postgres-restore.ts';
import {
  createSmallSample,
  createSampleRoles,
  dropSample,
  migrateSmallSample,
  SAMPLE,
} from '../support/postgres-sample.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let programs: KillingPrograms;
const backups = {} as Record<'custom' | 'plain', RestoreBackup>;
const whole = { migrated: '', restored: '' };

beforeAll(async () => {
  server = await startPostgres();
  programs = createKillingPrograms(server);
  await createSampleRoles(server);
  await createSmallSample(server);
  whole.restored = await fingerprint(server, SAMPLE);
  backups.custom = await makeBackup(server, 'custom');
  backups.plain = await makeBackup(server, 'plain');
  await migrateSmallSample(server);
  whole.migrated = await fingerprint(server, SAMPLE);
  await server.sql('CHECKPOINT');
});
afterAll(async () => {
  await server.stop();
  programs.remove();
});

const databases = async () =>
  (await server.sql(`SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1`)).split('\n');

/** By a worker that is killed when its turn comes. */
const doomed = (): Postgres => clientOf(server, { host: programs.host(), programs: programs.folder });
const jobOf = (backup: RestoreBackup, token: number) => ({ run: 'rollback-shop-1', token, backup });

async function startAgain(victim: Victim): Promise<void> {
  if (victim !== 'server') return;
  await server.kill();
  await server.start();
}

/** The database is the migrated one again, as before the first round. */
async function reset(): Promise<void> {
  for (const name of await databases())
    if (![SAMPLE, 'postgres'].includes(name)) await dropSample(server, name);
  if ((await fingerprint(server, SAMPLE)) === whole.restored) await migrateSmallSample(server);
  expect(await fingerprint(server, SAMPLE)).toBe(whole.migrated);
  // After a crash a sequence goes on from the value that was logged ahead, unless a checkpoint has noted its own.
  await server.sql('CHECKPOINT');
}

/** For 1, 2, 3, … until the work gets done without being killed. @returns the places */
async function atEveryPlace(victim: Victim, round: () => Promise<void>): Promise<string[]> {
  for (let at = 1; ; at++) {
    programs.arm({ at, victim });
    await round();
    if (!programs.wasKilled()) return programs.places();
    await reset();
  }
}

describe.each([
  { victim: 'programs', format: 'custom' },
  { victim: 'server', format: 'custom' },
  { victim: 'programs', format: 'plain' },
] as const)('with $victim killed at every place of a restore from $format', ({ victim, format }) => {
  test('the live database is entirely the old one or the restored one, and running again swaps', async () => {
    const backup = backups[format];
    const seen = new Set<string>();
    const places = await atEveryPlace(victim, async () => {
      const flow = async () => {
        const postgres = doomed();
        await freeze(postgres, { run: 'rollback-shop-1', token: 1, isEnded: async () => false });
        const first = createRestore(postgres, jobOf(backup, 1));
        await first.prepare();
        await first.swap();
      };
      await flow().catch(() => undefined);
      if (programs.wasKilled()) await startAgain(victim);
      const left = withoutOwn(await fingerprint(server, SAMPLE));
      expect([whole.migrated, whole.restored].map(withoutOwn)).toContain(left);
      seen.add(left);

      const second = createRestore(clientOf(server), jobOf(backup, 2));
      await second.prepare();
      const { kept } = await second.swap();
      expect(await fingerprint(server, SAMPLE)).toBe(whole.restored);
      expect(withoutOwn(await fingerprint(server, kept.database))).toBe(withoutOwn(whole.migrated));
      expect(await databases()).toEqual([SAMPLE, kept.database, 'postgres'].sort());
    });
    await reset();
    expect(seen.size).toBe(2);
    expect(places.filter((place) => place.startsWith('within'))).toHaveLength(1);
    expect(places.filter((place) => place === 'before a rename')).toHaveLength(2);
    expect(places.length).toBeGreaterThan(20);
  });
});
