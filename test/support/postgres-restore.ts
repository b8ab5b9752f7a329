/** Our restore against a private PostgreSQL, and a backup to restore. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createLocalHost } from '../../activities/commands/local.ts';
import type { Host } from '../../activities/commands/host.ts';
import { createPostgres } from '../../activities/postgres/client.ts';
import type { Postgres } from '../../activities/postgres/client.ts';
import type { RestoreBackup, RestoreJob } from '../../activities/postgres/restore/job.ts';
import { createRestore } from '../../activities/postgres/restore/restore.ts';
import type { Restore } from '../../activities/postgres/restore/restore.ts';
import { databaseSchema } from '../../src/domain/database.ts';
import type { DatabaseSettingsInput } from '../../src/domain/database.ts';
import type { TestPostgres } from './postgres.ts';
import { backUp, SAMPLE } from './postgres-sample.ts';
import type { BackupFormat } from './postgres-sample.ts';

export const localHost = createLocalHost('db-1', { sudo: false });

export type Given = {
  name?: string;
  host?: Host;
  programs?: string;
  restore?: DatabaseSettingsInput['restore'];
  connection?: DatabaseSettingsInput['connection'];
  /** Of the backups. */
  folder?: string;
};

/** Our client for a database of the server: as a superuser through its socket. */
export function clientOf(server: TestPostgres, given: Given = {}): Postgres {
  const { name = SAMPLE, host = localHost, programs = server.bin, restore = {}, connection = {} } = given;
  const settings = databaseSchema.parse({
    name,
    programs,
    connection: { socket: server.socketFolder, port: server.port, ...connection },
    backups: { folder: given.folder ?? server.folder },
    restore: { jobs: 2, ...restore },
  });
  return createPostgres({ host, settings, env: {} });
}

export function restoreOf(
  server: TestPostgres,
  {
    backup,
    run = 'rollback-shop-1',
    token = 1,
    ...given
  }: Given & { backup: RestoreBackup } & Partial<RestoreJob>,
): Restore {
  return createRestore(clientOf(server, given), { run, token, backup });
}

/** A backup of the database as it is now, in a folder of its own. */
export async function makeBackup(
  server: TestPostgres,
  format: BackupFormat,
  database = SAMPLE,
): Promise<RestoreBackup> {
  const path = join(mkdtempSync(join(server.folder, 'backup-')), `o'clock ünï.${format}`);
  await backUp(server, { database, path, format });
  return { path, format, sha256: digest(path) };
}

function digest(path: string): string {
  const files = statSync(path).isDirectory() ? readdirSync(path).sort() : [''];
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(path, file)));
  return hash.digest('hex');
}

/** A fingerprint without what a restore itself gives the live database while it goes on, and the replaced one for good. */
export function withoutOwn(text: string): string {
  const own = /^database setting of all: (backout\.restore|default_transaction_read_only)=/;
  return text
    .split('\n')
    .filter((line) => !own.test(line))
    .join('\n');
}
