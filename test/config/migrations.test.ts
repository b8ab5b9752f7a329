/** The settings under `migrations`: what they are without being said, and every way in which they don't fit. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { problemsIn, SMALL, writeConfig } from './support.ts';

const DATABASE = `        database:
          name: listings
          backups: { folder: /backups }
`;
const withMigrations = (settings: string, database = DATABASE) =>
  `${SMALL}${database}        migrations: ${settings}\n`;
const messages = async (text: string) =>
  (await problemsIn(text)).map((problem) =>
    problem.replace(/^FILE:\d+:\d+: services\..*?\.production\./, ''),
  );

describe('migrations', () => {
  it('need but the tool: it is asked through the database, and nobody has said anything of any', async () => {
    const { services } = await loadConfig({ path: writeConfig(withMigrations('{ tool: knex }')), env: {} });
    expect(services['listings']?.environments['production']?.migrations).toEqual({
      tool: 'knex',
      lastKnown: {},
      environment: {},
      timeoutSeconds: 15,
      additive: [],
      irreversible: [],
    });
  });

  it.each([
    '{ tool: django, applied: { folder: /srv/$release }, known: { folder: /srv/$release } }',
    '{ tool: prisma, known: { folder: /srv/$release } }',
    '{ tool: table, table: ops.changes, column: file, orderBy: at, known: { files: /srv/m } }',
    "{ tool: table, query: SELECT 1, lastKnown: { '1.4.0': '0042' } }",
    '{ tool: lines, applied: { command: [ls] }, known: { command: [ls], folder: /srv/$version } }',
    '{ tool: golang-migrate, applied: { command: [./version.sh] }, known: { files: /srv/m } }',
  ])('may be %s', async (settings) => {
    expect(await messages(withMigrations(settings))).toEqual([]);
  });

  it.each([
    ['{ tool: table }', 'migrations.table: name the table, or give a `query` instead'],
    ['{ tool: knex, column: name }', 'migrations.column: belongs to `tool: table`'],
    [
      '{ tool: lines, applied: { folder: /srv } }',
      'migrations.applied: needs a `command` with `tool: lines`',
    ],
    [
      '{ tool: golang-migrate, applied: { folder: /srv } }',
      'migrations.applied.command: is needed: golang-migrate has none of its own for this; or leave `applied` out',
    ],
    [
      '{ tool: prisma, applied: { command: [x] } }',
      'migrations.applied: is not for `tool: prisma`: leave it out to read its table, or use `tool: lines`',
    ],
    [
      '{ tool: alembic, known: { files: /srv/m } }',
      'migrations.known.files: do not tell with alembic: give `folder`, where its command is run',
    ],
    [
      '{ tool: node-pg-migrate, known: { folder: /srv } }',
      'migrations.known.files: are needed: node-pg-migrate has no command that lists them',
    ],
    [
      '{ tool: lines, applied: { command: [x] }, known: { folder: /srv } }',
      'migrations.known.files: are needed, or a `command`: lines has none of its own',
    ],
    [
      '{ tool: knex, known: { files: /srv/m, folder: /srv } }',
      'migrations.known.files: are looked at, or a command is run in `folder`: choose one',
    ],
    ['{ tool: knex, known: {} }', 'migrations.known.folder: is needed: where the command is run'],
    ['{ tool: knex, timeoutSeconds: 60 }', 'migrations.timeoutSeconds: must be at most 25'],
    ['{ tool: knex, host: db-1 }', 'migrations.host: there is no host "db-1" under hosts; known here: local'],
  ])('may not be %s', async (settings, message) => {
    expect(await messages(withMigrations(settings))).toContain(message);
  });

  it('are not read from a table without a database', async () => {
    expect(await messages(withMigrations('{ tool: knex }', ''))).toEqual([
      'migrations.tool: what is applied is read from knex_migrations through `database`, which is not configured; add it, or say `applied`',
    ]);
    expect(await messages(withMigrations('{ tool: knex, applied: { folder: /srv } }', ''))).toEqual([]);
  });

  it('need their secrets where the worker runs', async () => {
    const text = withMigrations('{ tool: knex, environment: { DATABASE_URL: { env: LISTINGS_URL } } }');
    expect(await messages(text)).toEqual([
      'migrations.environment.DATABASE_URL: the environment variable LISTINGS_URL is not set here; set it where the worker is started',
    ]);
  });
});
