/** The database of the small service: listings and orders, and the migration that spoils them. */
import { join } from 'node:path';
import { connection } from './postgres.ts';
import type { PrivatePostgres } from './postgres.ts';
import type { ServiceDatabase } from './service.ts';

export const DATABASE = 'listings';

/** As release 1.4.0 has it: so many listings, and as many orders. */
export async function createListings(postgres: PrivatePostgres, listings: number): Promise<void> {
  await postgres.sql(`CREATE DATABASE ${DATABASE}`);
  await postgres.sql(
    `
    CREATE TABLE listings (
      id serial PRIMARY KEY, title text NOT NULL, price numeric(10, 2) NOT NULL, expires_on date NOT NULL);
    CREATE TABLE orders (
      id serial PRIMARY KEY, listing int NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
    INSERT INTO listings (title, price, expires_on)
      SELECT 'Bicycle no. ' || n, 20 + n % 900, current_date + n % 100 - 40 FROM generate_series(1, ${listings}) n;
    INSERT INTO orders (listing, created_at)
      SELECT n, now() - n * interval '1 minute' FROM generate_series(1, ${listings}) n;
    CREATE INDEX orders_created_at ON orders (created_at);
    ANALYZE`,
    { database: DATABASE },
  );
}

/** Release 1.5.0 removes what has expired, and its author has mixed up < and >. The old code runs on without the column. */
export const BAD_MIGRATION = `
  DELETE FROM listings WHERE expires_on > current_date;
  ALTER TABLE listings DROP COLUMN expires_on`;

export async function migrateBadly(postgres: PrivatePostgres): Promise<void> {
  await postgres.sql(`BEGIN; ${BAD_MIGRATION}; COMMIT`, { database: DATABASE });
}

export async function count(
  postgres: PrivatePostgres,
  table: 'listings' | 'orders',
  database = DATABASE,
): Promise<number> {
  return Number(await postgres.sql(`SELECT count(*) FROM ${table}`, { database }));
}

/** What a restore has put aside; null where there was none. */
export async function keptDatabase(postgres: PrivatePostgres): Promise<string | null> {
  const sql = `SELECT datname FROM pg_database WHERE datname LIKE '${DATABASE}\\_old\\_%' ORDER BY 1 DESC LIMIT 1`;
  return (await postgres.sql(sql)) || null;
}

/** For the service's own sessions. */
export function databaseOfService({ bin, socketFolder, port }: PrivatePostgres): ServiceDatabase {
  const parts = { host: socketFolder, port: String(port), user: 'postgres', dbname: DATABASE };
  return { psql: join(bin, 'psql'), connection: connection(parts) };
}

/** Under `database` in backout.yaml. */
export function databaseSettings(
  { bin, socketFolder, port }: PrivatePostgres,
  folder: string,
): Record<string, unknown> {
  return {
    name: DATABASE,
    programs: bin,
    connection: { socket: socketFolder, port },
    backups: { folder, pattern: '*.{sql.gz,dump}' },
    newerRows: [{ table: 'orders', column: 'created_at' }],
  };
}
