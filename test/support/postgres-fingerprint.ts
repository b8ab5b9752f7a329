/** A whole database as one text: two databases with the same text are the same to whoever uses them. */
import type { SqlServer } from './postgres.ts';

/**
 * Schema, rows, values of sequences, large objects, owners, grants, extensions with their owners, and what belongs to
 * the database itself: settings, connection limit, comment, locale. The name of the database is not in it.
 */
export async function fingerprint(postgres: SqlServer, database: string): Promise<string> {
  const [dump, rows, own] = await Promise.all([
    postgres.program('pg_dump', ['--schema-only', '-d', connectionTo(database)]),
    postgres.sql(CONTENT, { database }),
    postgres.sql(ITSELF, { database }),
  ]);
  return [stable(dump), rows, own].join('\n');
}

const connectionTo = (database: string) => `dbname='${database.replace(/[\\']/g, '\\$&')}'`;

/** Without what differs from dump to dump. */
function stable(dump: string): string {
  return dump
    .split('\n')
    .filter((line) => !/^\\(un)?restrict |^-- Dumped |^$|^--$/.test(line))
    .join('\n');
}

/** One line for each table, sequence, large object and extension. */
const CONTENT = String.raw`
SELECT format('table %I.%I: %s', nspname, relname, (xpath('/row/x/text()', query_to_xml(format(
  'SELECT count(*) || '' rows '' || coalesce(md5(string_agg(t::text, E''\n'' ORDER BY t::text COLLATE "C")), '''') AS x FROM ONLY %I.%I t',
  nspname, relname), false, true, '')))[1])
FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'm') AND relispopulated AND nspname !~ '^pg_' AND nspname <> 'information_schema'
ORDER BY 1;
SELECT format('sequence %I.%I: %s', nspname, relname, (xpath('/row/x/text()', query_to_xml(format(
  'SELECT last_value || '' '' || is_called AS x FROM %I.%I', nspname, relname), false, true, '')))[1])
FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'S'
ORDER BY 1;
SELECT format('large object %s: %s owner %s grants %s comment %s', oid, md5(lo_get(oid)),
  pg_get_userbyid(lomowner), lomacl, obj_description(oid, 'pg_largeobject'))
FROM pg_largeobject_metadata ORDER BY oid;
SELECT format('extension %s %s owner %s in %I', extname, extversion, pg_get_userbyid(extowner), extnamespace::regnamespace)
FROM pg_extension ORDER BY 1;
`;

/** What belongs to the database, and is in no dump of its content. */
const ITSELF = String.raw`
SELECT format('database: %s', (to_jsonb(d)
  - '{oid,datname,datacl,datfrozenxid,datminmxid,datlastsysoid,datdba,dattablespace}'::text[])::text)
FROM pg_database d WHERE datname = current_database();
SELECT format('database owner: %s, tablespace %s', pg_get_userbyid(datdba), spcname)
FROM pg_database JOIN pg_tablespace s ON s.oid = dattablespace WHERE datname = current_database();
SELECT format('database comment: %s', shobj_description(oid, 'pg_database'))
FROM pg_database WHERE datname = current_database();
SELECT format('database setting of %s: %s', coalesce(nullif(setrole, 0)::regrole::text, 'all'), unnest(setconfig))
FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase WHERE datname = current_database() ORDER BY 1;
SELECT format('database grant: %s', unnest(datacl)) FROM pg_database WHERE datname = current_database() ORDER BY 1;
`;
