/** A private PostgreSQL that was ended, and is started again by somebody else than the test: by a recovery. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { TestPostgres } from './postgres.ts';

/** Two servers in one process group of tests would otherwise share the default socket folder and port. */
function options({ socketFolder, port }: TestPostgres): string {
  return `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=${socketFolder} -c fsync=off`;
}

/** The argv that starts it: a value for `database.server.start`. */
export function startCommandOf(server: TestPostgres): string[] {
  const log = join(server.socketFolder, 'started.log');
  return asPostgres([pgCtl(server), '-D', data(server), '-w', '-l', log, '-o', options(server), 'start']);
}

/** Ends one that was started by that command. Fine when none runs. */
export function stopStarted(server: TestPostgres): void {
  const [program = '', ...args] = asPostgres([
    pgCtl(server),
    '-D',
    data(server),
    '-w',
    '-m',
    'immediate',
    'stop',
  ]);
  try {
    execFileSync(program, args, { stdio: 'ignore', cwd: server.socketFolder });
  } catch {
    // It does not run.
  }
}

/** The settings of the environment's `database`, with the way to start it. */
export function databaseOf(server: TestPostgres, name = 'postgres'): Record<string, unknown> {
  return {
    name,
    programs: server.bin,
    connection: { socket: server.socketFolder, port: server.port },
    server: { start: startCommandOf(server), readyWithinSeconds: 20 },
    backups: { folder: server.folder },
    restore: { healthPath: '/health/db' },
  };
}

const pgCtl = ({ bin }: TestPostgres) => join(bin, 'pg_ctl');
const data = ({ folder }: TestPostgres) => join(folder, 'data');

/** PostgreSQL refuses to run as root. */
function asPostgres(argv: string[]): string[] {
  if (process.getuid?.() !== 0) return argv;
  return ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--', ...argv];
}
