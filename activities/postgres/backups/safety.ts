/**
 * The copy of the database of now that a restore in place falls back on: dumped, read back from end to end, then named.
 * Its name begins with a dot, so that no later rollback takes it for a backup of a good state.
 */
import { createHash } from 'node:crypto';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { formatBytes } from '../../../src/domain/report/format.ts';
import type { Postgres } from '../client.ts';
import type { RestoreBackup } from '../restore/job.ts';
import { FREE } from '../restore/room.ts';
import { dump, verify } from './make.ts';
import { lookAround } from './surroundings.ts';

export type SafetyOrder = {
  service: string;
  environment: string;
  /** The rollback: its workflow ID. Each has one safety copy. */
  run: string;
  /** Of the attempt: two at once do not write into the same file. */
  token: number;
  signal: AbortSignal;
};

/** Where the safety copy of a rollback is, or would be. */
export function safetyCopyOf(
  { settings }: Pick<Postgres, 'settings'>,
  { service, run }: Pick<SafetyOrder, 'service' | 'run'>,
): Pick<RestoreBackup, 'path' | 'format'> {
  return { path: `${settings.backups.folder}/${safetyPrefix(service)}${digest(run)}.dump`, format: 'custom' };
}

/** With what the names of all safety copies of a service begin. */
export const safetyPrefix = (service: string): string => `.${service}-before-restore-`;

/** What tells the safety copies of different rollbacks apart. */
export const digest = (run: string): string => createHash('sha256').update(run).digest('hex').slice(0, 12);

/** Arguments: folder, partial file in it, final name. The one before of the same name is replaced as a whole. */
const KEEP = String.raw`
cd "$1" || exit 210
sync "$2" 2>/dev/null || sync
mv -f -- "$2" "$3"`;

/** Arguments: folder, partial file in it. */
const REMOVE = String.raw`
cd "$1" && rm -f -- "$2"`;

/**
 * Made anew each time: what an earlier attempt has made may be older than the last write.
 * @throws BackoutFailure BackupNotMade, or that host or database are out of reach; nothing is left behind then
 */
export async function makeSafetyCopy(postgres: Postgres, order: SafetyOrder): Promise<void> {
  const { folder } = postgres.settings.backups;
  const { path } = safetyCopyOf(postgres, order);
  const name = path.slice(folder.length + 1);
  const partial = `${name}.${order.token}.partial`;
  const surroundings = await lookAround(postgres);
  try {
    await dump(postgres, `${folder}/${partial}`, order);
    await verify(postgres, { path: `${folder}/${partial}`, order, surroundings });
    const kept = await postgres.beside(KEEP, [folder, partial, name], { timeoutMs: 600_000 });
    if (kept.exitCode !== 0) throw notKept(path, kept.stderr);
  } catch (error) {
    await postgres.beside(REMOVE, [folder, partial]).catch(() => undefined);
    throw error;
  }
}

/**
 * A guess, before the application is stopped: a copy takes about as much as the backup, where that is packed as well.
 * @throws BackoutFailure RestoreRefused
 */
export async function refuseNoRoomForCopy(
  postgres: Postgres,
  { format, sizeBytes }: { format: RestoreBackup['format']; sizeBytes: number },
): Promise<void> {
  if (format === 'plain') return;
  const { folder } = postgres.settings.backups;
  const { exitCode, stdout } = await postgres.beside(FREE, [folder]);
  const kilobytes = /^(\d+)\n?$/.exec(stdout)?.[1];
  if (exitCode !== 0 || kilobytes === undefined || Number(kilobytes) * 1024 >= sizeBytes) return;
  throw new BackoutFailure('RestoreRefused', {
    what: `There is no room for a safety copy of ${postgres.describe()}: ${formatBytes(Number(kilobytes) * 1024)} are free in ${folder}, and the backup alone has ${formatBytes(sizeBytes)}.`,
    changed: 'No data was changed: the live database is untouched.',
    next: 'Make room there and try again.',
  });
}

function notKept(path: string, said: string): BackoutFailure {
  return new BackoutFailure('BackupNotMade', {
    what: `The safety copy could not be named ${path}: ${said.trim() || 'nothing was said'}.`,
    changed: 'No data was changed.',
    next: 'See who may write there.',
  });
}
