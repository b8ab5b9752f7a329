/** The client of PostgreSQL against a real server, directly and through what stands in for `docker exec`. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../activities/commands/host.ts';
import { endGroup } from '../../activities/commands/given-up.ts';
import { createLocalHost } from '../../activities/commands/local.ts';
import { createSshHost } from '../../activities/commands/ssh.ts';
import { remoteLine } from '../../activities/commands/ssh-commands.ts';
import { createPostgres } from '../../activities/postgres/client.ts';
import { END_MARKED, withConnection, withMark } from '../../activities/postgres/commands.ts';
import { countNewerRows } from '../../activities/postgres/newer-rows.ts';
import { sqlStateOf } from '../../activities/postgres/failures.ts';
import { databaseSchema } from '../../src/domain/database.ts';
import type { DatabaseSettingsInput } from '../../src/domain/database.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

let server: TestPostgres;
let sshd: Sshd;
let overSsh: Host;
let folder: string;
const path = process.env['PATH'];

/** What Docker does to a command: it is no child of the program that is killed here. */
const DOCKER = `#!/bin/sh
[ "$3" = db ] || { echo "Error: No such container: $3" >&2; exit 1; }
shift 3
exec setsid --wait "$@"
`;

/** What Kubernetes does: names the pods that a selector means, and runs commands in one. */
const KUBECTL = `#!/bin/sh
while [ "$1" != get ] && [ "$1" != exec ]; do shift; done
if [ "$1" = get ]; then
  case "$4" in app=db) echo pod/db-7 ;; app=many) echo pod/a; echo pod/b ;; app=error) echo forbidden >&2; exit 1 ;; esac
  exit 0
fi
[ "$3" = pod/db-7 ] || exit 1
while [ "$1" != -- ]; do shift; done
shift
exec setsid --wait "$@"
`;

/** What sudo does to a command: who started it may not kill it. */
const SUDO = `#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift
exec setsid --wait "$@"
`;

beforeAll(async () => {
  [server, sshd] = await Promise.all([startPostgres(), startSshd()]);
  overSsh = createSshHost('db-1', sshd.settings);
  folder = mkdtempSync(join(tmpdir(), 'bo-client-'));
  for (const [name, script] of Object.entries({ docker: DOCKER, kubectl: KUBECTL, sudo: SUDO })) {
    writeFileSync(join(folder, name), script);
    chmodSync(join(folder, name), 0o755);
  }
  process.env['PATH'] = `${folder}${delimiter}${path}`;
  await server.sql('CREATE DATABASE "a=b; \'c\'"');
});

afterAll(async () => {
  process.env['PATH'] = path;
  await overSsh.close();
  await Promise.all([server.stop(), sshd.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

function connect(more: Partial<DatabaseSettingsInput> = {}, env: NodeJS.ProcessEnv = {}) {
  const settings = databaseSchema.parse({
    name: 'postgres',
    programs: server.bin,
    connection: { socket: server.socketFolder, port: server.port },
    backups: { folder },
    ...more,
  });
  const host = settings.host === 'local' ? createLocalHost('local', { sudo: false }) : overSsh;
  return createPostgres({ host, settings, env });
}

const withPassword = () => ({
  connection: { socket: server.socketFolder, port: server.port, password: { env: 'PW' } },
});
const PASSWORD = 's\'e c$ret"';

describe.each([
  ['on the host', {}],
  ['as a user of the system', { systemUser: 'postgres' }],
  ['in a container', { container: 'db' }],
  ['in a pod', { pod: { selector: 'app=db' } }],
  ['over SSH', { host: 'db-1' }],
])('%s', (_where, place) => {
  it('a statement takes data as it is, and gives rows as they are', async () => {
    const odd = "it's \\ $(id)\n`;";
    const rows = await connect(place).query(
      `SELECT :'text', NULL, '', :"name" FROM (SELECT 1 AS "we;i""rd") t`,
      {
        variables: { text: odd, name: 'we;i"rd' },
      },
    );
    expect(rows).toEqual([[odd, null, '', '1']]);
  });

  it('a statement that takes too long is ended by the server', async () => {
    const error = await connect(place)
      .query('SELECT pg_sleep(60)', { timeoutMs: 200 })
      .catch((reason: unknown) => reason);
    expect(sqlStateOf(error)).toBe('57014');
  });

  it('a script is all or nothing where asked', async () => {
    const script = 'CREATE TABLE kept (a int); SELECT 1/0;';
    await expect(connect(place).execute(script, { singleTransaction: true })).rejects.toThrow(
      'No data was changed: the statement failed as a whole.',
    );
    expect(await server.sql("SELECT to_regclass('kept') IS NULL")).toBe('t');
  });

  it('a database may have an odd name', async () => {
    const rows = await connect({ ...place, name: "a=b; 'c'" }).query('SELECT current_database()');
    expect(rows).toEqual([["a=b; 'c'"]]);
  });

  it('a program gets connection and password, and neither is among its arguments', async () => {
    const postgres = connect({ ...place, ...withPassword() }, { PW: PASSWORD });
    const script =
      'read -r line; echo "$line/$PGPASSWORD/$PGDATABASE/$1"; cat /proc/[0-9]*/cmdline 2>/dev/null';
    const { stdout } = await postgres.script(script, ['argument'], { stdin: 'more\n' });
    expect(stdout.split('\n')[0]).toBe(`more/${PASSWORD}/postgres/argument`);
    expect(stdout.split(PASSWORD)).toHaveLength(2);
  });

  it('a file is fed to a program, after the password', async () => {
    const file = join(folder, "it's a file.sql.gz");
    await connect().beside('printf "SELECT 40+2;\\n" | gzip >"$1"', [file]);
    const postgres = connect({ ...place, ...withPassword() }, { PW: PASSWORD });
    const fed = await postgres.feed({ file, unpack: 'gunzip' }, ['psql', '-X', '-A', '-t', '-f', '-']);
    expect([fed.exitCode, fed.stdout]).toEqual([0, '42\n']);
    const cut = join(folder, 'cut.gz');
    await connect().beside('head -c 25 "$1" >"$2"', [file, cut]);
    await expect(postgres.feed({ file: cut, unpack: 'gunzip' }, ['cat'])).rejects.toThrow(
      /cut\.gz could not be read to its end for database "postgres".*unexpected end of file.*What cat made of the part before stands\./s,
    );
  });

  it('a program may have enough before the file that it is fed has ended', async () => {
    const file = join(folder, 'longer-than-a-pipe');
    await connect().beside('yes | head -c 1000000 >"$1"', [file]);
    const fed = await connect(place).feed({ file, unpack: 'cat' }, ['head', '-n', '1']);
    expect(fed).toMatchObject({ exitCode: 0, stdout: 'y\n', stderr: '' });
  });

  it('a program that is given up is ended, wherever it runs', async () => {
    const name = `bo-${Math.random().toString(36).slice(2)}`;
    const stop = new AbortController();
    const running = connect(place).script(`sleep 300; : ${name}`, [], { signal: stop.signal });
    // The client of SSH, whose command line holds the name as well, runs before its command does.
    await until('it runs', () => commandLines(name).some((line) => !line.startsWith('ssh\0')));
    stop.abort(new Error('given up'));
    await expect(running).rejects.toThrow('given up');
    await until('it has ended', () => commandLines(name).length === 0);
  });

  it('a program that is given up at any instant of its beginning is ended', async () => {
    const name = `bo-${Math.random().toString(36).slice(2)}`;
    const postgres = connect(place);
    await Promise.all(
      INSTANTS_MS.map(async (instant) => {
        const signal = AbortSignal.timeout(instant);
        const run = instant % 2 === 0 ? postgres.script : postgres.beside;
        const error = await run(`sleep 300; : ${name}`, [], { signal }).catch((reason: unknown) => reason);
        expect(error).toMatchObject({ name: 'TimeoutError' });
      }),
    );
    await until('all have ended', () => commandLines(name).length === 0);
    // Whatever was still about to begin has had its turn before this.
    await postgres.query('SELECT 1');
    expect(commandLines(name)).toEqual([]);
  });
});

const INSTANTS_MS = [1, 2, 3, 4, 8, 12, 13, 20, 30, 31, 50, 70, 71, 100, 150];

it.each([
  ['with a connection', withConnection(['echo', 'it runs'], connectionOf('m-1')), 'm-1'],
  ['without', withMark(['echo', 'it runs'], 'm-2'), 'm-2'],
  ['over SSH', ['sh', '-c', remoteLine(['echo', 'it runs'], 'm-3')], 'm-3'],
])('a command that only begins when it has been given up does nothing: %s', async (_how, argv, mark) => {
  const local = createLocalHost('local', { sudo: false });
  expect((await local.run(argv)).stdout).toBe('it runs\n');
  const end = mark === 'm-3' ? endGroup(mark) : ['sh', '-c', END_MARKED, 'backout', mark];
  expect((await local.run(end)).exitCode).toBe(0);
  expect(await local.run(argv)).toMatchObject({ exitCode: 1, stdout: '' });
  await local.run(['sh', '-c', 'rm /dev/shm/"$1" || rm /tmp/"$1"', 'test', `backout-ended-${mark}`]);
});

function connectionOf(mark: string) {
  const settings = databaseSchema.parse({ name: 'postgres', backups: { folder: '/backups' } });
  return { settings, environment: [`BACKOUT_COMMAND=${mark}`], secret: false };
}

it('a container that is not there is said to be so', async () => {
  await expect(connect({ container: 'gone' }).query('SELECT 1')).rejects.toThrow(
    'The command for database "postgres" in container gone on local could not be run where it is: Error: No such ' +
      'container: gone. No data was changed: the command did not reach the database.',
  );
});

it.each([
  ['app=none', 'No running pod has the labels app=none in default.'],
  ['app=many', '2 running pods have the labels app=many in default.'],
  ['app=error', 'The pod with the labels app=error in default could not be asked for: forbidden.'],
])('a selector must mean one pod: %s', async (selector, what) => {
  await expect(connect({ pod: { selector } }).query('SELECT 1')).rejects.toThrow(
    `${what} No data was changed: the command did not reach the database.`,
  );
});

describe('rows that came after a backup', () => {
  it('are counted where tables and columns are configured', async () => {
    await server.sql(`
      CREATE SCHEMA "Odd; s";
      CREATE TABLE "Odd; s"."t%s" ("at ""it" timestamp);
      INSERT INTO "Odd; s"."t%s" VALUES ('2026-01-01 10:00'), ('2026-01-01 12:00'), ('2026-01-01 13:00:00.5');
      CREATE TABLE events (at timestamptz, word text);
      INSERT INTO events VALUES ('2026-01-01 10:00+00')`);
    const settings = connect({
      newerRows: [
        { table: '"Odd; s"."t%s"', column: 'at "it' },
        { table: 'events', column: 'at' },
        { table: 'events', column: 'word' },
        { table: 'nothing; DROP TABLE events', column: 'at' },
      ],
    });
    const counted = await countNewerRows(settings, { since: '2026-01-01T11:00:00.000Z' });
    expect(counted.map(({ rows, newest, problem }) => [rows, newest, problem])).toEqual([
      [2, '2026-01-01T13:00:00.500Z', null],
      [0, null, null],
      [null, null, expect.stringMatching(/^A statement failed in database "postgres" on local: /)],
      [null, null, expect.stringMatching(/^there is no such table$|^A statement failed in /)],
    ]);
    expect(await server.sql('SELECT count(*) FROM events')).toBe('1');
  });
});

it('a program that is not there is said to be so', async () => {
  const { exitCode, stderr } = await connect().run(['pg_nothing']);
  expect(exitCode).toBe(127);
  expect(stderr).toContain('pg_nothing: not found');
});

function commandLines(name: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map(commandLine)
    .filter((line) => line.includes(name));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
