/**
 * Each preset against what its tool really wrote: node-pg-migrate 1.0.0, Knex 3.3.0, Django 5.2, Alembic 1.20.1, Flyway 10.20.1 and
 * golang-migrate 4.18.1 on PostgreSQL 15, recorded word for word. Prisma: its own tests,
 * https://github.com/prisma/prisma/blob/main/packages/migrate/src/__tests__/MigrateStatus.test.ts
 */
import { describe, expect, it } from 'vitest';
import type { Preset } from '../../../activities/migrations/preset.ts';
import { alembic } from '../../../activities/migrations/presets/alembic.ts';
import { django } from '../../../activities/migrations/presets/django.ts';
import { flyway } from '../../../activities/migrations/presets/flyway.ts';
import { golangMigrate } from '../../../activities/migrations/presets/golang-migrate.ts';
import { presetOf } from '../../../activities/migrations/presets/index.ts';
import { knex } from '../../../activities/migrations/presets/knex.ts';
import { nodePgMigrate } from '../../../activities/migrations/presets/node-pg-migrate.ts';
import { lines, table } from '../../../activities/migrations/presets/others.ts';
import { prisma } from '../../../activities/migrations/presets/prisma.ts';
import { MIGRATION_TOOLS, migrationsSchema } from '../../../src/domain/migrations/settings.ts';

const output = (stdout: string, { exitCode = 0, stderr = '' } = {}) => ({ exitCode, stdout, stderr });
const ids = (migrations: { id: string }[] | undefined) => migrations?.map(({ id }) => id);
const each = (names: string[]) => names.map((id) => ({ id }));

describe('node-pg-migrate', () => {
  const NAMES = ['1700000000001_create-listings', '1700000000002_drop-price'];

  it('is read from its table, where names have no ending', () => {
    expect(nodePgMigrate.query?.('app.pgmigrations')).toEqual({
      sql: "SELECT format($$SELECT name FROM %s ORDER BY run_on, id$$, to_regclass(:'table')) \\gexec",
      variables: { table: 'app.pgmigrations' },
    });
    expect(
      nodePgMigrate.fromRows?.([['1700000000001_create-listings'], ['1700000000002_drop-price']]),
    ).toEqual({
      migrations: each(NAMES),
      failed: [],
    });
  });

  it('has its migrations in files, beside which others may lie', () => {
    const files = [
      '1700000000002_drop-price.ts',
      '1700000000001_create-listings.js',
      'types.d.ts',
      '.DS_Store',
      'README',
    ];
    expect(nodePgMigrate.fromFiles?.(files)).toEqual(each(NAMES));
  });

  it('goes down by a number', () => {
    expect(nodePgMigrate.down({ last: { id: 'before' }, undo: each(NAMES) })).toEqual([
      ['npx', 'node-pg-migrate', 'down', '2'],
    ]);
  });
});

describe('Knex', () => {
  const LIST = `Found 2 Completed Migration file/files.
20260301101112_create_listings.js
20260302101112_drop_price.js
Found 1 Pending Migration file/files.
20260303101112_pending.js

`;
  const CORRUPT = `Error: The migration directory is corrupt, the following files are missing: 20260302101112_drop_price.js, 20260303_x.js
    at validateMigrationList (/srv/node_modules/knex/lib/migrations/migrate/Migrator.js:733:11)
`;

  it('lists what is applied and what the release has', () => {
    const listed = knex.parse?.(output(LIST));
    expect(ids(listed?.applied)).toEqual([
      '20260301101112_create_listings.js',
      '20260302101112_drop_price.js',
    ]);
    expect(ids(listed?.known)).toEqual([...(ids(listed?.applied) ?? []), '20260303101112_pending.js']);
  });

  it('lists nothing at all', () => {
    const text = 'No Completed Migration files Found.\nNo Pending Migration files Found.\n';
    expect(knex.parse?.(output(text))).toEqual({ applied: [], known: [] });
  });

  it('names what a release lacks, and fails', () => {
    expect(knex.parse?.(output('', { exitCode: 1, stderr: CORRUPT }))).toEqual({
      foreign: ['20260302101112_drop_price.js', '20260303_x.js'],
    });
  });

  it('can fail for another reason', () => {
    expect(knex.parse?.(output('', { exitCode: 1, stderr: 'connect ECONNREFUSED' }))).toBeNull();
  });

  it('goes down one by one: a batch may hold older ones, too', () => {
    expect(knex.down({ last: { id: 'before' }, undo: each(['c.js', 'b.js']) })).toEqual([
      ['npx', 'knex', 'migrate:down', 'c.js'],
      ['npx', 'knex', 'migrate:down', 'b.js'],
    ]);
  });
});

describe('Prisma', () => {
  const DIVERGED = `Prisma schema loaded from prisma/schema.prisma
Datasource "my_db": PostgreSQL database "listings", schema "public" at "db:5432"

2 migrations found in prisma/migrations
`;
  const SAID = `Your local migration history and the migrations table from your database are different:

The last common migration is: 20201231000000_init

The migration have not yet been applied:
20201231000000_catage

The migrations from the database are not found locally in prisma/migrations:
20201231000000_dogage
20210101000000_drop_price

`;

  it('names what is applied and the release does not have, with exit code 1', () => {
    expect(prisma.parse?.(output(DIVERGED, { exitCode: 1, stderr: SAID }))).toEqual({
      foreign: ['20201231000000_dogage', '20210101000000_drop_price'],
    });
  });

  it('says that there is nothing else', () => {
    expect(prisma.parse?.(output(`${DIVERGED}\nDatabase schema is up to date!\n`))).toEqual({ foreign: [] });
  });

  it('did not get as far as to look', () => {
    const said = "Error: P1001: Can't reach database server at `db:5432`";
    expect(prisma.parse?.(output('', { exitCode: 1, stderr: said }))).toBeNull();
  });

  it('has failed ones in its table, and some more than once', () => {
    const rows = [
      ['20260101_a', 't'],
      ['20260102_b', 'f'],
      ['20260103_c', 'f'],
      ['20260103_c', 't'],
    ];
    expect(prisma.fromRows?.(rows)).toEqual({
      migrations: each(['20260101_a', '20260102_b', '20260103_c']),
      failed: ['20260102_b'],
    });
  });

  it('has a folder for each', () => {
    expect(prisma.fromFiles?.(['migration_lock.toml', '20260102_b', '20260101_a'])).toEqual(
      each(['20260101_a', '20260102_b']),
    );
  });

  it('can not go down', () => {
    expect(prisma.down({ last: { id: 'before' }, undo: each(['20260101_a']) })).toEqual([]);
  });
});

describe('Django', () => {
  const LIST = `auth
 [ ] 0001_initial
contenttypes
 [X] 0001_initial
 [X] 0002_remove_content_type_name
listings
 [X] 0001_squashed_0002_drop_price (2 squashed migrations)
 [-] 0003_later (2 squashed migrations) run 'manage.py migrate' to finish recording.
 [ ] 0004_pending
reports
 (no migrations)
`;

  it('lists what is applied and what the release has, by app', () => {
    const listed = django.parse?.(output(LIST));
    expect(ids(listed?.applied)).toEqual([
      'contenttypes.0001_initial',
      'contenttypes.0002_remove_content_type_name',
      'listings.0001_squashed_0002_drop_price',
    ]);
    expect(ids(listed?.known)).toEqual([
      'auth.0001_initial',
      ...(ids(listed?.applied) ?? []),
      'listings.0003_later',
      'listings.0004_pending',
    ]);
    expect(django.parse?.(output('', { exitCode: 1 }))).toBeNull();
  });

  it('goes down app by app, to what was before the oldest', () => {
    const undo = each(['orders.0001_initial', 'listings.0043_drop', 'listings.0042_add', 'prices.0007_x']);
    expect(django.down({ last: { id: 'listings.0041_rename' }, undo })).toEqual([
      ['python', 'manage.py', 'migrate', 'orders', 'zero'],
      ['python', 'manage.py', 'migrate', 'listings', '0041_rename'],
      ['python', 'manage.py', 'migrate', 'prices', '0006'],
    ]);
  });
});

describe('Alembic', () => {
  const HISTORY = `aaaaaaaaaaa1, aaaaaaaaaaa2 -> bbbbbbbbbbbb (head) (mergepoint), merge both
3c4d5e6f7081 -> aaaaaaaaaaa1, branch one
3c4d5e6f7081 -> aaaaaaaaaaa2, branch two
2b3c4d5e6f70 -> 3c4d5e6f7081 (branchpoint), drop old price
1a2b3c4d5e6f -> 2b3c4d5e6f70, add price
<base> -> 1a2b3c4d5e6f, create listings
`;

  it('tells in its history what comes after what, oldest first', () => {
    const known = alembic.parse?.(output(HISTORY))?.known;
    expect(known?.[0]).toEqual({ id: '1a2b3c4d5e6f', title: '1a2b3c4d5e6f create listings', after: [] });
    expect(known?.at(-1)).toEqual({
      id: 'bbbbbbbbbbbb',
      title: 'bbbbbbbbbbbb merge both',
      after: ['aaaaaaaaaaa1', 'aaaaaaaaaaa2'],
    });
    expect(known).toHaveLength(6);
  });

  it('tells the latest, in its table and by its command', () => {
    expect(alembic.parse?.(output('3c4d5e6f7081 (head)\n2b3c4d5e6f70\n'))).toEqual({
      applied: each(['3c4d5e6f7081', '2b3c4d5e6f70']),
    });
    expect(alembic.parse?.(output(''))).toEqual({ applied: [] });
    expect(alembic.fromRows?.([['2b3c4d5e6f70']])).toEqual({
      migrations: each(['2b3c4d5e6f70']),
      failed: [],
    });
  });

  it('fails where the release does not have the latest', () => {
    const stderr = "FAILED: Can't locate revision identified by '2b3c4d5e6f70'";
    expect(alembic.parse?.(output('', { exitCode: 255, stderr }))).toBeNull();
    expect(alembic.parse?.(output('Something else entirely -> or not\nhm'))).toBeNull();
  });

  it('goes down to a revision', () => {
    expect(alembic.down({ last: { id: '1a2b3c4d5e6f' }, undo: each(['x']) })).toEqual([
      ['alembic', 'downgrade', '1a2b3c4d5e6f'],
    ]);
  });
});

describe('Flyway', () => {
  const entry = (version: string, description: string, state: string, filepath = '') => ({
    category: version === '' ? 'Repeatable' : 'Versioned',
    version,
    rawVersion: version,
    description,
    type: 'SQL',
    installedOnUTC: '2026-11-21T13:14:33.896528Z',
    state,
    undoable: 'No',
    filepath,
    undoFilepath: '',
    installedBy: 'postgres',
    shouldExecuteExpression: null,
    executionTime: 11,
  });
  const info = (...migrations: object[]) =>
    output(
      JSON.stringify({
        timestamp: '2026-11-21T13:14:37.94998425',
        operation: 'info',
        exception: null,
        licenseFailed: false,
        schemaVersion: '1.1',
        schemaName: '',
        migrations,
        flywayVersion: '10.20.1',
        database: 'flyway',
        allSchemasEmpty: false,
      }),
    );

  it('lists what is applied and what the release has', () => {
    const listed = flyway.parse?.(
      info(
        entry('1', 'create listings', 'Success', '/srv/green/V1__create_listings.sql'),
        entry('1.1', 'add price', 'Out of Order', '/srv/green/V1.1__add_price.sql'),
        entry('', 'views', 'Success', '/srv/green/R__views.sql'),
        entry('1.5', 'half', 'Failed', '/srv/green/V1.5__half.sql'),
        entry('2', 'drop price', 'Pending', '/srv/green/V2__drop_price.sql'),
      ),
    );
    expect(listed?.applied).toEqual([
      { id: '1', title: 'V1__create_listings.sql' },
      { id: '1.1', title: 'V1.1__add_price.sql' },
      { id: 'R:views', title: 'R__views.sql' },
      { id: '1.5', title: 'V1.5__half.sql' },
    ]);
    expect(ids(listed?.known)).toEqual(['1', '1.1', 'R:views', '1.5', '2']);
    expect([listed?.foreign, listed?.failed]).toEqual([[], ['1.5']]);
  });

  it('names what an older release lacks: Future and Missing', () => {
    const listed = flyway.parse?.(
      info(
        entry('1', 'create listings', 'Success'),
        entry('1.1', 'add price', 'Future'),
        entry('0.9', 'x', 'Missing'),
      ),
    );
    expect(listed?.foreign).toEqual(['1.1', '0.9']);
    expect(ids(listed?.applied)).toEqual(['1', '1.1', '0.9']);
    expect(ids(listed?.known)).toEqual(['1']);
  });

  it('is no answer where it fails', () => {
    expect(flyway.parse?.({ ...info(), exitCode: 1 })).toBeNull();
    expect(flyway.parse?.(output('ERROR: no JSON'))).toBeNull();
    expect(flyway.parse?.(output('{"error": {"errorCode": "FAULT"}}'))).toBeNull();
  });

  it('takes back in its table what was undone, and keeps what was applied again', () => {
    const rows = [
      [null, '<< Flyway Schema Creation >>', 'SCHEMA', '"app"', 't'],
      ['1', 'create listings', 'SQL', 'V1__create_listings.sql', 't'],
      ['2', 'drop price', 'SQL', 'V2__drop_price.sql', 't'],
      ['2', 'drop price', 'UNDO_SQL', 'U2__drop_price.sql', 't'],
      ['3', 'x', 'SQL', 'V3__x.sql', 't'],
      ['3', 'x', 'DELETE', 'V3__x.sql', 't'],
      ['3', 'x', 'SQL', 'V3__x.sql', 'f'],
      [null, 'views', 'SQL', 'R__views.sql', 't'],
      [null, 'views', 'SQL', 'R__views.sql', 't'],
    ];
    expect(flyway.fromRows?.(rows)).toEqual({
      migrations: [
        { id: '1', title: 'V1__create_listings.sql' },
        { id: '3', title: 'V3__x.sql' },
        { id: 'R:views', title: 'R__views.sql' },
      ],
      failed: ['3'],
    });
  });

  it('has its versions in the names of files, and counts them as numbers', () => {
    const files = [
      'V1_10__c.sql',
      'R__my_views.sql',
      'V1.9__b.sql',
      'V1__a_b.sql',
      'U1__a_b.sql',
      'beforeMigrate.sql',
    ];
    expect(flyway.fromFiles?.(files)).toEqual([
      { id: '1', title: 'V1__a_b.sql' },
      { id: '1.9', title: 'V1.9__b.sql' },
      { id: '1.10', title: 'V1_10__c.sql' },
      { id: 'R:my views', title: 'R__my_views.sql' },
    ]);
  });

  it('undoes to the oldest, which goes, too', () => {
    expect(flyway.down({ last: { id: '1' }, undo: each(['R:views', '3', '2']) })).toEqual([
      ['flyway', 'undo', '-target=2'],
    ]);
    expect(flyway.down({ last: { id: 'before' }, undo: each(['R:views']) })).toEqual([]);
  });
});

describe('golang-migrate', () => {
  it('tells the latest on standard error, and whether it failed midway', () => {
    expect(golangMigrate.parse?.(output('', { stderr: '2\n' }))).toEqual({
      applied: [{ id: '2' }],
      failed: [],
    });
    expect(golangMigrate.parse?.(output('', { stderr: '3 (dirty)\n' }))).toEqual({
      applied: [{ id: '3' }],
      failed: ['3'],
    });
    expect(golangMigrate.parse?.(output('', { exitCode: 1, stderr: 'error: no migration\n' }))).toEqual({
      applied: [],
      failed: [],
    });
    expect(golangMigrate.parse?.(output('', { exitCode: 1, stderr: 'error: dial tcp' }))).toBeNull();
  });

  it('has one row in its table', () => {
    expect(golangMigrate.fromRows?.([['3', 't']])).toEqual({ migrations: [{ id: '3' }], failed: ['3'] });
    expect(golangMigrate.fromRows?.([])).toEqual({ migrations: [], failed: [] });
  });

  it('has its versions in the names of files, one after the other', () => {
    const files = [
      '000010_c.up.sql',
      '000002_add_price.up.sql',
      '000002_add_price.down.sql',
      '000001_a.up.sql',
      'x.md',
    ];
    expect(golangMigrate.fromFiles?.(files)).toEqual([
      { id: '1', title: '000001_a', after: [] },
      { id: '2', title: '000002_add_price', after: ['1'] },
      { id: '10', title: '000010_c', after: ['2'] },
    ]);
  });

  it('goes to a version', () => {
    expect(golangMigrate.down({ last: { id: '1' }, undo: each(['2']) })).toEqual([
      ['migrate', '-path', 'FILES', '-database', 'URL', 'goto', '1'],
    ]);
  });
});

describe('a table and a command of your own', () => {
  it('reads a column in an order, whatever they are called', () => {
    expect(table({ column: 'file', orderBy: 'applied at' }).query?.('ops.changes')).toEqual({
      sql: "SELECT format($$SELECT %1$I FROM %2$s ORDER BY %3$I$$, :'column', to_regclass(:'table'), :'orderBy') \\gexec",
      variables: { table: 'ops.changes', column: 'file', orderBy: 'applied at' },
    });
    expect(table({ query: 'SELECT 1' }).query?.('')).toEqual({ sql: 'SELECT 1', variables: {} });
  });

  it('is the same with an ending and without', () => {
    expect(table({}).fromRows?.([['0042_prices.sql'], [null]]).migrations).toEqual([
      { id: '0042_prices', title: '0042_prices.sql' },
    ]);
    expect(lines.fromFiles?.(['0042_prices', '.keep'])).toEqual([
      { id: '0042_prices', title: '0042_prices' },
    ]);
    expect(ids(lines.parse?.(output('0001_a.sql\n\n 0002_b \n'))?.applied)).toEqual(['0001_a', '0002_b']);
    expect(lines.parse?.(output('0001_a.sql', { exitCode: 1 }))).toBeNull();
  });
});

it('there is a preset for every tool that can be configured', () => {
  const settings = migrationsSchema.parse({ tool: 'knex' });
  const presets = MIGRATION_TOOLS.map((tool): Preset => presetOf({ ...settings, tool }));
  expect(presets.every(({ down }) => typeof down === 'function')).toBe(true);
});
