/**
 * Who owns the extensions. A restore makes whoever restores their owner, and PostgreSQL has no statement to change that;
 * a superuser does it as PostgreSQL itself does for REASSIGN OWNED: the owner, and the dependency on the owner's role.
 */
import type { Postgres } from '../client.ts';
import type { Facts } from './facts.ts';

const OWNERS = `SELECT extname, pg_get_userbyid(extowner) FROM pg_extension ORDER BY 1`;

/** Variables: :'extension', :'owner'. A role that the system itself needs has no dependency. */
const CHANGE_OWNER = String.raw`
BEGIN;
DELETE FROM pg_shdepend USING pg_extension e
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid = 'pg_extension'::regclass AND objid = e.oid AND deptype = 'o' AND e.extname = :'extension';
INSERT INTO pg_shdepend (dbid, classid, objid, objsubid, refclassid, refobjid, deptype)
  SELECT (SELECT oid FROM pg_database WHERE datname = current_database()),
    'pg_extension'::regclass, e.oid, 0, 'pg_authid'::regclass, r.oid, 'o'
  FROM pg_extension e, pg_roles r
  WHERE e.extname = :'extension' AND r.rolname = :'owner' AND r.oid >= 16384;
UPDATE pg_extension SET extowner = r.oid FROM pg_roles r WHERE extname = :'extension' AND r.rolname = :'owner';
COMMIT;
`;

export type Owners = Record<string, string>;

/** Each extension's owner. */
export async function extensionOwners(postgres: Postgres, database: string): Promise<Owners> {
  return Object.fromEntries((await postgres.query(OWNERS, { database })) as [string, string][]);
}

/** Gives the extensions of a database these owners. @returns those that may not be changed */
export async function setExtensionOwners(
  postgres: Postgres,
  { wanted, database, facts }: { wanted: Owners; database: string; facts: Facts },
): Promise<string[]> {
  const given = Object.entries(await extensionOwners(postgres, database));
  const others = given.filter(([name, owner]) => (wanted[name] ?? owner) !== owner);
  if (!facts.isSuperuser) return others.map(([name]) => name);
  for (const [extension] of others) {
    const variables = { extension, owner: wanted[extension] ?? '' };
    await postgres.execute(CHANGE_OWNER, { database, variables });
  }
  return [];
}
