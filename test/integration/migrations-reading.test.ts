/**
 * What a plan says of migrations, on a real PostgreSQL with the tables as the tools themselves make them, and with a real tool's
 * output by a command that needs a secret.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHosts } from '../../activities/commands/hosts.ts';
import { migrationFindings } from '../../activities/rollback/check-migrations.ts';
import { planMigrations } from '../../activities/rollback/migrations.ts';
import { backUp } from '../../src/backups.ts';
import type { BackoutConfig } from '../../src/config/load.ts';
import { databaseSchema } from '../../src/domain/database.ts';
import { migrationsSchema } from '../../src/domain/migrations/settings.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { CONFIG } from '../support/records.ts';
import { until } from '../support/until.ts';

let server: TestPostgres;
const hosts = createHosts({});
const SECRET = 'postgres://app:hunter2@db/listings';
const env = { LISTINGS_URL: SECRET };
/** The releases' folders. */
const at = (...parts: string[]) => join(server.folder, 'srv', ...parts);

beforeAll(async () => {
  server = await startPostgres();
  await server.sql('CREATE DATABASE listings');
  mkdirSync(at(), { recursive: true });
  mkdirSync(join(server.folder, 'backups'));
});
afterAll(async () => {
  await hosts.close();
  await server.stop();
});

const settingsOf = (migrations: object) => ({
  ...CONFIG,
  target: { ...CONFIG.target, host: 'local' },
  migrations: migrationsSchema.parse(migrations),
  database: databaseSchema.parse({
    name: 'listings',
    programs: server.bin,
    connection: { socket: server.socketFolder, port: server.port },
    backups: { folder: join(server.folder, 'backups'), pattern: '*.dump' },
  }),
});

const plan = async (
  migrations: object,
  change: { version?: string | null; backup?: { migrations?: string[] } } = {},
) =>
  await planMigrations(
    { hosts, env },
    {
      config: settingsOf(migrations),
      from: { name: 'green', version: '1.5.0' },
      to: { name: 'blue', version: change.version === undefined ? '1.4.0' : change.version },
      backup: change.backup,
      signal: new AbortController().signal,
    },
  );

const sql = (script: string) => server.sql(script, { database: 'listings' });

/** Files, or folders where the name ends with a slash. */
function lay(release: string, tool: string, names: string[]): void {
  mkdirSync(at(release, tool), { recursive: true });
  for (const name of names) {
    if (name.endsWith('/')) mkdirSync(at(release, tool, name));
    else writeFileSync(at(release, tool, name), '');
  }
}

type Case = [tool: string, table: string, blue: string[], green: string[], since: string[], down: string[]];
const CASES: Case[] = [
  [
    'node-pg-migrate',
    `CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);
     INSERT INTO pgmigrations (name, run_on) VALUES ('1_create', now()), ('2_drop-price', now());`,
    ['1_create.js'],
    ['1_create.js', '2_drop-price.js'],
    ['2_drop-price'],
    ['npx node-pg-migrate down 1'],
  ],
  [
    'knex',
    `CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch int, migration_time timestamptz);
     INSERT INTO knex_migrations (name) VALUES ('1_create.js'), ('2_drop_price.js');`,
    ['1_create.js'],
    ['1_create.js', '2_drop_price.js', '3_pending.js'],
    ['2_drop_price.js'],
    ['npx knex migrate:down 2_drop_price.js'],
  ],
  [
    'prisma',
    `CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
       migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(),
       applied_steps_count integer NOT NULL DEFAULT 0);
     INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, rolled_back_at) VALUES
       ('a', '', '1_create', now(), NULL), ('b', '', '2_given_up', NULL, now()), ('c', '', '3_half', NULL, NULL);`,
    ['migration_lock.toml', '1_create/'],
    ['migration_lock.toml', '1_create/', '2_given_up/', '3_half/'],
    ['3_half'],
    [],
  ],
  [
    'flyway',
    `CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL,
       type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum int, installed_by varchar(100) NOT NULL,
       installed_on timestamp NOT NULL DEFAULT now(), execution_time int NOT NULL, success boolean NOT NULL);
     INSERT INTO flyway_schema_history VALUES (1, '1', 'create', 'SQL', 'V1__create.sql', 1, 'x', now(), 1, true),
       (2, '1.1', 'drop price', 'SQL', 'V1.1__drop_price.sql', 1, 'x', now(), 1, true);`,
    ['V1__create.sql'],
    ['V1__create.sql', 'V1.1__drop_price.sql'],
    ['V1.1__drop_price.sql'],
    ['flyway undo -target=1.1'],
  ],
  [
    'golang-migrate',
    `CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
     INSERT INTO schema_migrations VALUES (3, false);`,
    ['000001_create.up.sql'],
    ['000001_create.up.sql', '000002_add.up.sql', '000003_drop_price.up.sql', '000004_pending.up.sql'],
    ['000002_add', '000003_drop_price'],
    ['migrate -path FILES -database URL goto 1'],
  ],
];

describe('the tool’s own table, and the files of the release returned to', () => {
  it.each(CASES)('%s', async (tool, table, blue, green, since, down) => {
    await sql(table);
    lay('blue', tool, blue);
    lay('green', tool, green);
    const made = await plan({ tool, known: { files: at('$release', tool) } });
    expect(made?.problem).toBeNull();
    expect(made?.since?.map(({ name }) => name)).toEqual(since);
    expect(made?.since?.at(-1)?.word).toBe(tool === 'prisma' ? 'half-applied' : 'unknown');
    expect(made).toMatchObject({
      down,
      mayBeMore: false,
      knownFrom: `the files in ${at('blue', tool)} on local`,
    });
  });

  it('of Django and Alembic, too, where the last of a version is known', async () => {
    await sql(`CREATE TABLE django_migrations (id bigserial PRIMARY KEY, app varchar(255), name varchar(255), applied timestamptz);
      INSERT INTO django_migrations (app, name) VALUES ('listings', '0001_initial'), ('listings', '0002_drop_price');
      CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); INSERT INTO alembic_version VALUES ('2b3c');`);
    expect(await plan({ tool: 'django', lastKnown: { '1.4.0': 'listings.0001_initial' } })).toMatchObject({
      since: [{ name: 'listings.0002_drop_price', word: 'unknown' }],
      down: ['python manage.py migrate listings 0001_initial'],
      knownFrom: '`lastKnown` of 1.4.0',
    });
    expect(await plan({ tool: 'alembic', lastKnown: { '1.4.0': '1a2b' }, additive: ['2b*'] })).toMatchObject({
      since: [{ name: '2b3c', word: 'additive' }],
      mayBeMore: true,
      down: [],
    });
  });
});

describe('any table', () => {
  it('is read by odd names, and by a query of your own that can not write', async () => {
    await sql(`CREATE SCHEMA ops; CREATE TABLE ops."change log" ("file name" text, "at" int);
      INSERT INTO ops."change log" VALUES ('0002_b.sql', 2), ('0001_a.sql', 1);`);
    const settings = { tool: 'table', lastKnown: { '1.4.0': '0001_a' } };
    const table = { ...settings, table: 'ops."change log"', column: 'file name', orderBy: 'at' };
    expect(await plan(table)).toMatchObject({ since: [{ name: '0002_b.sql' }], problem: null });
    const query = 'SELECT "file name" FROM ops."change log" ORDER BY "at"';
    expect(await plan({ ...settings, query })).toMatchObject({ since: [{ name: '0002_b.sql' }] });
    const writing = await plan({ ...settings, query: 'DELETE FROM ops."change log" RETURNING "file name"' });
    expect(writing?.problem).toContain('cannot execute DELETE in a read-only transaction');
    expect(await sql('SELECT count(*) FROM ops."change log"')).toBe('2');
  });

  it('says why it can not be known', async () => {
    const why = async (settings: object, change = {}) => (await plan(settings, change))?.problem;
    expect(await why({ tool: 'knex', table: 'nothing' })).toBe(
      'There is no table nothing in database "listings" on local.',
    );
    const noFolder = await why({ tool: 'knex', known: { files: at('red') } });
    expect(noFolder).toContain(`${at('red')} on local can't be listed: `);
    expect(noFolder).toContain(
      'Nothing else tells what blue (1.4.0) knows: no `lastKnown`, and no backup with its migrations was made while it served.',
    );
    expect(await why({ tool: 'knex' }, { version: null })).toBe(
      'The version of blue is not known, so nothing else can tell what it knows.',
    );
    expect(await why({ tool: 'knex', lastKnown: { '1.4.0': '9.js' } })).toBe(
      '`lastKnown` of 1.4.0: 9.js is not among the applied ones.',
    );
  });
});

describe('a command', () => {
  /** What Knex 3.3.0 prints, word for word; in the folder of a release that lacks a file it fails. */
  const KNEX = `
    if (process.env.DATABASE_URL !== '${SECRET}') { console.error('no DATABASE_URL'); process.exit(1); }
    if (process.cwd().endsWith('green')) {
      console.log('Found 2 Completed Migration file/files.\\n1_create.js\\n2_drop_price.js\\nNo Pending Migration files Found.\\n');
    } else {
      console.error('The migration directory is corrupt, the following files are missing: 2_drop_price.js\\nError: The migration directory is corrupt, the following files are missing: 2_drop_price.js\\n    at validateMigrationList (Migrator.js:733:11)');
      process.exit(1);
    }`;
  const settings = () => {
    writeFileSync(at('knex.cjs'), KNEX);
    for (const release of ['blue', 'green']) mkdirSync(at(release), { recursive: true });
    const asked = { command: [process.execPath, at('knex.cjs'), 'migrate:list'], folder: at('$release') };
    return {
      tool: 'knex',
      applied: asked,
      known: asked,
      environment: { DATABASE_URL: { env: 'LISTINGS_URL' } },
    };
  };

  it('is run in the release’s folder, with its secret', async () => {
    const made = await plan(settings());
    expect(made).toMatchObject({ since: [{ name: '2_drop_price.js', word: 'unknown' }], problem: null });
    expect(JSON.stringify(made)).not.toContain('hunter2');
  });

  it('that fails, is missing, or has no folder, says so', async () => {
    const { environment: _none, ...without } = settings();
    expect((await plan(without))?.problem).toMatch(
      /could not be understood \(exit code 1\): no DATABASE_URL$/,
    );
    const command = ['/nowhere/knex'];
    expect((await plan({ ...settings(), applied: { command } }))?.problem).toBe(
      '`/nowhere/knex` on local could not be run: there is no such program, or it is not on the PATH there.',
    );
    const slow = { command: ['sleep', '60'] };
    expect((await plan({ ...settings(), applied: slow, timeoutSeconds: 0.2 }))?.problem).toBe(
      '`sleep 60` on local gave no answer within 0.2 s, and was ended.',
    );
    expect((await plan({ ...settings(), applied: { command, folder: at('red') } }))?.problem).toMatch(
      /could not be run: the folder can't be entered: /,
    );
  });
});

describe('`backout backup`', () => {
  const back = async (migrations: object, release: string) => {
    const services = { listings: { environments: { production: settingsOf(migrations) } } };
    const config = { services, hosts: {}, temporal: { taskQueue: 'x' } } as unknown as BackoutConfig;
    const around = { config, env, signal: new AbortController().signal };
    return await backUp({ service: 'listings', release }, around);
  };

  it('writes what is applied into the manifest, from which a later plan knows what that release knew', async () => {
    await sql(
      "CREATE TABLE plain (id serial, name text); INSERT INTO plain (name) VALUES ('0001_a'), ('0002_b')",
    );
    const tool = { tool: 'table', table: 'plain' };
    const { manifest, noMigrations } = await back(tool, '1.4.0');
    expect([manifest.migrations, noMigrations]).toEqual([['0001_a', '0002_b'], null]);
    await sql("INSERT INTO plain (name) VALUES ('0003_drop')");
    const made = await plan(tool, { backup: { migrations: ['0001_a', '0002_b'] } });
    expect(made).toMatchObject({
      since: [{ name: '0003_drop', word: 'unknown' }],
      knownFrom: `the manifest of ${manifest.file}`,
      notInBackup: ['0003_drop'],
    });
    expect((await plan(tool, { backup: {} }))?.notInBackup).toBeNull();
    // A later one of the same release does not make it known; in the same second there can be only one of that name.
    const refused = 'a backup of that name is there, made in the same second';
    await until('the second is over', async () => {
      try {
        await back(tool, '1.4.0');
        return true;
      } catch (error) {
        expect(String(error)).toContain(refused);
        return false;
      }
    });
    expect((await plan(tool))?.since).toHaveLength(1);
  });

  it('is made without them where they can not be read, and says so', async () => {
    const { manifest, noMigrations } = await back({ tool: 'table', table: 'gone' }, '1.3.0');
    expect(manifest).not.toHaveProperty('migrations');
    expect(noMigrations).toBe('There is no table gone in database "listings" on local.');
  });
});

describe('`backout doctor`', () => {
  const findings = async (migrations: object) =>
    await migrationFindings({ hosts, env }, settingsOf(migrations));

  it('says what is applied, and whether what the releases know can be read', async () => {
    expect(
      await findings({ tool: 'golang-migrate', known: { files: at('$release', 'golang-migrate') } }),
    ).toEqual([
      {
        name: 'migrations',
        ok: true,
        detail: 'one is applied, the last 3; what blue and green know can be read',
      },
    ]);
    expect(await findings({ tool: 'knex', known: { files: at('$version') } })).toEqual([
      { name: 'migrations', ok: true, detail: '2 are applied, the last 2_drop_price.js' },
    ]);
    const { migrations: _none, ...without } = settingsOf({ tool: 'knex' });
    expect(await migrationFindings({ hosts, env }, without)).toEqual([]);
  });

  it('says what a rollback of traffic would be refused for', async () => {
    expect(await findings({ tool: 'prisma' })).toEqual([
      {
        name: 'migrations',
        ok: false,
        detail: '3_half failed midway',
        fix: 'See what of it was done, and let prisma finish it or take it back: a rollback of traffic is refused until then.',
      },
    ]);
    expect(await findings({ tool: 'knex', table: 'nothing' })).toMatchObject([
      { ok: false, detail: 'There is no table nothing in database "listings" on local.' },
    ]);
  });
});
