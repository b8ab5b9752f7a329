/** Putting a backup into an empty database. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { DatabaseSettings } from '../../../src/domain/database.ts';
import type { CommandResult } from '../../commands/host.ts';
import type { Postgres, Source } from '../client.ts';
import { connectionString } from '../commands.ts';
import { connectionFailure, said } from '../failures.ts';
import { DAY_MS } from './job.ts';
import type { RestoreBackup, RestoreJob } from './job.ts';
import { lookAtMachine, tuningFor } from './machine.ts';

export type Load = { argv: string[]; source: Source | null };

/** How to load it: in parallel where the format and the place allow. Pure. */
export function loadCommand(
  backup: RestoreBackup,
  settings: DatabaseSettings,
  { database, jobs }: { database: string; jobs: number },
): Load {
  const { path, format } = backup;
  const restore = ['pg_restore', '--exit-on-error', '--no-password', '-d', connectionString(database)];
  const psql = ['psql', '-X', '-q', '-w', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', '-'];
  switch (format) {
    case 'plain':
      return { argv: psql, source: { file: path, unpack: 'cat' } };
    case 'plain-gz':
      return { argv: psql, source: { file: path, unpack: 'gunzip' } };
    case 'custom':
      // Several readers need a file: through a pipe there can be only one.
      return isReachable(settings)
        ? { argv: [...restore, '-j', String(jobs), path], source: null }
        : { argv: restore, source: { file: path, unpack: 'cat' } };
    case 'directory':
      return { argv: [...restore, '-j', String(jobs), path], source: null };
  }
}

/** Whether PostgreSQL's programs can open the backup themselves. */
export function isReachable({ container, pod, backups }: DatabaseSettings): boolean {
  return (container === undefined && pod === undefined) || backups.where === 'database';
}

export type Loading = {
  /** It is empty. */
  database: string;
  /**
   * A materialized view that can't be filled any more is left empty, instead of the restore being given up: such as one
   * whose owner has lost a right meanwhile. For where there is nothing else to go back to.
   */
  lenient?: boolean;
};

/**
 * @returns what was left out
 * @throws BackoutFailure RestoreFailed when the backup does not fit; DatabaseUnreachable, CommandFailed when it was cut
 */
export async function load(
  postgres: Postgres,
  job: RestoreJob,
  { database, lenient = false }: Loading,
): Promise<string[]> {
  const { jobs, settings } = tuningFor(await lookAtMachine(postgres, job.signal), postgres.settings.restore);
  const { argv, source } = loadCommand(job.backup, postgres.settings, { database, jobs });
  const command = lenient ? argv.filter((word) => word !== '--exit-on-error') : argv;
  const options = {
    ...{ database, settings },
    timeoutMs: job.timeoutMs ?? DAY_MS,
    ...(job.signal === undefined ? {} : { signal: job.signal }),
  };
  const result = await (source === null
    ? postgres.run(command, options)
    : postgres.feed(source, command, options));
  if (result.exitCode === 0) return [];
  const leftOut = lenient ? onlyViews(result) : null;
  if (leftOut !== null) return leftOut;
  throw loadFailure(postgres.describe(database), argv[0] ?? '', result);
}

/** What pg_restore could not do, when that was nothing but to fill materialized views; else null. Pure. */
export function onlyViews({ exitCode, stderr }: CommandResult): string[] | null {
  // Its own count is no help: of several jobs, an error in one counts twice.
  const toTheEnd = /^pg_restore: warning: errors ignored on restore: \d+$/m.test(stderr);
  const errors = stderr.match(/^pg_restore: error: /gm) ?? [];
  const failed = [
    ...stderr.matchAll(/ERROR:\s+([^\n]*)\n(?:(?!Command was:)[^\n]*\n)*Command was: ([^\n]*)/g),
  ];
  const views = failed.filter(([, , command = '']) => command.startsWith('REFRESH MATERIALIZED VIEW '));
  if (exitCode !== 1 || !toTheEnd || errors.length !== views.length) return null;
  return views.map(([, error = '', command = '']) => `${command.replace(/;$/, '')}: ${error}.`);
}

const UNTOUCHED = 'The live database is untouched.';

/** What a broken-off restore says, when it was not the backup's fault: that heals by doing it again. */
const CUT = /worker process died|terminated by signal|crash of another server process/;

/** Pure. */
export function loadFailure(where: string, program: string, result: CommandResult): BackoutFailure {
  const cut = connectionFailure({ where, result });
  if (cut) return new BackoutFailure(cut.type, { ...cut.parts, changed: UNTOUCHED });
  if (result.exitCode >= 128 || (CUT.test(result.stderr) && !result.stderr.includes('ERROR:'))) {
    return new BackoutFailure('CommandFailed', {
      what: `${program} was cut off while it restored ${where}. ${said(result.stderr)}`,
      changed: UNTOUCHED,
      next: 'Backout begins the restore again by itself.',
    });
  }
  return new BackoutFailure('RestoreFailed', {
    what: `The backup could not be restored into ${where}: ${said(result.stderr)}`,
    changed: UNTOUCHED,
    next: 'Mend what it says and try again, or choose another backup.',
  });
}
