/** What the server says of its databases, and of what could be in a restore's way: one statement, one moment. */
import type { Postgres } from '../client.ts';
import { isHeld, MARKER, readMarker } from './marker.ts';
import type { Marker } from './marker.ts';

/** A setting of one role in this database, or of all roles. */
export type Setting = { role: string | null; name: string; value: string };
export type Grant = {
  grantor: string;
  /** Null is everybody. */
  grantee: string | null;
  privilege: string;
  grantable: boolean;
};

/** A database with everything that belongs to it and is not inside it. */
export type Database = {
  oid: number;
  name: string;
  owner: string;
  encoding: string;
  /** `c`: the system's locales; `i`: ICU's; `b`: PostgreSQL's own. */
  provider: string;
  collate: string;
  ctype: string;
  /** For `i` and `b`. */
  locale: string | null;
  icuRules: string | null;
  tablespace: string;
  isTemplate: boolean;
  allowsConnections: boolean;
  connectionLimit: number;
  comment: string | null;
  /** Without our marker. */
  settings: Setting[];
  /** Null: as PostgreSQL grants by itself. */
  grants: Grant[] | null;
  labels: { provider: string; label: string }[];
  /** The marker as it stands there. */
  markerText: string | null;
  marker: Marker | null;
};

export type Facts = {
  /** In UTC, as 2026-11-21T09:38:00.123456 */
  now: string;
  version: number;
  isSuperuser: boolean;
  databases: Database[];
  /** Of the live database. */
  live: {
    bytes: number | null;
    slots: string[];
    prepared: string[];
    subscriptions: string[];
    sessions: Session[];
    dataDirectory: string | null;
  };
  roles: string[];
  extensions: string[];
};

export type Session = { user: string | null; application: string; count: number };

const FACTS = String.raw`
SELECT jsonb_build_object(
  'now', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
  'version', current_setting('server_version_num')::int,
  'isSuperuser', (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
  'databases', (SELECT jsonb_agg(jsonb_build_object(
    'oid', d.oid::bigint,
    'name', d.datname,
    'owner', pg_get_userbyid(d.datdba),
    'encoding', pg_encoding_to_char(d.encoding),
    'provider', coalesce(to_jsonb(d) ->> 'datlocprovider', 'c'),
    'collate', d.datcollate,
    'ctype', d.datctype,
    'locale', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'),
    'icuRules', to_jsonb(d) ->> 'daticurules',
    'tablespace', t.spcname,
    'isTemplate', d.datistemplate,
    'allowsConnections', d.datallowconn,
    'connectionLimit', d.datconnlimit,
    'comment', shobj_description(d.oid, 'pg_database'),
    'settings', (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'role', CASE WHEN s.setrole = 0 THEN NULL ELSE pg_get_userbyid(s.setrole) END,
        'name', split_part(one, '=', 1),
        'value', substr(one, strpos(one, '=') + 1)) ORDER BY s.setrole, place), '[]')
      FROM pg_db_role_setting s, unnest(s.setconfig) WITH ORDINALITY AS each (one, place)
      WHERE s.setdatabase = d.oid),
    'grants', CASE WHEN d.datacl IS NOT NULL THEN (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'grantor', pg_get_userbyid(a.grantor),
        'grantee', CASE WHEN a.grantee = 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END,
        'privilege', a.privilege_type,
        'grantable', a.is_grantable) ORDER BY place), '[]')
      FROM aclexplode(d.datacl) WITH ORDINALITY AS a (grantor, grantee, privilege_type, is_grantable, place)) END,
    'labels', (SELECT coalesce(jsonb_agg(jsonb_build_object('provider', l.provider, 'label', l.label)
        ORDER BY l.provider), '[]')
      FROM pg_shseclabel l WHERE l.classoid = 'pg_database'::regclass AND l.objoid = d.oid)
    ) ORDER BY d.datname)
    FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace),
  'live', jsonb_build_object(
    'bytes', (SELECT pg_database_size(oid) FROM pg_database WHERE datname = :'live'
      AND (has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'MEMBER'))),
    'slots', (SELECT coalesce(jsonb_agg(slot_name ORDER BY slot_name), '[]')
      FROM pg_replication_slots WHERE database = :'live'),
    'prepared', (SELECT coalesce(jsonb_agg(gid ORDER BY gid), '[]')
      FROM pg_prepared_xacts WHERE database = :'live'),
    'subscriptions', (SELECT coalesce(jsonb_agg(s.subname ORDER BY s.subname), '[]')
      FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = :'live'),
    'sessions', (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'user', usename, 'application', application_name, 'count', number)
        ORDER BY number DESC, usename, application_name), '[]')
      FROM (SELECT usename, application_name, count(*) AS number FROM pg_stat_activity
        WHERE datname = :'live' AND coalesce(backend_type, '') NOT LIKE 'autovacuum%'
        GROUP BY 1, 2) AS grouped),
    'dataDirectory', (SELECT setting FROM pg_settings WHERE name = 'data_directory')),
  'roles', (SELECT jsonb_agg(rolname ORDER BY rolname) FROM pg_roles),
  'extensions', (SELECT coalesce(jsonb_agg(name ORDER BY name), '[]') FROM pg_available_extensions)
)`;

type Raw = Omit<Facts, 'databases'> & { databases: Omit<Database, 'marker' | 'markerText'>[] };

/** Reads them. Changes nothing. */
export async function readFacts(postgres: Postgres, signal?: AbortSignal): Promise<Facts> {
  const { name, connection } = postgres.settings;
  const rows = await postgres.query(FACTS, {
    database: connection.maintenanceDatabase,
    variables: { live: name },
    ...(signal === undefined ? {} : { signal }),
  });
  return understand(JSON.parse(rows[0]?.[0] ?? '{}') as Raw);
}

/** Whether our role may set a marker. A setting that the server does not know is a superuser's matter. */
export async function mayMark(postgres: Postgres, facts: Facts, signal?: AbortSignal): Promise<boolean> {
  if (facts.isSuperuser) return true;
  if (facts.version < 150000) return false;
  const rows = await postgres.query(`SELECT has_parameter_privilege(:'marker', 'SET')`, {
    database: postgres.settings.connection.maintenanceDatabase,
    variables: { marker: MARKER },
    ...(signal === undefined ? {} : { signal }),
  });
  return rows[0]?.[0] === 't';
}

/** Takes the marker out of the settings. Pure. */
export function understand(raw: Raw): Facts {
  const databases = raw.databases.map((database): Database => {
    const isMarker = ({ role, name }: Setting) => role === null && name === MARKER;
    const markerText = database.settings.find(isMarker)?.value ?? null;
    const settings = database.settings.filter((setting) => !isMarker(setting));
    return { ...database, settings, markerText, marker: readMarker(markerText) };
  });
  return { ...raw, databases };
}

export function find(facts: Facts, name: string): Database | null {
  return facts.databases.find((database) => database.name === name) ?? null;
}

/** The setting that keeps sessions from writing, as it stands for all roles. */
export function readOnlySetting(database: Database): string | null {
  return database.settings.find(({ role, name }) => role === null && isHeld(name))?.value ?? null;
}
