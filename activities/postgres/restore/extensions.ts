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

/** Gives extensions of \`to\` the owners that they have in \`from\`. @returns those that it may not change */
export async function carryExtensionOwners(
  postgres: Postgres,
  { from, to, facts }: { from: string; to: string; facts: Facts },
): Promise<string[]> {
  const owners = async (database: string) =>
    new Map((await postgres.query(OWNERS, { database })) as [string, string][]);
  const [wanted, given] = [await owners(from), await owners(to)];
  const others = [...given].filter(([name, owner]) => (wanted.get(name) ?? owner) !== owner);
  if (!facts.isSuperuser) return others.map(([name]) => name);
  for (const [extension] of others) {
    const variables = { extension, owner: wanted.get(extension) ?? '' };
    await postgres.execute(CHANGE_OWNER, { database: to, variables });
  }
  return [];
}
