/** Restoring beside the live database and swapping: the whole database is as it was before the faulty release. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fingerprint } from '../support/postgres-fingerprint.ts';
import { makeBackup, restoreOf, withoutOwn } from '../support/postgres-restore.ts';
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
beforeAll(async () => {
  server = await startPostgres();
  await createSampleRoles(server);
});
afterAll(async () => await server.stop());
beforeEach(async () => await createSample(server));
afterEach(async () => {
  for (const name of await databases()) if (name !== 'postgres') await dropSample(server, name);
});

const databases = async () =>
  (await server.sql(`SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1`)).split('\n');

describe('restoring beside and swapping', () => {
  test.each(BACKUP_FORMATS)(
    'brings the whole database back from a backup of the format %s',
    async (format) => {
      const before = await fingerprint(server, SAMPLE);
      const backup = await makeBackup(server, format);
      await migrateBadly(server);
      const migrated = await fingerprint(server, SAMPLE);
      expect(migrated).not.toBe(before);
      const restore = restoreOf(server, { backup });

      const prepared = await restore.prepare();
      expect(prepared).toMatchObject({ already: false, warnings: [] });
      expect(await databases()).toContain(prepared.database);

      const swapped = await restore.swap();
      expect(await fingerprint(server, SAMPLE)).toBe(before);
      expect(swapped.already).toBe(false);
      expect((await databases()).sort()).toEqual([SAMPLE, swapped.kept.database, 'postgres'].sort());
      expect(withoutOwn(await fingerprint(server, swapped.kept.database))).toBe(withoutOwn(migrated));
    },
  );
});
