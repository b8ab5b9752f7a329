/** What `backout doctor` reads of a server besides what a restore reads. Changes nothing. */
import type { Postgres } from '../client.ts';
import { mayMark } from '../restore/facts.ts';
import type { Facts } from '../restore/facts.ts';
import type { Rights } from './judge.ts';

const VERSIONS = String.raw`
for program in psql pg_dump pg_restore; do "$program" --version 2>/dev/null; done
true`;

/** What psql, pg_dump and pg_restore say they are; nothing of one that is missing. */
export async function readVersions(postgres: Postgres, signal: AbortSignal): Promise<string> {
  const { maintenanceDatabase: database } = postgres.settings.connection;
  return (await postgres.script(VERSIONS, [], { database, signal })).stdout;
}

const RIGHTS = `
SELECT pg_has_role(current_user, d.datdba, 'USAGE'), r.rolcreatedb,
  pg_has_role(current_user, 'pg_signal_backend', 'USAGE')
FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = :'live'`;

/** Null for a superuser, who may do everything. */
export async function readRights(
  postgres: Postgres,
  facts: Facts,
  signal: AbortSignal,
): Promise<Rights | null> {
  if (facts.isSuperuser) return null;
  const { name, connection } = postgres.settings;
  const [rows, isFit] = await Promise.all([
    postgres.query(RIGHTS, { database: connection.maintenanceDatabase, variables: { live: name }, signal }),
    mayMark(postgres, facts, signal),
  ]);
  const [isOwner, mayCreate, maySignal] = (rows[0] ?? []).map((value) => value === 't');
  return {
    isOwner: isOwner === true,
    mayCreate: mayCreate === true,
    maySignal: maySignal === true,
    mayMark: isFit,
  };
}
