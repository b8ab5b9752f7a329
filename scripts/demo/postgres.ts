/**
 * A private PostgreSQL: programs as they are installed, a cluster of its own in a temporary folder, sockets only there
 * and on loopback. PostgreSQL refuses to run as root, so root runs it as the user "postgres". For the demo, the tests
 * and the benchmarks.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../src/embedded/ports.ts';

/** The cluster's superuser. Its own sockets trust everybody who may open them. */
const SUPERUSER = 'postgres';

export type PrivatePostgres = {
  folder: string;
  /** Where its socket is: a value for PGHOST. */
  socketFolder: string;
  port: number;
  /** Where psql, pg_dump, pg_restore and the others are. */
  bin: string;
  /** Runs one of PostgreSQL's programs against this server. @returns standard output @throws with standard error */
  program(
    name: string,
    args: readonly string[],
    options?: { stdin?: string; user?: string },
  ): Promise<string>;
  /** Runs a script with psql, ending at its first error. @returns rows as "a|b" lines */
  sql(script: string, options?: { database?: string; user?: string }): Promise<string>;
  /** Process ID of the server. */
  pid(): number;
  /** SIGKILL to the server; returns when it and all of its processes are gone. */
  kill(): Promise<void>;
  /** Starts it again, and returns when it answers. */
  start(): Promise<void>;
  /** Ends it and removes everything. */
  stop(): Promise<void>;
};

const MAX_OUTPUT = 256_000_000;

const WITHIN_MS = 20_000;

/** `configuration` is added to postgresql.conf's settings. */
export async function startPrivatePostgres(
  configuration: Record<string, string> = {},
): Promise<PrivatePostgres> {
  const bin = findPrograms();
  const isRoot = process.getuid?.() === 0;
  const folder = mkdtempSync(join(tmpdir(), 'bo-pg-'));
  const [data, socketFolder] = [join(folder, 'data'), join(folder, 'run')];
  const port = await freePort();
  // Whoever started it connects to it; the data folder itself stays the server's own.
  chmodSync(folder, 0o755);
  for (const path of [data, socketFolder]) {
    mkdirSync(path, { mode: path === data ? 0o700 : 0o755 });
    if (isRoot) execFileSync('chown', ['postgres:', path]);
  }
  const user = isRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--'] : [];
  const asServer = (name: string, args: string[]) =>
    [...user, join(bin, name), ...args] as [string, ...string[]];
  const [initdb, ...initArgs] = asServer('initdb', [
    ...[
      '-D',
      data,
      '-U',
      SUPERUSER,
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
      '--no-instructions',
    ],
  ]);
  const settings = Object.entries({
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: socketFolder,
    ...configuration,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

  const environment = (user: string) => ({
    PATH: process.env['PATH'] ?? '',
    LC_ALL: 'C.UTF-8',
    PGHOST: socketFolder,
    PGPORT: String(port),
    PGUSER: user,
  });
  const program: PrivatePostgres['program'] = (name, args, { stdin = '', user = SUPERUSER } = {}) =>
    new Promise((resolve, reject) => {
      const options = { env: environment(user), maxBuffer: MAX_OUTPUT };
      const child = execFile(join(bin, name), args, options, (error, stdout, stderr) => {
        if (error) reject(new Error(`${name}: ${stderr.trim() || error.message}`));
        else resolve(stdout);
      });
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(stdin);
    });
  const sql: PrivatePostgres['sql'] = async (script, { database = 'postgres', user = SUPERUSER } = {}) => {
    const args = [
      '-X',
      '-q',
      '-A',
      '-t',
      '-v',
      'ON_ERROR_STOP=1',
      '-d',
      connection({ dbname: database }),
      '-f',
      '-',
    ];
    return (await program('psql', args, { stdin: script, user })).replace(/\n$/, '');
  };

  let server: ChildProcess | null = null;
  const pid = () => {
    if (server?.pid === undefined) throw new Error('PostgreSQL does not run');
    return server.pid;
  };
  const answers = async () => {
    if (server !== null && server.exitCode !== null) throw new Error(`PostgreSQL ended: ${readLog(folder)}`);
    return await sql('SELECT 1').then(
      () => true,
      () => false,
    );
  };
  const start = async () => {
    const [postgres, ...args] = asServer('postgres', ['-D', data, ...settings]);
    const log = openSync(join(folder, 'log'), 'a');
    // A group of its own: Ctrl-C in the terminal ends whoever started it, and that ends it.
    server = spawn(postgres, args, { stdio: ['ignore', log, log], detached: true, cwd: folder });
    await until('answers', answers);
  };
  const end = async (signal: NodeJS.Signals) => {
    // It may have been killed already.
    if (server !== null && server.exitCode === null && server.signalCode === null) server.kill(signal);
    await until('has ended', () => processesIn(data).length === 0);
    server = null;
  };
  const stop = async () => {
    await end('SIGINT');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await promisify(execFile)(initdb, initArgs, { cwd: folder });
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...{ folder, socketFolder, port, bin, program, sql, pid, start, stop },
    kill: () => end('SIGKILL'),
  };
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + WITHIN_MS;
  while (!(await isSo())) {
    if (Date.now() > giveUpAt)
      throw new Error(`PostgreSQL: it is not so within ${WITHIN_MS} ms that it ${what}`);
    await pause(10);
  }
}

/** A connection string: it carries names that an option could not, such as one with "=" in it. */
export function connection(parts: Record<string, string>): string {
  return Object.entries(parts)
    .map(([key, value]) => `${key}='${value.replace(/[\\']/g, '\\$&')}'`)
    .join(' ');
}

/** The server and all that it started: each works in the data folder. Those of a killed server end a moment later. */
function processesIn(data: string): number[] {
  const isIn = (pid: string) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === data;
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isIn(name))
    .map(Number);
}

function readLog(folder: string): string {
  return readFileSync(join(folder, 'log'), 'utf8').split('\n').slice(-12).join('\n');
}

/** The folder with PostgreSQL's own programs; what lies on the PATH may be Debian's wrapper. */
export function findPrograms(): string {
  const installed = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...installed.sort((a, b) => Number(b) - Number(a)).map((version) => `/usr/lib/postgresql/${version}/bin`),
    ...fromPgConfig(),
  ];
  const found = folders.find((folder) =>
    ['postgres', 'initdb', 'psql'].every((name) => existsSync(join(folder, name))),
  );
  if (found === undefined)
    throw new Error('PostgreSQL is not installed (Debian: apt-get install postgresql)');
  return found;
}

function fromPgConfig(): string[] {
  try {
    return [
      execFileSync('pg_config', ['--bindir'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim(),
    ];
  } catch {
    return [];
  }
}
