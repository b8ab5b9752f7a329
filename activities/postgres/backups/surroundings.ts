/** What a backup would meet on the live server. Changes nothing. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { Postgres } from '../client.ts';
import { freeBytes } from '../restore/room.ts';
import type { Surroundings } from './judge.ts';

const SERVER = `
SELECT current_setting('server_version_num'),
  (SELECT pg_catalog.pg_database_size(oid) FROM pg_catalog.pg_database WHERE datname = :'name'),
  CASE WHEN pg_catalog.pg_has_role(current_user, 'pg_read_all_settings', 'MEMBER') THEN current_setting('data_directory') END`;

const ROLES = 'SELECT rolname FROM pg_catalog.pg_roles';

/** As in the comments of pg_dump. */
const TABLES = `
SELECT replace(c.relname || '.' || n.nspname, E'\\n', ' ')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')`;

const RESTRICT =
  'printf "%s\\n" "\\\\restrict backout" "\\\\unrestrict backout" | psql -X -q -w -v ON_ERROR_STOP=1 -f -';

/** @throws BackoutFailure when the server is out of reach */
export async function lookAround(postgres: Postgres): Promise<Surroundings> {
  const { name, connection, restore } = postgres.settings;
  const database = connection.maintenanceDatabase;
  const [server, roles, tables, restrict] = await Promise.all([
    postgres.query(SERVER, { database, variables: { name } }),
    postgres.query(ROLES, { database }),
    liveTables(postgres),
    postgres.script(RESTRICT, [], { database }),
  ]);
  const [version, bytes, folder] = server[0] ?? [];
  // In place, the old database is dropped for the room that the restored one needs.
  const needsRoom = restore.strategy === 'swap';
  return {
    database: name,
    serverMajor: Math.floor(Number(version) / 10_000),
    roles: new Set(roles.map(([role]) => role ?? '')),
    tables: new Set(tables),
    knowsRestrict: restrict.exitCode === 0,
    databaseBytes: Number(bytes ?? 0),
    freeBytes: needsRoom ? await freeBytes(postgres, folder ?? null) : null,
  };
}

/** None when the database itself is gone: then it is what shall be restored. */
async function liveTables(postgres: Postgres): Promise<string[]> {
  try {
    return (await postgres.query(TABLES)).map(([table]) => table ?? '');
  } catch (error) {
    if (error instanceof BackoutFailure && error.type === 'DatabaseMissing') return [];
    throw error;
  }
}
