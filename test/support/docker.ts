/**
 * A Docker daemon for tests, and PostgreSQL in a container of it. The machine's own daemon is used where one answers.
 * Else root starts a private one: its files in a temporary folder, its networks in a namespace of their own, so that it
 * meets no other daemon's.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connection, findPrograms } from '../../scripts/demo/postgres.ts';
import type { SqlServer } from './postgres.ts';
import { until } from './until.ts';

const call = promisify(execFile);
const MAX_OUTPUT = 256_000_000;

export type TestDocker = {
  /** How programs find it: a value for DOCKER_HOST, or null for the one that they find by themselves. */
  address: string | null;
  /** @returns standard output @throws with standard error */
  docker(args: readonly string[], options?: { stdin?: string | Buffer }): Promise<string>;
  /** Ends a private one, with its containers. */
  stop(): Promise<void>;
};

export async function startDocker(): Promise<TestDocker> {
  const own = clientOf(null);
  if (await answers(own)) return { address: null, docker: own, stop: async () => undefined };
  if (process.getuid?.() !== 0 || process.platform !== 'linux') {
    throw new Error(
      'no Docker daemon answers (`docker info`), and only root on Linux can start a private one',
    );
  }
  return await startPrivate();
}

async function startPrivate(): Promise<TestDocker> {
  const folder = mkdtempSync(join(tmpdir(), 'bo-docker-'));
  const file = (name: string) => join(folder, name);
  const address = `unix://${file('sock')}`;
  const log = () => readFileSync(file('log'), 'utf8').split('\n').slice(-12).join('\n');
  // `unshare` becomes the program: its process ID is the daemon's.
  const script = 'log=$1; shift; exec unshare --net -- dockerd "$@" >"$log" 2>&1';
  const args = [
    ...['--data-root', file('data'), '--exec-root', file('exec'), '--pidfile', file('pid'), '-H', address],
    ...['--bridge=none', '--iptables=false'],
  ];
  const daemon = spawn('sh', ['-c', script, 'backout', file('log'), ...args], { stdio: 'ignore' });
  const docker = clientOf(address);
  const hasEnded = () => daemon.exitCode !== null || daemon.signalCode !== null;
  const stop = async () => {
    if (!hasEnded()) {
      await docker(['ps', '-aq'])
        .then((ids) => docker(['rm', '-f', ...ids.split('\n').filter((id) => id !== '')]))
        .catch(() => undefined);
      daemon.kill('SIGTERM');
      await once(daemon, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('the private Docker daemon answers', async () => {
      if (hasEnded()) throw new Error(`dockerd ended: ${log()}`);
      return await answers(docker);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, docker, stop };
}

/** With what follows DOCKER_HOST for the programs that the test starts. @returns what puts it back */
export function pointTo({ address }: TestDocker): () => void {
  const before = process.env['DOCKER_HOST'];
  if (address !== null) process.env['DOCKER_HOST'] = address;
  return () => {
    if (before === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = before;
  };
}

const environment = (address: string | null) => ({
  ...process.env,
  ...(address === null ? {} : { DOCKER_HOST: address }),
});

function clientOf(address: string | null): TestDocker['docker'] {
  const env = environment(address);
  return (args, { stdin = '' } = {}) =>
    new Promise((resolve, reject) => {
      const child = execFile('docker', args, { env, maxBuffer: MAX_OUTPUT }, (error, stdout, stderr) => {
        if (error) reject(new Error(`docker ${args[0] ?? ''}: ${stderr.trim() || error.message}`));
        else resolve(stdout);
      });
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(stdin);
    });
}

const answers = (docker: TestDocker['docker']) =>
  docker(['info', '--format', '{{.ServerVersion}}']).then(
    (version) => version.trim() !== '',
    () => false,
  );

export type ContainedPostgres = SqlServer & {
  /** Its name. */
  container: string;
  /** A constant sh script inside. @returns standard output */
  inside(script: string, ...args: string[]): Promise<string>;
  /** What PostgreSQL has logged. */
  log(): Promise<string>;
  /** The processes inside, with their arguments. */
  processes(): Promise<string>;
  remove(): Promise<void>;
};

/** A container with a PostgreSQL that answers. There is a folder /backups in it. */
export async function startContained({ address, docker }: TestDocker): Promise<ContainedPostgres> {
  const env = environment(address);
  const image = await imageFor(docker);
  const container = `bo-pg-${Math.random().toString(36).slice(2)}`;
  const settings = ['fsync=off', 'wal_level=logical', 'max_connections=60', 'shared_buffers=32MB'];
  await docker([
    ...[
      'run',
      '-d',
      '--name',
      container,
      '--network',
      'none',
      '--stop-signal',
      'SIGINT',
      '-e',
      'POSTGRES_HOST_AUTH_METHOD=trust',
    ],
    ...[image, 'postgres', ...settings.flatMap((setting) => ['-c', setting])],
  ]);
  const program: SqlServer['program'] = async (name, args, { stdin = '', user = 'postgres' } = {}) =>
    await docker(['exec', '-i', '-e', `PGUSER=${user}`, '-e', 'LC_ALL=C.UTF-8', container, name, ...args], {
      stdin,
    });
  const sql: SqlServer['sql'] = async (script, { database = 'postgres', user = 'postgres' } = {}) => {
    const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', connection({ dbname: database })];
    return (await program('psql', [...args, '-f', '-'], { stdin: script, user })).replace(/\n$/, '');
  };
  const remove = async () => void (await docker(['rm', '-f', '-v', container]));
  try {
    // The official image answers for a moment while it is being made, on its socket, and then starts anew.
    await until('PostgreSQL is the first process of its container, and answers', async () => {
      const [first, ...rows] = await Promise.all([
        docker(['exec', container, 'cat', '/proc/1/comm']).catch(() => ''),
        sql('SELECT 1').catch(() => ''),
      ]);
      return first === 'postgres\n' && rows[0] === '1';
    });
  } catch (error) {
    const log = await docker(['logs', '--tail', '20', container]).catch(() => '');
    await remove().catch(() => undefined);
    throw new Error(`${String(error)}: ${log}`, { cause: error });
  }
  return {
    ...{ container, program, sql, remove },
    inside: (script, ...args) => docker(['exec', container, 'sh', '-c', script, 'test', ...args]),
    log: async () => (await call('docker', ['logs', container], { env, maxBuffer: MAX_OUTPUT })).stderr,
    processes: () => docker(['top', container, '-eo', 'pid,args']),
  };
}

/** This machine's PostgreSQL as an image, made once for each version; where that can't be, the official one. */
async function imageFor(docker: TestDocker['docker']): Promise<string> {
  const bin = findPrograms();
  const { stdout } = await call(join(bin, 'postgres'), ['--version']);
  const version = /\d+(\.\d+)?\S*/.exec(stdout)?.[0] ?? 'unknown';
  if (!/^\/usr\/lib\/postgresql\/\d+\/bin$/.test(bin)) {
    const official = `postgres:${Number.parseInt(version)}-alpine`;
    await docker(['image', 'inspect', official]).catch(() => docker(['pull', '-q', official]));
    return official;
  }
  const archive = await archiveOf(bin, version);
  const image = `backout-test-postgres:${/[^/]*(?=\.tar$)/.exec(archive)?.[0] ?? version}`;
  const there = await docker(['image', 'inspect', image]).then(
    () => true,
    () => false,
  );
  if (there) return image;
  const changes = [`ENV PATH=/usr/local/bin:${bin}:/bin LANG=C.UTF-8`, 'ENTRYPOINT ["docker-entrypoint.sh"]'];
  await docker(['import', ...changes.flatMap((change) => ['--change', change]), archive, image]);
  return image;
}

/** The cached archive of the image's files. */
async function archiveOf(bin: string, version: string): Promise<string> {
  const script = fileURLToPath(new URL('postgres-rootfs.sh', import.meta.url));
  const cache =
    process.env['BACKOUT_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'backout');
  const made = createHash('sha256').update(readFileSync(script)).digest('hex').slice(0, 8);
  const archive = join(cache, `postgres-image-${version}-${made}.tar`);
  if (existsSync(archive)) return archive;
  mkdirSync(cache, { recursive: true });
  const partial = `${archive}.${process.pid}`;
  await call('sh', [script, bin, partial]);
  renameSync(partial, archive);
  return archive;
}
