/** Putting a backup into an empty database. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { DatabaseSettings } from '../../../src/domain/database.ts';
import type { CommandResult } from '../../commands/host.ts';
import type { Postgres, Source } from '../client.ts';
import { connectionString } from '../commands.ts';
import { connectionFailure, said } from '../failures.ts';
import { DAY_MS } from './job.ts';
import type { RestoreBackup, RestoreJob } from './job.ts';

export type Load = { argv: string[]; source: Source | null };

/** How to load it: in parallel where the format and the place allow. Pure. */
export function loadCommand(backup: RestoreBackup, settings: DatabaseSettings, database: string): Load {
  const { path, format } = backup;
  const restore = ['pg_restore', '--exit-on-error', '--no-password', '-d', connectionString(database)];
  const psql = ['psql', '-X', '-q', '-w', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', '-'];
  switch (format) {
    case 'plain':
      return { argv: psql, source: { file: path, unpack: 'cat' } };
    case 'plain-gzip':
      return { argv: psql, source: { file: path, unpack: 'gunzip' } };
    case 'custom':
      // Several readers need a file: through a pipe there can be only one.
      return isReachable(settings)
        ? { argv: [...restore, '-j', String(settings.restore.jobs), path], source: null }
        : { argv: restore, source: { file: path, unpack: 'cat' } };
    case 'directory':
      return { argv: [...restore, '-j', String(settings.restore.jobs), path], source: null };
  }
}

/** Whether PostgreSQL's programs can open the backup themselves. */
export function isReachable({ container, pod, backups }: DatabaseSettings): boolean {
  return (container === undefined && pod === undefined) || backups.where === 'database';
}

/**
 * Loads it into `database`, which is empty.
 * @throws BackoutFailure RestoreFailed when the backup does not fit; DatabaseUnreachable, CommandFailed when it was cut
 */
export async function load(postgres: Postgres, job: RestoreJob, database: string): Promise<void> {
  const { argv, source } = loadCommand(job.backup, postgres.settings, database);
  const options = {
    database,
    timeoutMs: job.timeoutMs ?? DAY_MS,
    ...(job.signal === undefined ? {} : { signal: job.signal }),
  };
  const result = await (source === null ? postgres.run(argv, options) : postgres.feed(source, argv, options));
  if (result.exitCode !== 0) throw loadFailure(postgres.describe(database), argv[0] ?? '', result);
}

const UNTOUCHED = 'The live database is untouched.';

/** What a broken-off restore says, when it was not the backup's fault: that heals by doing it again. */
const CUT = /worker process died|terminated by signal|crash of another server process/;

/** Pure. */
export function loadFailure(where: string, program: string, result: CommandResult): BackoutFailure {
  const cut = connectionFailure({ where, result });
  if (cut) return new BackoutFailure(cut.type, { ...cut.parts, changed: UNTOUCHED });
  if (result.exitCode >= 128 || CUT.test(result.stderr)) {
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
