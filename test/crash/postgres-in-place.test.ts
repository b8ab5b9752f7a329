/**
 * A restore in place in which the programs or PostgreSQL itself are killed at every place, one after the other. Nobody
 * ever reaches a database that is neither the old nor the restored one, and running again, or putting back, ends right.
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createInPlace } from '../../activities/postgres/restore/in-place.ts';
import type { InPlace } from '../../activities/postgres/restore/in-place.ts';
import type { RestoreBackup } from '../../activities/postgres/restore/job.ts';
import { fingerprint } from '../support/postgres-fingerprint.ts';
import { createKillingPrograms } from '../support/postgres-killed.ts';
import type { KillingPrograms, Victim } from '../support/postgres-killed.ts';
import { clientOf, localHost, makeBackup, withoutOwn } from '../support/postgres-restore.ts';
import type { Given } from '../support/postgres-restore.ts';
import {
  createSampleRoles,
  createSmallSample,
  dropSample,
  migrateSmallSample,
  SAMPLE,
} from '../support/postgres-sample.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let programs: KillingPrograms;
let backup: RestoreBackup;
let safety: RestoreBackup;
const whole = { migrated: '', restored: '' };
/** Our own programs on a machine without room: the old database is really dropped. */
let roomless: string;

beforeAll(async () => {
  server = await startPostgres();
  programs = createKillingPrograms(server);
  roomless = join(server.folder, 'programs');
  mkdirSync(roomless);
  for (const name of ['psql', 'pg_restore']) symlinkSync(join(server.bin, name), join(roomless, name));
  const df = '#!/bin/sh\necho Filesystem\necho "/dev/x 100 99 1 99% /"\n';
  for (const folder of [roomless, programs.folder]) writeFileSync(join(folder, 'df'), df, { mode: 0o755 });
  await createSampleRoles(server);
  await createSmallSample(server);
  whole.restored = await fingerprint(server, SAMPLE);
  backup = await makeBackup(server, 'custom');
  await migrateSmallSample(server);
  whole.migrated = await fingerprint(server, SAMPLE);
  safety = await makeBackup(server, 'directory');
  await server.sql('CHECKPOINT');
});
afterAll(async () => {
  await server.stop();
  programs.remove();
});

const databases = async () =>
  (await server.sql(`SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1`)).split('\n');

const inPlace = (token: number, given: Given): InPlace =>
  createInPlace(clientOf(server, given), { run: 'rollback-shop-1', token, backup, safety });

/** The database is the migrated one again, as before the first round. */
async function reset(): Promise<void> {
  for (const name of await databases())
    if (![SAMPLE, 'postgres'].includes(name)) await dropSample(server, name);
  if ((await fingerprint(server, SAMPLE)) === whole.restored) await migrateSmallSample(server);
  expect(await fingerprint(server, SAMPLE)).toBe(whole.migrated);
  // After a crash a sequence goes on from the value that was logged ahead, unless a checkpoint has noted its own.
  await server.sql('CHECKPOINT');
}

/** What somebody who connects would see. */
async function reached(): Promise<string> {
  if (!(await databases()).includes(SAMPLE)) return 'nothing';
  const text = withoutOwn(await fingerprint(server, SAMPLE));
  if (text === withoutOwn(whole.migrated)) return 'migrated';
  return text === withoutOwn(whole.restored) ? 'restored' : text;
}

async function kill(victim: Victim, at: number): Promise<boolean> {
  programs.arm({ at, victim });
  await inPlace(1, { host: programs.host(), programs: programs.folder })
    .restore()
    .catch(() => undefined);
  if (programs.wasKilled() && victim === 'server') {
    await server.kill();
    await server.start();
  }
  return programs.wasKilled();
}

describe.each(['programs', 'server'] as const)('with %s killed at every place', (victim) => {
  test.each(['restore', 'putBack'] as const)(
    'one can only reach a whole database, and %s ends right',
    async (way) => {
      const seen = new Set<string>();
      for (let at = 1; ; at++) {
        const killed = await kill(victim, at);
        const left = await reached();
        expect(['nothing', 'migrated', 'restored']).toContain(left);
        seen.add(left);

        const second = inPlace(2, { programs: roomless, host: localHost });
        const { is } = await second[way]();
        await second.settle();
        const expected = way === 'restore' || left === 'restored' ? 'restored' : 'migrated';
        expect(is).toBe(expected === 'restored' ? 'restored' : 'put-back');
        expect(await fingerprint(server, SAMPLE)).toBe(whole[expected]);
        expect(await databases()).toEqual([SAMPLE, 'postgres'].sort());
        await reset();
        if (!killed) break;
      }
      expect([...seen].sort()).toEqual(['migrated', 'nothing', 'restored']);
      expect(programs.places().filter((place) => place === 'before a rename')).toHaveLength(2);
      expect(programs.places().length).toBeGreaterThan(20);
    },
  );
});
