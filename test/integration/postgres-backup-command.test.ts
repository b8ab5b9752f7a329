/** `backout backup` and `backout backups` as people run them, on a real PostgreSQL, and killed in the middle. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backupManifestSchema } from '../../src/domain/backup.ts';
import { SMALL } from '../config/support.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

let server: TestPostgres;
let root: string;
let folder: string;

beforeAll(async () => {
  server = await startPostgres();
  root = mkdtempSync(join(tmpdir(), 'bo-backup-'));
  await server.sql('CREATE DATABASE listings');
  await server.sql(
    'CREATE TABLE homes (id int PRIMARY KEY); INSERT INTO homes SELECT generate_series(1, 5000)',
    {
      database: 'listings',
    },
  );
});

afterAll(async () => {
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

beforeEach(() => {
  folder = mkdtempSync(join(root, 'backups-'));
});

/** `more` are lines of YAML under `database`. */
function configure({ pattern = '*', where = 'host', more = '' } = {}): string {
  const file = join(folder, '..', `backout-${Math.random().toString(36).slice(2)}.yaml`);
  const database = `        database:
          name: listings
          programs: ${server.bin}
          connection: { socket: ${server.socketFolder}, port: ${server.port} }
          backups: { folder: ${folder}, pattern: '${pattern}', where: ${where} }
${more}`;
  writeFileSync(file, SMALL + database);
  return file;
}

type Ran = { code: number | null; out: string; err: string };

function start(argv: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...argv], {
    env: { PATH: process.env['PATH'] ?? '', HOME: root, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ran: Ran = { code: null, out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => (ran.out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (ran.err += data.toString()));
  const ended = new Promise<Ran>((resolve) => {
    child.once('close', (code) => resolve(Object.assign(ran, { code })));
  });
  return { child, ended };
}

const backout = (...argv: string[]) => start(argv).ended;
const files = () => readdirSync(folder).sort();

describe('backout backup', () => {
  it('writes a dump that was read back, and its manifest', async () => {
    const config = configure();
    const argv = ['--release', '1.5.0', '--migrations', '0042_prices'];
    const { code, out, err } = await backout('--config', config, 'backup', 'listings', ...argv, '--json');
    expect([code, err]).toEqual([0, '']);
    const { path, ...printed } = JSON.parse(out) as { path: string };
    const manifest = backupManifestSchema.parse(JSON.parse(readFileSync(`${path}.manifest.json`, 'utf8')));
    expect(printed).toEqual(manifest);
    expect(manifest).toMatchObject({
      format: 'backout.backup/1',
      service: 'listings',
      environment: 'production',
      database: 'listings',
      release: '1.5.0',
      migrations: '0042_prices',
      dump: 'custom',
      sizeBytes: statSync(path).size,
    });
    const name = `listings-${manifest.startedAt.slice(0, 19).replace(/[-:]/g, '')}Z-1.5.0.dump`;
    expect(files()).toEqual([name, `${name}.manifest.json`]);
    expect(statSync(path).mode & 0o077).toBe(0);

    const listed = await backout('--config', config, 'backups', 'listings', '--json');
    expect(JSON.parse(listed.out)).toEqual([
      expect.objectContaining({
        name,
        good: true,
        reason: null,
        release: '1.5.0',
        madeAt: manifest.startedAt,
        madeAtSource: 'manifest',
      }),
    ]);
  });

  it('dumps into a folder by several connections', async () => {
    const config = configure();
    const { code, out } = await backout('--config', config, 'backup', 'listings', '--jobs', '2');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Backup of database "listings" on local:\n {2}\/.*\/listings-\d{8}T\d{6}Z\.dir\n {2}as of .* UTC; .* made and read back in .* m?s\n$/,
    );
    const listed = await backout('--config', config, 'backups', 'listings');
    expect([listed.code, listed.out.split('\n')]).toEqual([
      0,
      [
        expect.stringMatching(/^MADE +KNOWN BY +SIZE +FORMAT +RELEASE +BACKUP +VERDICT$/),
        expect.stringMatching(/ manifest .* directory .*listings-.*\.dir +good$/),
        '',
      ],
    ]);
  });

  it.each(['host', 'database'])('backs up a container into a folder of the %s', async (where) => {
    const docker = join(root, 'bin');
    mkdirSync(docker, { recursive: true });
    writeFileSync(join(docker, 'docker'), '#!/bin/sh\nshift 3\nexec setsid --wait "$@"\n');
    chmodSync(join(docker, 'docker'), 0o755);
    const config = configure({ where, more: '          container: db\n' });
    const env = { PATH: `${docker}${delimiter}${process.env['PATH'] ?? ''}` };
    const made = await start(['--config', config, 'backup', 'listings'], env).ended;
    expect([made.code, made.err]).toEqual([0, '']);
    expect(made.out).toContain('Backup of database "listings" in container db on local:');
    const listed = await start(['--config', config, 'backups', 'listings', '--json'], env).ended;
    expect(JSON.parse(listed.out)).toMatchObject([{ good: true, format: 'custom' }]);
  });

  it('refuses a name that no restore would look at', async () => {
    const config = configure({ pattern: '*.sql.gz' });
    const { code, err } = await backout('--config', config, 'backup', 'listings');
    expect(code).toBe(2);
    expect(err).toMatch(
      /The backup would be called listings-.*\.dump, and a restore only looks at files in .* that match \*\.sql\.gz\. No data was changed, and no backup was left behind\./,
    );
    expect(files()).toEqual([]);
  });

  it('clears away what was killed long ago, and nothing younger', async () => {
    const day = 86_400;
    for (const [name, age] of [
      ['.listings-old.dump.partial', 2 * day],
      ['.listings-young.dump.partial', 60],
      ['.other-old.dump.partial', 2 * day],
    ] as const) {
      writeFileSync(join(folder, name), 'x');
      const time = Date.now() / 1000 - age;
      utimesSync(join(folder, name), time, time);
    }
    expect((await backout('--config', configure(), 'backup', 'listings')).code).toBe(0);
    expect(files().filter((name) => name.startsWith('.'))).toEqual([
      '.listings-young.dump.partial',
      '.other-old.dump.partial',
    ]);
  });
});

describe('a backup that ends in the middle', () => {
  const HOLD = 'BEGIN; LOCK TABLE homes; SELECT pg_sleep(600)';
  const WAITING =
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'LOCK TABLE%'";
  let holder: Promise<unknown>;

  /** pg_dump has opened its file, and waits for a lock. */
  async function untilItWaits() {
    await until('pg_dump waits', async () => (await server.sql(WAITING)) === '1');
  }

  beforeEach(async () => {
    holder = server.sql(HOLD, { database: 'listings' }).catch(() => undefined);
    const held =
      "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%' OR query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()";
    await until('the table is locked', async () => Number(await server.sql(held)) > 0);
    return async () => {
      await release();
      await holder;
    };
  });

  const release = () =>
    server.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()",
    );

  it('because pg_dump was killed, leaves nothing behind and says so', async () => {
    const { ended } = start(['--config', configure(), 'backup', 'listings']);
    await untilItWaits();
    for (const pid of dumpsInto(folder)) process.kill(pid, 'SIGKILL');
    const { code, err } = await ended;
    expect([code, err]).toEqual([
      1,
      'backout: pg_dump failed for database "listings" on local: no reason was given. No data was changed, and no ' +
        'backup was left behind. Correct that, then try again. Do not deploy without a backup.\n',
    ]);
    expect(files()).toEqual([]);
  });

  it('because the server ended its session, leaves nothing behind and says so', async () => {
    const { ended } = start(['--config', configure(), 'backup', 'listings']);
    await untilItWaits();
    await server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LOCK TABLE%'");
    const { code, err } = await ended;
    expect(code).toBe(1);
    expect(err).toMatch(/The connection to database "listings" on local was cut: /);
    expect(files()).toEqual([]);
  });

  it('by Ctrl-C, leaves nothing behind', async () => {
    const { child, ended } = start(['--config', configure(), 'backup', 'listings']);
    await untilItWaits();
    child.kill('SIGINT');
    const { code, err } = await ended;
    expect([code, err]).toEqual([
      130,
      'backout: Ended before the backup was done. No data was changed, and no backup was left behind.\n',
    ]);
    expect(files()).toEqual([]);
  });

  it('by SIGKILL, leaves nothing that a restore would choose', async () => {
    const config = configure();
    const { child, ended } = start(['--config', config, 'backup', 'listings']);
    await untilItWaits();
    child.kill('SIGKILL');
    await ended;
    expect(files()).toEqual([expect.stringMatching(/^\.listings-.*\.dump\.partial$/)]);
    // What is left of it goes on, and still names nothing.
    await release();
    const partial = join(folder, files()[0] ?? '');
    await until('pg_dump has ended', async () => {
      const left = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'listings'";
      return existsSync(partial) && (await server.sql(left)) === '0';
    });
    expect(statSync(partial).size).toBeGreaterThan(0);
    const listed = await backout('--config', config, 'backups', 'listings');
    expect(listed).toEqual({
      code: 1,
      out: 'No file in the folder of backups matches the pattern.\n',
      err: '',
    });
  });
});

describe('backout backups', () => {
  it('says which would be restored for a release, and why not the others', async () => {
    const config = configure();
    await backout('--config', config, 'backup', 'listings');
    writeFileSync(join(folder, 'broken.sql'), '-- PostgreSQL database dump\n');
    const later = Date.now() / 1000 + 3600;
    utimesSync(join(folder, 'broken.sql'), later, later);
    const list = async (before: string) => {
      const { code, out } = await backout(
        '--config',
        config,
        'backups',
        'listings',
        '--before',
        before,
        '--json',
      );
      const found = JSON.parse(out) as { name: string; reason: string | null }[];
      return { code, reasons: found.map(({ reason }) => reason) };
    };
    expect(await list('2099-01-01T00:00:00Z')).toEqual({ code: 0, reasons: ['truncated', null] });
    expect(await list('2020-01-01T00:00:00Z')).toEqual({
      code: 1,
      reasons: ['after-release', 'after-release'],
    });
    expect((await backout('--config', config, 'backups', 'listings', '--before', 'noon')).code).toBe(2);
  });

  it('says that a service has no database', async () => {
    const file = join(root, 'none.yaml');
    writeFileSync(file, SMALL);
    expect(await backout('--config', file, 'backups', 'listings')).toEqual({
      code: 2,
      out: '',
      err: 'backout: listings has no `database` in production. Nothing was changed: traffic and data are as they were. Add it to backout.yaml: see docs/targets/postgresql.md.\n',
    });
  });
});

function dumpsInto(target: string): number[] {
  const isDump = (pid: string) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words[0]?.endsWith('pg_dump') && words.some((word) => word.startsWith(target));
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && isDump(pid))
    .map(Number);
}
