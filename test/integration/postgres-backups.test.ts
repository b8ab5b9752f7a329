/** Every kind of backup that lies in folders, made by the real programs and then spoilt as disks and people do. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalHost } from '../../activities/commands/local.ts';
import { chooseBackup, judgeBackups, requireBackup } from '../../activities/postgres/backups/choose.ts';
import { lookAround } from '../../activities/postgres/backups/surroundings.ts';
import { createPostgres } from '../../activities/postgres/client.ts';
import { databaseSchema } from '../../src/domain/database.ts';
import type { JudgedBackup } from '../../src/domain/backup.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let root: string;
let folder: string;
let judged: Map<string, JudgedBackup>;

const TRAILER = '-- PostgreSQL database dump complete';

const SHOP = `
CREATE TABLE products (id int PRIMARY KEY, name text);
INSERT INTO products SELECT i, md5(i::text) || '${TRAILER}' FROM generate_series(1, 20000) i;
INSERT INTO products VALUES (0, E'line\\n--\\n${TRAILER}\\n--\\n');
INSERT INTO products VALUES (-1, repeat('long ', 100000));
CREATE TABLE orders (id int);
ALTER TABLE orders OWNER TO shop_owner;
GRANT SELECT ON orders TO "Odd role; x" WITH GRANT OPTION;`;

beforeAll(async () => {
  server = await startPostgres();
  root = mkdtempSync(join(tmpdir(), 'bo-backups-'));
  folder = join(root, 'all');
  mkdirSync(folder);
  await server.sql('CREATE ROLE shop_owner; CREATE ROLE "Odd role; x"; CREATE ROLE leaver');
  await server.sql('CREATE DATABASE shop');
  await server.sql('CREATE DATABASE crm');
  await server.sql('CREATE DATABASE gone');
  await server.sql(SHOP, { database: 'shop' });
  await server.sql('CREATE TABLE people (a int); INSERT INTO people VALUES (1)', { database: 'crm' });
  await server.sql(
    'CREATE TABLE products (a int); ALTER TABLE products OWNER TO leaver; INSERT INTO products VALUES (1)',
    { database: 'gone' },
  );
  await makeBackups();
  await server.sql('DROP DATABASE gone');
  await server.sql('DROP ROLE leaver');
  judged = new Map((await judgeBackups(connect())).map((one) => [one.backup.name, one]));
});

afterAll(async () => {
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

const file = (name: string) => join(folder, name);

const dump = async (name: string, args: string[], database = 'shop') =>
  void (await server.program('pg_dump', ['-f', file(name), ...args, database]));

async function makeBackups() {
  await dump('good.sql', []);
  await dump('good-verbose.sql', ['-v']);
  await dump('good-clean-if-exists.sql', ['--clean', '--if-exists']);
  await dump('good-inserts.sql', ['--inserts']);
  await dump('good.dump', ['-Fc']);
  await dump('good.dir', ['-Fd', '-j2']);
  const sql = readFileSync(file('good.sql'));
  const archive = readFileSync(file('good.dump'));
  const packed = gzipSync(sql);
  const write = (name: string, content: string | Buffer) => writeFileSync(file(name), content);
  write('good.sql.gz', packed);

  write('empty.sql', '');
  write('empty.dump', '');
  write('nothing.sql.gz', gzipSync(''));
  write('cut-in-rows.sql', sql.subarray(0, sql.length / 2));
  write('cut-in-rows.sql.gz', gzipSync(sql.subarray(0, sql.length / 2)));
  write('cut-before-end.sql', sql.subarray(0, sql.lastIndexOf(TRAILER)));
  write('appended.sql', Buffer.concat([sql, Buffer.from('DROP TABLE x;\n')]));
  write('cut.sql.gz', packed.subarray(0, packed.length / 2));
  const flipped = Buffer.from(packed);
  flipped.writeUInt32LE(0, flipped.length - 8);
  write('damaged.sql.gz', flipped);
  write('cut.dump', archive.subarray(0, archive.length - 20_000));
  write('cut-header.dump', archive.subarray(0, 200));
  const garbled = Buffer.from(archive);
  garbled.fill(0x55, garbled.length - 30_000, garbled.length - 29_990);
  write('damaged.dump', garbled);
  // Here a length is hit, too.
  garbled.fill(0x55, garbled.length - 30_000, garbled.length - 20_000);
  write('damaged-more.dump', garbled);
  copyFolder('good.dir', 'cut.dir');
  const [largest = ''] = readdirSync(file('cut.dir'))
    .filter((name) => name !== 'toc.dat')
    .sort((a, b) => statSync(join(file('cut.dir'), b)).size - statSync(join(file('cut.dir'), a)).size);
  truncateSync(join(file('cut.dir'), largest), 5000);
  copyFolder('good.dir', 'incomplete.dir');
  rmSync(join(file('incomplete.dir'), largest));
  mkdirSync(file('no-toc.dir'));
  writeFileSync(join(file('no-toc.dir'), 'x'), 'x');

  await dump('other.dump', ['-Fc'], 'crm');
  await dump('other.sql', [], 'crm');
  await dump('other-create.sql', ['--create'], 'crm');
  await dump('create.sql', ['--create']);
  await dump('clean.sql', ['--clean']);
  await dump('schema-only.dump', ['-Fc', '--schema-only']);
  await dump('schema-only.sql', ['--schema-only']);
  await dump('data-only.sql', ['--data-only']);
  await dump('tar.tar', ['-Ft']);
  await dump('missing-role.sql', [], 'gone');
  write('packed.dump.gz', gzipSync(archive));
  write('whole-server.sql', await server.program('pg_dumpall', []));
  write('error-page.sql', '<html><title>404 Not Found</title></html>\n');
  write('newer-server.sql', sql.toString().replace(/database version \d+\.\d+/, 'database version 99.1'));
  const newer = Buffer.from(archive);
  newer[6] = 99;
  write('newer-tool.dump', newer);

  for (const name of ['manifest-good', 'manifest-changed', 'manifest-size', 'manifest-other']) {
    copyFileSync(file('good.dump'), file(`${name}.dump`));
  }
  const manifest = {
    format: 'backout.backup/1',
    ...{ service: 'shop', environment: 'production', database: 'shop', release: '1.4.2' },
    ...{ startedAt: '2026-01-02T03:04:05Z', endedAt: '2026-01-02T03:04:09Z', dump: 'custom', file: 'x.dump' },
    sizeBytes: archive.length,
    sha256: execFileSync('sha256sum', [file('good.dump')], { encoding: 'utf8' }).slice(0, 64),
    ...{ serverVersion: '15.1', databaseBytes: 1 },
  };
  const describe = (name: string, more: object) =>
    write(`${name}.dump.manifest.json`, JSON.stringify({ ...manifest, ...more }));
  describe('manifest-good', {});
  describe('manifest-changed', { sha256: '0'.repeat(64) });
  describe('manifest-size', { sizeBytes: 7 });
  describe('manifest-other', { database: 'crm' });
  write('good.sql.manifest.json', 'not JSON');
  write('.hidden.dump.partial', archive);
  write('notes.txt', 'not matched by the pattern');
}

function copyFolder(from: string, to: string) {
  mkdirSync(file(to));
  for (const name of readdirSync(file(from))) copyFileSync(join(file(from), name), join(file(to), name));
}

type Different = {
  folder?: string;
  pattern?: string;
  programs?: string;
  address?: string;
  strategy?: 'swap' | 'in-place';
};

function connect(more: Different = {}) {
  const settings = databaseSchema.parse({
    name: 'shop',
    programs: more.programs ?? server.bin,
    connection: {
      ...(more.address === undefined ? { socket: server.socketFolder } : { address: more.address }),
      port: server.port,
    },
    restore: { strategy: more.strategy },
    backups: { folder: more.folder ?? folder, pattern: more.pattern ?? '*.{sql,sql.gz,gz,dump,dir,tar}' },
  });
  return createPostgres({ host: createLocalHost('local', { sudo: false }), settings, env: {} });
}

describe('a backup', () => {
  it.each([
    ['good.sql', 'plain'],
    ['good-verbose.sql', 'plain'],
    ['good-clean-if-exists.sql', 'plain'],
    ['good-inserts.sql', 'plain'],
    ['good.sql.gz', 'plain-gz'],
    ['good.dump', 'custom'],
    ['manifest-good.dump', 'custom'],
    ['good.dir', 'directory'],
  ])('%s is good, and is %s', (name, format) => {
    expect(judged.get(name)).toMatchObject({ reason: null, backup: { format } });
  });

  it.each([
    ['empty.sql', 'empty', 'is empty'],
    ['empty.dump', 'empty', 'is empty'],
    ['nothing.sql.gz', 'unknown-format', 'is no dump of PostgreSQL'],
    ['error-page.sql', 'unknown-format', 'is no dump of PostgreSQL'],
    ['no-toc.dir', 'unknown-format', 'is a folder without a table of contents (toc.dat)'],
    ['cut-in-rows.sql', 'truncated', 'is truncated: it ends amidst the rows of a table'],
    ['cut-in-rows.sql.gz', 'truncated', 'is truncated: it ends amidst the rows of a table'],
    [
      'cut-before-end.sql',
      'truncated',
      'is truncated: its last line, "PostgreSQL database dump complete", is missing',
    ],
    [
      'appended.sql',
      'truncated',
      'is truncated: its last line, "PostgreSQL database dump complete", is missing',
    ],
    ['cut.dump', 'truncated', 'is truncated: could not read from input file: end of file'],
    ['cut-header.dump', 'truncated', 'is truncated: could not read from input file: end of file'],
    ['other.dump', 'other-database', 'is of database "crm", not of "shop"'],
    ['other.sql', 'other-database', 'is of another database: none of its tables is in "shop"'],
    ['other-create.sql', 'other-database', 'is of database "crm", not of "shop"'],
    [
      'create.sql',
      'unsupported-format',
      'creates and enters a database by itself (pg_dump --create), and would write to the live one: make it without --create, or with -Fc',
    ],
    [
      'clean.sql',
      'unsupported-format',
      'drops what an empty database does not have (pg_dump --clean): make it without --clean, or with --if-exists',
    ],
    ['schema-only.sql', 'no-rows', 'has no rows: it is a dump of the schema only'],
    ['schema-only.dump', 'no-rows', 'has no rows: it is a dump of the schema only'],
    ['data-only.sql', 'no-tables', 'creates no table: it is a dump of data only, or of an empty database'],
    ['tar.tar', 'unsupported-format', 'is in tar format: Backout restores .sql, .sql.gz, -Fc and -Fd'],
    [
      'packed.dump.gz',
      'unsupported-format',
      'is a packed archive of pg_dump: unpack it with gunzip: Backout restores .sql, .sql.gz, -Fc and -Fd',
    ],
    [
      'whole-server.sql',
      'unsupported-format',
      'is a dump of the whole server (pg_dumpall): Backout restores .sql, .sql.gz, -Fc and -Fd',
    ],
    [
      'missing-role.sql',
      'missing-role',
      'refers to the role "leaver", which the server does not have: create it first',
    ],
    [
      'manifest-changed.dump',
      'changed',
      'was changed since it was made: its SHA-256 is not that of its manifest',
    ],
    ['manifest-other.dump', 'other-database', 'is of database "crm", not of "shop"'],
  ])('%s is refused: %s', (name, kind, text) => {
    expect(judged.get(name)?.reason).toEqual({ kind, text });
  });

  it.each([
    ['cut.sql.gz', 'truncated', /^is truncated: gzip: .*unexpected end of file$/],
    ['damaged.sql.gz', 'unreadable', /^can't be read: gzip: .*crc error$/],
    ['damaged.dump', 'unreadable', /^can't be read: could not uncompress data: /],
    ['damaged-more.dump', 'unreadable', /^can't be read: (it is damaged \(out of memory\)|could not)/],
    ['cut.dir', 'unreadable', /^can't be read: could not (read|close|uncompress)/],
    [
      'incomplete.dir',
      'unreadable',
      /^can't be read: could not open (input )?file ".*\.dat(\.gz)?": No such file/,
    ],
    [
      'newer-server.sql',
      'newer-server',
      /^was made from PostgreSQL 99\.1, and the server is PostgreSQL \d+$/,
    ],
    [
      'newer-tool.dump',
      'newer-tool',
      /^was made by a newer pg_dump than the pg_restore there can read: unsupported version \(1\.99\) in file header$/,
    ],
    ['manifest-size.dump', 'changed', /^has \d+ bytes, but its manifest says 7$/],
  ])('%s is refused: %s, in words of the tool', (name, kind, text) => {
    expect(judged.get(name)?.reason).toEqual({ kind, text: expect.stringMatching(text) });
  });

  it('is none: a manifest, a hidden file, and what the pattern does not match', () => {
    const names = [...judged.keys()].filter((name) => /manifest\.json|partial|notes/.test(name));
    expect(names).toEqual([]);
  });

  it('says when it was made: by its manifest, by itself, by its time', () => {
    const source = (name: string) => judged.get(name)?.backup.moment.source;
    expect(judged.get('manifest-good.dump')?.backup.moment).toEqual({
      at: '2026-01-02T03:04:05.000Z',
      source: 'manifest',
    });
    expect([source('good.dump'), source('good.dir'), source('good-verbose.sql')]).toEqual([
      'dump',
      'dump',
      'dump',
    ]);
    expect([source('good.sql'), source('good.sql.gz')]).toEqual(['file time', 'file time']);
  });
});

it('room is asked for a second copy, and not where the old database makes room', async () => {
  const besides = await lookAround(connect());
  expect(besides.freeBytes).toBeGreaterThan(0);
  expect((await lookAround(connect({ strategy: 'in-place' }))).freeBytes).toBeNull();
  expect((await lookAround(connect({ address: '127.0.0.1' }))).freeBytes).toBeGreaterThan(0);
  expect(besides.databaseBytes).toBe(Number(await server.sql("SELECT pg_database_size('shop')")));
});

describe('the choice', () => {
  const at = (name: string) => new Date(`2026-03-0${name}T00:00:00Z`);

  /** Plain dumps in a folder of their own, by their time. */
  function place(files: Record<string, { of: string; day: string }>) {
    const chosen = mkdtempSync(join(root, 'choice-'));
    for (const [name, { of, day }] of Object.entries(files)) {
      copyFileSync(file(of), join(chosen, name));
      utimesSync(join(chosen, name), at(day), at(day));
    }
    return chosen;
  }

  it('is the newest good one from before the release; each other has its reason', async () => {
    const own = place({
      'a.sql': { of: 'good.sql', day: '1' },
      'b.sql': { of: 'good.sql', day: '2' },
      'c.sql': { of: 'cut-before-end.sql', day: '3' },
      'd.sql': { of: 'good.sql', day: '5' },
    });
    const { chosen, others } = await chooseBackup(connect({ folder: own, pattern: '*.sql' }), {
      releasedAt: '2026-03-04T00:00:00.000Z',
    });
    expect(chosen).toMatchObject({
      name: 'b.sql',
      path: join(own, 'b.sql'),
      sizeBytes: statSync(join(own, 'b.sql')).size,
      moment: { at: '2026-03-02T00:00:00.000Z', source: 'file time' },
    });
    expect(others.map(({ backup, reason }) => `${backup.name} ${reason.text}`)).toEqual([
      'd.sql was made at 2026-03-05T00:00:00.000Z (the time of the file), not before the faulty release went live at 2026-03-04T00:00:00.000Z',
      'c.sql is truncated: its last line, "PostgreSQL database dump complete", is missing',
      'a.sql is older than b.sql',
    ]);
  });

  it('is refused with every reason when there is none', async () => {
    const own = place({ 'c.sql': { of: 'empty.sql', day: '1' } });
    const settings = { folder: own, pattern: '*.sql' };
    await expect(requireBackup(connect(settings), { releasedAt: null })).rejects.toThrow(
      `There is no backup in ${own} that database "shop" on local could be restored from. c.sql is empty. Nothing was ` +
        'changed: the live database is untouched. Put a good backup from before the release there, correct ' +
        '`database.backups`, or fix forward.',
    );
    const none = { folder: own, pattern: '*.dump' };
    await expect(requireBackup(connect(none), { releasedAt: null })).rejects.toThrow(
      `could be restored from. No file in it matches *.dump. Nothing was changed`,
    );
  });

  it('says so when the folder is not there', async () => {
    await expect(chooseBackup(connect({ folder: '/nowhere' }), { releasedAt: null })).rejects.toThrow(
      /^The folder of backups, \/nowhere, can't be read: .*Nothing was changed: the live database is untouched\./,
    );
  });

  it('refuses \\restrict where psql is too old for it', async () => {
    const programs = mkdtempSync(join(root, 'old-'));
    for (const name of ['psql', 'pg_restore']) {
      const known = name === 'psql' ? "sed 's/^\\\\\\(un\\)\\{0,1\\}restrict .*/\\\\unknown/' |" : '';
      writeFileSync(join(programs, name), `#!/bin/sh\n${known} exec ${server.bin}/${name} "$@"\n`);
      chmodSync(join(programs, name), 0o755);
    }
    const own = place({ 'a.sql': { of: 'good.sql', day: '1' } });
    const hasRestrict = readFileSync(file('good.sql'), 'utf8').includes('\\restrict ');
    const { others } = await chooseBackup(connect({ folder: own, pattern: '*', programs }), {
      releasedAt: null,
    });
    expect(others.map(({ reason }) => reason.text)).toEqual(
      hasRestrict
        ? [
            'begins with \\restrict, which the psql there does not know: update its PostgreSQL client programs',
          ]
        : [],
    );
  });
});
