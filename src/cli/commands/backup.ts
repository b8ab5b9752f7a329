/** `backout backup`: a verified dump before a deploy. Made by this command itself, without Temporal. */
import type { MadeBackup } from '../../backups.ts';
import { loadConfig } from '../../config/load.ts';
import { formatBytes, formatDuration, formatTime } from '../../domain/report/format.ts';
import { oneLine } from '../../domain/report/plain.ts';
import { CliError, usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { between } from '../view/time.ts';

export type BackupOptions = {
  config?: string;
  service: string;
  env?: string;
  release?: string;
  migrations?: string;
  /** A number, as typed. */
  jobs?: string;
  json?: boolean;
};

export async function backup(options: BackupOptions, io: Io): Promise<number> {
  const { service, env: environment, release, migrations, json } = options;
  // What a pipeline passes on from a variable that is not set.
  if (release?.trim() === '') throw usageError('--release must not be empty.');
  const jobs = options.jobs === undefined ? undefined : readJobs(options.jobs);
  const config = await loadConfig({ path: options.config, env: io.env, secrets: false, mayBeSilent: true });
  const { backUp } = await import('../../backups.ts');
  const around = { config, env: io.env, signal: io.signal };
  const made = await unlessInterrupted(
    () => backUp({ service, environment, release, migrations, jobs }, around),
    io,
  );
  io.out(json ? `${JSON.stringify({ path: made.path, ...made.manifest }, null, 2)}\n` : renderMade(made));
  return EXIT.ok;
}

/** @throws CliError `interrupted` after Ctrl-C, instead of what that led to */
async function unlessInterrupted<Result>(work: () => Promise<Result>, io: Io): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!io.signal.aborted) throw error;
    throw new CliError(
      EXIT.interrupted,
      'Ended before the backup was done. No data was changed, and no backup was left behind.',
      { cause: error },
    );
  }
}

function readJobs(text: string): number {
  if (/^([1-9]|[1-5]\d|6[0-4])$/.test(text)) return Number(text);
  throw usageError(`--jobs must be a whole number from 1 to 64, not "${text}".`);
}

/** For people. */
export function renderMade({ where, path, manifest, noMigrations }: MadeBackup): string {
  const { startedAt, endedAt, sizeBytes, databaseBytes, release, migrations } = manifest;
  return [
    `Backup of ${where}${release === undefined ? '' : `, release ${release}`}:`,
    `  ${path}`,
    `  as of ${formatTime(startedAt)}; ${formatBytes(sizeBytes)} of ${formatBytes(databaseBytes)}; made and read back in ${formatDuration(between(startedAt, endedAt))}`,
    ...(Array.isArray(migrations)
      ? [`  with ${migrations.length} migrations, the last ${migrations.at(-1) ?? 'none'}`]
      : []),
    ...(noMigrations === null
      ? []
      : [`  its manifest does not list the migrations: ${oneLine(noMigrations)}`]),
    '',
  ].join('\n');
}
