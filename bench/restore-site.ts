/** A service with a database of some size, backups of it, and clients that read and write. */
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { freePort } from '../src/embedded/ports.ts';
import {
  count,
  createListings,
  DATABASE,
  databaseOfService,
  databaseSettings,
  keptDatabase,
} from '../scripts/demo/listings.ts';
import { startPrivatePostgres } from '../scripts/demo/postgres.ts';
import type { PrivatePostgres } from '../scripts/demo/postgres.ts';
import { backoutJson } from '../scripts/demo/programs.ts';
import { startSandbox } from '../scripts/demo/sandbox.ts';
import type { Sandbox } from '../scripts/demo/sandbox.ts';
import { ask } from '../scripts/demo/traffic.ts';
import { startClients } from './traffic.ts';
import type { Clients } from './traffic.ts';

export const READS_PER_SECOND = 50;
export const WRITES_PER_SECOND = 20;
const LISTINGS = 1000;

export type RestoreSite = {
  service: string;
  taskQueue: string;
  folder: string;
  sandbox: Sandbox;
  postgres: PrivatePostgres;
  healthUrl: string;
  /** As `pg_dump | gzip` makes it. */
  plainBackup: string;
  /** As `backout backup` makes it. */
  ownBackup: string;
  /** How large the database is, and how large the two backups are. */
  bytes: { database: number; plain: number; own: number };
  reads: Clients;
  writes: Clients;
  /** The bad release's work: what a restore has to bring back. */
  spoil(): Promise<void>;
  /** Throws when reads, writes or rows are not there again; removes what was put aside. */
  expectRestored(): Promise<void>;
  stop(): Promise<void>;
};

export async function startRestoreSite(
  { address }: { address: string },
  megabytes: number,
): Promise<RestoreSite> {
  const folder = await mkdtemp(join(tmpdir(), 'backout-bench-restore-'));
  const backups = join(folder, 'backups');
  await mkdir(backups);
  // With the settings that PostgreSQL has by itself: what is written is really written.
  const postgres = await startPrivatePostgres();
  await createListings(postgres, LISTINGS);
  await fill(postgres, megabytes);
  const service = 'bench-restore';
  const healthAddress = `127.0.0.1:${await freePort()}`;
  const sandbox = await startSandbox({
    ...{ folder, service, database: databaseOfService(postgres) },
    environment: {
      database: databaseSettings(postgres, backups),
      verify: { health: { paths: ['/health/db'], steadySeconds: 0 } },
    },
    file: { temporal: { address, taskQueue: service }, worker: { healthAddress, logLevel: 'warn' } },
  });
  const rows = await countMessages(postgres);
  const plainBackup = join(backups, 'listings.sql.gz');
  await dumpPlain(postgres, plainBackup);
  const made = (await backoutJson(sandbox.configFile, ['backup', service])) as Made;
  const url = `${sandbox.url}/listings/1`;
  const reads = await startClients(url, { perSecond: READS_PER_SECOND });
  const writes = await startClients(`${url}/orders`, { perSecond: WRITES_PER_SECOND, method: 'POST' });
  return {
    ...{ service, taskQueue: service, folder, sandbox, postgres, plainBackup, reads, writes },
    healthUrl: `http://${healthAddress}`,
    ownBackup: made.path,
    bytes: {
      database: Number(await postgres.sql(`SELECT pg_database_size('${DATABASE}')`)),
      plain: (await stat(plainBackup)).size,
      own: made.sizeBytes,
    },
    spoil: () =>
      postgres.sql('DELETE FROM messages WHERE id % 2 = 0', { database: DATABASE }).then(() => undefined),
    expectRestored: async () => {
      await untilAnswered(url);
      const found = await countMessages(postgres);
      if (found !== rows) throw new Error(`there were ${rows} rows, and ${found} after the restore`);
      if ((await count(postgres, 'listings')) !== LISTINGS)
        throw new Error('the listings are not as they were');
      const kept = await keptDatabase(postgres);
      if (kept !== null) await postgres.sql(`DROP DATABASE ${kept} WITH (FORCE)`);
    },
    stop: async () => {
      await Promise.all([reads.stop(), writes.stop()]);
      await sandbox.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Made = { path: string; sizeBytes: number };

/** Text and numbers as in many an application: one large table with three indexes. */
async function fill(postgres: PrivatePostgres, megabytes: number): Promise<void> {
  const rows = Math.round((megabytes * 1_000_000) / BYTES_PER_ROW);
  await postgres.sql(
    `
    CREATE TABLE messages (
      id bigserial PRIMARY KEY, listing int NOT NULL, sender text NOT NULL, body text NOT NULL,
      created_at timestamptz NOT NULL);
    INSERT INTO messages (listing, sender, body, created_at)
      SELECT n % ${LISTINGS}, 'person-' || n % 50000,
        (SELECT string_agg(md5((n * 7 + part)::text), ' is about ') FROM generate_series(1, 4) part),
        now() - n * interval '1 second'
      FROM generate_series(1, ${rows}) n;
    CREATE INDEX messages_listing ON messages (listing);
    CREATE INDEX messages_created_at ON messages (created_at);
    ANALYZE messages`,
    { database: DATABASE },
  );
}

/** With its part of the indexes, as measured. */
const BYTES_PER_ROW = 290;

async function countMessages(postgres: PrivatePostgres): Promise<number> {
  return Number(await postgres.sql('SELECT count(*) FROM messages', { database: DATABASE }));
}

async function dumpPlain({ bin, socketFolder, port }: PrivatePostgres, file: string): Promise<void> {
  const env = { PGHOST: socketFolder, PGPORT: String(port), PGUSER: 'postgres' };
  await execa(join(bin, 'pg_dump'), ['-Z', '6', '-f', file, DATABASE], { env });
}

async function untilAnswered(url: string): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  for (;;) {
    const [read, write] = [await ask(url), await ask(`${url}/orders`, 'POST')];
    if (read.status === 200 && write.status === 201) return;
    if (Date.now() > giveUpAt) {
      throw new Error(
        `after the restore, reads are answered with ${read.status} and writes with ${write.status}`,
      );
    }
    await pause(10);
  }
}
