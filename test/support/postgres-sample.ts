/**
 * A database with everything in it that a restore can lose: large objects, extensions of several owners, publications,
 * identity and generated columns, partitions, policies, event triggers, grants, default privileges, settings, odd names.
 */
import { connection } from './postgres.ts';
import type { SqlServer } from './postgres.ts';

/** Its name is as odd as its content. */
export const SAMPLE = `Shop "ünï" o'clock \\ 1=2`;

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The roles, once for each server. */
export async function createSampleRoles(postgres: SqlServer): Promise<void> {
  await postgres.sql(`
    CREATE ROLE app LOGIN;
    CREATE ROLE reader LOGIN;
    CREATE ROLE "Odd ""röle"" o'clock" LOGIN;
  `);
}

/** The database as it is before the faulty release. It must not exist, the roles must. */
export async function createSample(postgres: SqlServer, database = SAMPLE): Promise<void> {
  const name = quoted(database);
  await postgres.sql(
    `CREATE DATABASE ${name} TEMPLATE template0 OWNER app LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`,
  );
  await postgres.sql(`
    COMMENT ON DATABASE ${name} IS 'The shop''s "own"\nsecond line \\';
    ALTER DATABASE ${name} CONNECTION LIMIT 40;
    ALTER DATABASE ${name} SET search_path TO "$user", public, "Odd ""schema"" o'clock";
    ALTER DATABASE ${name} SET myapp.tenant TO 'o''clock \\ "x" = 1';
    ALTER DATABASE ${name} SET statement_timeout TO '70s';
    ALTER DATABASE ${name} SET "TimeZone" TO 'Europe/Berlin';
    ALTER ROLE reader IN DATABASE ${name} SET work_mem TO '8MB';
    ALTER ROLE "Odd ""röle"" o'clock" IN DATABASE ${name} SET search_path TO '';
    REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
    GRANT CONNECT ON DATABASE ${name} TO reader WITH GRANT OPTION;
    GRANT CONNECT, TEMPORARY ON DATABASE ${name} TO "Odd ""röle"" o'clock";
    SET ROLE reader; GRANT CONNECT ON DATABASE ${name} TO pg_monitor; RESET ROLE;
  `);
  await postgres.sql(BY_SUPERUSER, { database });
  await postgres.sql(BY_OWNER, { database, user: 'app' });
}

/** The faulty release's migration. Everything that it makes is gone after the restore. */
export async function migrateBadly(postgres: SqlServer, database = SAMPLE): Promise<void> {
  await postgres.sql(BAD_MIGRATION, { database });
}

/** A small one, for tests that restore it many times. */
export async function createSmallSample(postgres: SqlServer): Promise<void> {
  const name = quoted(SAMPLE);
  await postgres.sql(`CREATE DATABASE ${name} TEMPLATE template0 OWNER app`);
  await postgres.sql(`
    COMMENT ON DATABASE ${name} IS 'o''clock';
    ALTER DATABASE ${name} CONNECTION LIMIT 30;
    ALTER DATABASE ${name} SET default_transaction_read_only TO off;
    ALTER DATABASE ${name} SET search_path TO public, "x y";
    REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
    GRANT CONNECT ON DATABASE ${name} TO reader;
  `);
  await postgres.sql('GRANT CREATE ON SCHEMA public TO app', { database: SAMPLE });
  const user = 'app';
  await postgres.sql(SMALL, { database: SAMPLE, user });
}

export async function migrateSmallSample(postgres: SqlServer, database = SAMPLE): Promise<void> {
  await postgres.sql(SMALL_MIGRATION, { database });
}

const SMALL = `
  SET default_transaction_read_only = off;
  CREATE EXTENSION hstore;
  CREATE TABLE customers (id serial PRIMARY KEY, name text, tags hstore);
  INSERT INTO customers (name, tags) SELECT 'Person ' || n, hstore('n', n::text) FROM generate_series(1, 200) n;
  CREATE INDEX customers_name ON customers (name);
  SELECT lo_from_bytea(4711, 'scan');
  GRANT SELECT ON customers TO reader;
`;

const SMALL_MIGRATION = `
  SET default_transaction_read_only = off;
  ALTER TABLE customers ADD COLUMN points int DEFAULT 0;
  DELETE FROM customers WHERE id % 3 = 0;
  CREATE TABLE loyalty (id int PRIMARY KEY);
  SELECT lo_from_bytea(5000, 'new');
`;

/** Drops it with everything that was left of it. */
export async function dropSample(postgres: SqlServer, database = SAMPLE): Promise<void> {
  await postgres.sql(`DROP DATABASE IF EXISTS ${quoted(database)} WITH (FORCE)`);
}

export const BACKUP_FORMATS = ['plain', 'plain-gz', 'custom', 'directory'] as const;
export type BackupFormat = (typeof BACKUP_FORMATS)[number];

/** Backs the database up to `path`, as people do it: with pg_dump alone. */
export async function backUp(
  postgres: SqlServer,
  { database = SAMPLE, path, format }: { database?: string; path: string; format: BackupFormat },
): Promise<void> {
  const how = {
    plain: [],
    'plain-gz': ['-Z', '6'],
    custom: ['-Fc'],
    directory: ['-Fd', '-j', '2'],
  } satisfies Record<BackupFormat, string[]>;
  await postgres.program('pg_dump', [...how[format], '-f', path, '-d', connection({ dbname: database })]);
}

const BY_SUPERUSER = String.raw`
CREATE EXTENSION pg_stat_statements;
CREATE SCHEMA "Odd ""schema"" o'clock";
CREATE EXTENSION pg_trgm WITH SCHEMA "Odd ""schema"" o'clock";
GRANT CREATE, USAGE ON SCHEMA public, "Odd ""schema"" o'clock" TO app;
CREATE FUNCTION note_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM 1; END';
CREATE EVENT TRIGGER "note ddl" ON ddl_command_end EXECUTE FUNCTION note_ddl();
`;

const BY_OWNER = String.raw`
SET search_path TO public;
CREATE EXTENSION hstore;
CREATE SCHEMA archive;
CREATE EXTENSION citext WITH SCHEMA archive;
CREATE TYPE state AS ENUM ('new', 'paid', 'o''clock');
CREATE DOMAIN price AS numeric(12, 2) CHECK (VALUE >= 0);
CREATE TYPE money_range AS RANGE (subtype = numeric);
CREATE TYPE address AS (street text, "postal code" text);
CREATE COLLATION "my collation" (provider = icu, locale = 'de-DE');
CREATE SEQUENCE ticket INCREMENT BY 7 START 1000 CACHE 3;

CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 50) PRIMARY KEY,
  email archive.citext UNIQUE NOT NULL,
  name text COLLATE "my collation",
  tags hstore,
  home address,
  full_text text GENERATED ALWAYS AS (coalesce(name, '?') || ' <' || id || '>') STORED
);
CREATE TABLE orders (
  id serial,
  customer bigint REFERENCES customers ON DELETE CASCADE DEFERRABLE,
  state state DEFAULT 'new',
  total price,
  spread money_range,
  placed timestamptz NOT NULL,
  lines jsonb,
  photo bytea,
  scan oid,
  PRIMARY KEY (id, placed)
) PARTITION BY RANGE (placed);
CREATE TABLE orders_2025 PARTITION OF orders FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE orders_rest PARTITION OF orders DEFAULT;
CREATE TABLE "Odd ""schema"" o'clock"."Tab\le ünï; DROP" ("select" int, "a.b ""c""" text, CHECK ("select" > 0));
CREATE TABLE nothing ();
CREATE TABLE parent (a int); CREATE TABLE child (b int) INHERITS (parent);
CREATE UNLOGGED TABLE scratch (a int PRIMARY KEY);
CREATE TABLE secrets (owner name, body text);
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_only ON secrets FOR SELECT TO reader USING (owner = current_user);

INSERT INTO customers (email, name, tags, home)
  SELECT 'Person' || n || '@example.com', 'Person ' || n, hstore('n', n::text), ROW('Street ' || n, '0' || n)::address
  FROM generate_series(1, 500) n;
INSERT INTO orders (customer, state, total, spread, placed, lines, photo)
  SELECT 50 + n % 500, 'paid', n * 1.5, money_range(n, n + 1), '2025-06-01'::timestamptz + n * '1 day'::interval,
    jsonb_build_object('n', n), decode(md5(n::text), 'hex')
  FROM generate_series(1, 700) n;
INSERT INTO "Odd ""schema"" o'clock"."Tab\le ünï; DROP" VALUES
  (1, E'tab\t, line\n, return\r, back\\slash, "quotes" '' and \\.'), (2, NULL), (3, ''), (4, '\.'),
  (5, E'\n-- PostgreSQL database dump complete\n'), (6, E'\\restrict x\nDROP TABLE customers;\nROLLBACK;');
INSERT INTO nothing DEFAULT VALUES;
INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 2);
INSERT INTO scratch VALUES (1);
INSERT INTO secrets VALUES ('reader', 'hidden');
SELECT nextval('ticket'), nextval('ticket');

CREATE INDEX orders_paid ON orders (customer) WHERE state = 'paid';
CREATE INDEX customers_lower ON customers (lower(name));
CREATE STATISTICS order_stats (dependencies) ON customer, state FROM orders;
CREATE VIEW paid AS SELECT c.name, sum(o.total) FROM orders o JOIN customers c ON c.id = o.customer GROUP BY c.name;
CREATE MATERIALIZED VIEW totals AS SELECT customer, count(*) FROM orders GROUP BY customer;
CREATE MATERIALIZED VIEW not_filled AS SELECT 1 AS one WITH NO DATA;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE customers DISABLE TRIGGER touch;
CREATE RULE no_delete AS ON DELETE TO parent DO INSTEAD NOTHING;
CREATE AGGREGATE longest (text) (sfunc = textcat, stype = text, initcond = '');
CREATE TEXT SEARCH CONFIGURATION shop (COPY = german);
CREATE PUBLICATION changes FOR TABLE customers WHERE (id > 3), "Odd ""schema"" o'clock"."Tab\le ünï; DROP";
COMMENT ON TABLE customers IS E'o''clock "x"\nsecond line';
COMMENT ON COLUMN customers.name IS 'ünï';
GRANT SELECT ON customers TO reader WITH GRANT OPTION;
GRANT UPDATE (name) ON customers TO "Odd ""röle"" o'clock";
GRANT USAGE ON SEQUENCE ticket TO reader;
REVOKE EXECUTE ON FUNCTION touch() FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER TABLE orders_rest OWNER TO app;

SELECT lo_from_bytea(4711, decode(repeat('00ff5c2e0a', 30000), 'hex')), lo_from_bytea(4712, '\x');
COMMENT ON LARGE OBJECT 4711 IS 'scan o''clock';
GRANT SELECT ON LARGE OBJECT 4711 TO reader;
UPDATE orders SET scan = 4711 WHERE id = 1;
`;

const BAD_MIGRATION = String.raw`
SET search_path TO public;
CREATE TABLE loyalty (id serial PRIMARY KEY, points int);
INSERT INTO loyalty (points) SELECT n FROM generate_series(1, 100) n;
ALTER TABLE customers DROP COLUMN full_text, DROP COLUMN home, ADD COLUMN points int DEFAULT 0;
DELETE FROM orders WHERE id % 3 = 0;
UPDATE customers SET name = upper(name);
DROP TABLE orders_2025;
DROP VIEW paid;
DROP PUBLICATION changes;
CREATE PUBLICATION everything FOR ALL TABLES;
CREATE EXTENSION pgcrypto;
CREATE SCHEMA newer;
ALTER TYPE state ADD VALUE 'refunded';
SELECT lo_unlink(4712), lo_from_bytea(5000, 'new'), lo_put(4711, 3, 'changed');
SELECT setval('ticket', 99999);
REVOKE SELECT ON customers FROM reader CASCADE;
ALTER TABLE orders OWNER TO postgres;
ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public GRANT ALL ON TABLES TO PUBLIC;
COMMENT ON TABLE customers IS 'migrated';
ALTER TABLE secrets DISABLE ROW LEVEL SECURITY;
DROP EVENT TRIGGER "note ddl";
`;
