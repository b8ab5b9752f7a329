/** Restoring in place: the old database goes first, and what comes back under its name is whole. */
import { mkdtempSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createInPlace } from '../../activities/postgres/restore/in-place.ts';
import type { InPlace } from '../../activities/postgres/restore/in-place.ts';
import type { RestoreBackup } from '../../activities/postgres/restore/job.ts';
import type { BackoutFailure } from '../../src/domain/failure.ts';
import { fingerprint } from '../support/postgres-fingerprint.ts';
import { clientOf, makeBackup, restoreOf, withoutOwn } from '../support/postgres-restore.ts';
import type { Given } from '../support/postgres-restore.ts';
import {
  BACKUP_FORMATS,
  createSample,
  createSampleRoles,
  dropSample,
  migrateBadly,
  SAMPLE,
} from '../support/postgres-sample.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
const whole = { restored: '', migrated: '' };
beforeAll(async () => {
  server = await startPostgres();
  await createSampleRoles(server);
});
afterAll(async () => await server.stop());
beforeEach(async () => {
  await createSample(server);
  whole.restored = await fingerprint(server, SAMPLE);
});
afterEach(async () => {
  for (const name of await databases()) if (name !== 'postgres') await dropSample(server, name);
});

const databases = async () =>
  (await server.sql(`SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1`)).split('\n');

type Copies = { backup: RestoreBackup; safety: RestoreBackup };

async function release(format: RestoreBackup['format']): Promise<Copies> {
  const backup = await makeBackup(server, format);
  await migrateBadly(server);
  whole.migrated = await fingerprint(server, SAMPLE);
  return { backup, safety: await makeBackup(server, 'custom') };
}

const inPlace = (copies: Copies, { token = 1, ...given }: Given & { token?: number } = {}): InPlace =>
  createInPlace(clientOf(server, given), { run: 'rollback-shop-1', token, ...copies });

const failure = async (work: Promise<unknown>): Promise<BackoutFailure> =>
  await work.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: unknown) => error as BackoutFailure,
  );

/** PostgreSQL's programs, on a machine whose disk is full. */
function programsWithoutRoom(): string {
  const folder = mkdtempSync(join(server.folder, 'programs-'));
  for (const name of ['psql', 'pg_restore']) symlinkSync(join(server.bin, name), join(folder, name));
  const df = '#!/bin/sh\necho Filesystem\necho "/dev/x 100 99 1 99% /"\n';
  writeFileSync(join(folder, 'df'), df, { mode: 0o755 });
  return folder;
}

describe.each(['with room for both', 'without room'])('restoring in place, %s', (room) => {
  const given = () => (room === 'without room' ? { programs: programsWithoutRoom() } : {});
  const others = () =>
    databases().then((names) => names.filter((name) => ![SAMPLE, 'postgres'].includes(name)));

  test.each(BACKUP_FORMATS)(
    'brings the whole database back from a backup of the format %s',
    async (format) => {
      const restore = inPlace(await release(format), given());
      const result = await restore.restore();
      expect(result).toMatchObject({ already: false, is: 'restored', because: null, warnings: [] });
      expect(await restore.restore()).toMatchObject({ already: true, is: 'restored' });
      await restore.settle();
      await restore.settle();
      expect(await fingerprint(server, SAMPLE)).toBe(whole.restored);
      const old = await others();
      expect(old).toHaveLength(room === 'without room' ? 0 : 1);
      for (const name of old)
        expect(withoutOwn(await fingerprint(server, name))).toBe(withoutOwn(whole.migrated));
    },
  );

  test('puts the database before back when the restored one does not pass its checks', async () => {
    const copies = await release('custom');
    const checks = [
      { name: 'customers', sql: 'SELECT count(*) FROM public.customers', expect: '1' },
      { name: 'points', sql: 'SELECT points FROM public.loyalty', expect: '1' },
    ];
    const restore = inPlace(copies, { restore: { checks }, ...given() });
    const result = await restore.restore();
    expect(result).toMatchObject({ already: false, is: 'put-back' });
    expect(result.because).toContain('"customers" must be "1" and is "500".');
    expect(result.because).toContain(`"points" can't be asked. A statement failed`);
    await restore.settle();
    expect(await others()).toEqual([]);
    if (room === 'without room') {
      // The faulty migration took a right from this view's owner: the safety copy can't fill it any more.
      expect(result.warnings).toEqual([
        'Not everything works as before: REFRESH MATERIALIZED VIEW public.totals: permission denied for table orders.',
      ]);
      await server.sql('GRANT SELECT ON public.orders TO app; REFRESH MATERIALIZED VIEW public.totals;', {
        database: SAMPLE,
      });
      await server.sql('REVOKE SELECT ON public.orders FROM app', { database: SAMPLE });
    }
    expect(rowsOf(await fingerprint(server, SAMPLE))).toEqual(rowsOf(whole.migrated));
  });
});

/** All that is data: what the view above shows was made from it in either case. */
const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter(
      (line) =>
        /^(table|sequence|large object|extension|database)/.test(line) && !line.includes('public.totals'),
    );

describe('restoring in place', () => {
  test('does not begin when the safety copy can not be read to its end', async () => {
    const { backup, safety } = await release('custom');
    truncateSync(safety.path, statSync(safety.path).size - 2000);
    const restore = inPlace({ backup, safety });
    const refusal = await failure(restore.restore());
    expect(refusal).toMatchObject({ type: 'RestoreRefused' });
    expect(refusal.message).toContain(`The safety copy ${safety.path} can't be read:`);
    await restore.putBack();
    expect(await fingerprint(server, SAMPLE)).toBe(whole.migrated);
    expect(await databases()).toEqual([SAMPLE, 'postgres'].sort());
  });

  test('keeps other runs away, and earlier attempts', async () => {
    const copies = await release('custom');
    await inPlace(copies, { token: 5 }).restore();
    expect(await failure(inPlace(copies, { token: 4 }).restore())).toMatchObject({ type: 'Fenced' });
    const other = await failure(restoreOf(server, { backup: copies.safety, run: 'other' }).swap());
    expect(other).toMatchObject({ type: 'RestoreRefused' });
  });

  test('restores again under the same workflow ID: from another backup, or where the plan says so', async () => {
    const first = await release('custom');
    await inPlace(first).restore();
    // Terminated before it was settled; then the same ID is used again.
    await server.sql('CREATE TABLE written ()', { database: SAMPLE });
    const oid = Number(
      await server.sql(`SELECT oid FROM pg_database WHERE datname = '${SAMPLE.replaceAll("'", "''")}'`),
    );
    const job = { run: 'rollback-shop-1', token: 2, safety: first.safety };
    const client = clientOf(server);
    expect(await createInPlace(client, { ...job, backup: first.backup }).stage()).toBe('done');
    const again = createInPlace(client, { ...job, backup: first.backup, planned: oid });
    expect(await again.restore()).toMatchObject({ already: false, is: 'restored' });
    expect(await again.stage()).toBe('done');
    expect(await fingerprint(server, SAMPLE)).toBe(whole.restored);

    const backup = await makeBackup(server, 'plain');
    const other = createInPlace(client, { ...job, token: 3, backup });
    expect(await other.restore()).toMatchObject({ already: false, is: 'restored' });
    expect(await other.restore()).toMatchObject({ already: true, is: 'restored' });
    await other.settle();
  }, 120_000);
});
