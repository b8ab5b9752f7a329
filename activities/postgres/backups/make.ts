/**
 * Makes a backup before a deploy (D6): dumped under a hidden name, read back from end to end, then named. Killed at any
 * moment, it leaves nothing that a restore would choose.
 */
import picomatch from 'picomatch';
import { MANIFEST_FORMAT } from '../../../src/domain/backup.ts';
import type { BackupManifest } from '../../../src/domain/backup.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { FailureType } from '../../../src/domain/failure.ts';
import type { CommandResult } from '../../commands/host.ts';
import type { Postgres } from '../client.ts';
import { isElsewhere } from '../commands.ts';
import { connectionFailure, missingProgram, said } from '../failures.ts';
import { readBackup } from './inspect.ts';
import type { Found } from './inspect.ts';
import { judgeReading } from './judge.ts';
import type { Surroundings } from './judge.ts';
import {
  CHECKSUM,
  DISCARD,
  NAME_TAKEN,
  NO_FOLDER,
  NO_MANIFEST,
  PRIVATELY,
  PUBLISH,
  SIZE,
  SWEEP,
} from './scripts.ts';
import { lookAround } from './surroundings.ts';

export type BackupOrder = {
  service: string;
  environment: string;
  /** The release that serves now. */
  release?: string;
  /** The migrations that are applied, or what a person says of them. */
  migrations?: string[] | string;
  /** More than one: a folder instead of a file, dumped by so many connections at once. */
  jobs?: number;
  signal?: AbortSignal;
};

/** A dump may take this long, and so may reading it. */
const DUMP_MS = 6 * 3_600_000;
const UNTOUCHED = 'No data was changed, and no backup was left behind.';

/**
 * @returns the manifest, as it lies beside the backup
 * @throws BackoutFailure BackupNotMade, InvalidConfiguration, or that host or database are out of reach
 */
export async function makeBackup(
  postgres: Postgres,
  order: BackupOrder,
): Promise<{ path: string; manifest: BackupManifest }> {
  refuseUnfit(postgres, order);
  const surroundings = await lookAround(postgres);
  const start = await askServer(postgres);
  const name = backupName(order, start.now);
  refuseUnfound(postgres, name);
  const partial = `.${name}.partial`;
  const { folder } = postgres.settings.backups;
  await sweep(postgres, order);
  try {
    await dump(postgres, `${folder}/${partial}`, order);
    const measured = await verify(postgres, { path: `${folder}/${partial}`, order, surroundings });
    const manifest: BackupManifest = {
      format: MANIFEST_FORMAT,
      service: order.service,
      environment: order.environment,
      database: postgres.settings.name,
      ...(order.release === undefined ? {} : { release: order.release }),
      startedAt: start.now,
      endedAt: (await askServer(postgres)).now,
      dump: dumpFormat(order),
      file: name,
      ...measured,
      serverVersion: start.version,
      databaseBytes: surroundings.databaseBytes,
      ...(order.migrations === undefined ? {} : { migrations: order.migrations }),
    };
    await publish(postgres, { partial, name, manifest });
    return { path: `${folder}/${name}`, manifest };
  } catch (error) {
    await postgres.beside(DISCARD, [folder, partial, name]).catch(() => undefined);
    throw error;
  }
}

/** `shop-20261121T101112Z-1.5.0.dump`: sorts by time, and says what it is. */
export function backupName({ service, release, ...order }: BackupOrder, now: string): string {
  const time = `${now.slice(0, 19).replace(/[-:]/g, '')}Z`;
  const of = release === undefined ? '' : `-${release.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80)}`;
  return `${service}-${time}${of}.${dumpFormat(order) === 'custom' ? 'dump' : 'dir'}`;
}

const dumpFormat = ({ jobs = 1 }: Pick<BackupOrder, 'jobs'>): BackupManifest['dump'] =>
  jobs > 1 ? 'directory' : 'custom';

function refuseUnfit({ settings }: Postgres, order: BackupOrder): void {
  if (dumpFormat(order) === 'custom') return;
  if (!isElsewhere(settings) || settings.backups.where === 'database') return;
  throw new BackoutFailure('InvalidConfiguration', {
    what: `Several jobs write a folder, and ${settings.backups.folder} is on the host while pg_dump runs in a container.`,
    changed: UNTOUCHED,
    next: 'Leave --jobs out, or mount the folder into the container and set `backups.where: database`.',
  });
}

/** A backup that a restore would not look at is none. */
function refuseUnfound({ settings }: Postgres, name: string): void {
  const { folder, pattern } = settings.backups;
  if (picomatch.isMatch(name, pattern)) return;
  throw new BackoutFailure('InvalidConfiguration', {
    what: `The backup would be called ${name}, and a restore only looks at files in ${folder} that match ${pattern}.`,
    changed: UNTOUCHED,
    next: "Let `database.backups.pattern` match it, too, e.g. '{OLD,*.dump,*.dir}'.",
  });
}

const SERVER = `
SELECT current_setting('server_version'),
  to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

async function askServer(postgres: Postgres): Promise<{ version: string; now: string }> {
  const [[version, now] = []] = await postgres.query(SERVER);
  return { version: version?.split(' ')[0] ?? '', now: now ?? '' };
}

async function sweep(postgres: Postgres, { service }: BackupOrder): Promise<void> {
  const { folder } = postgres.settings.backups;
  const result = await postgres.beside(SWEEP, [folder, service]);
  if (result.exitCode === NO_FOLDER)
    throw notMade('InvalidConfiguration', `There is no folder ${folder}`, result);
}

/** @throws BackoutFailure BackupNotMade */
export async function dump(
  postgres: Postgres,
  path: string,
  order: Pick<BackupOrder, 'jobs' | 'signal'>,
): Promise<void> {
  const { jobs = 1, signal } = order;
  const options = { timeoutMs: DUMP_MS, ...(signal === undefined ? {} : { signal }) };
  const argv = ['pg_dump', '-w', '--lock-wait-timeout=60s'];
  const { settings } = postgres;
  const outside = isElsewhere(settings) && settings.backups.where === 'host';
  const format = dumpFormat(order) === 'custom' ? ['-Fc'] : ['-Fd', '-j', String(jobs)];
  const result = outside
    ? await postgres.drain(path, [...argv, ...format], options)
    : await postgres.script(PRIVATELY, [...argv, ...format, '-f', path], options);
  if (result.exitCode === 0) return;
  const where = postgres.describe();
  throw (
    missingProgram({ where, program: 'pg_dump', result }) ??
    connectionFailure({ where, result }) ??
    notMade('BackupNotMade', `pg_dump failed for ${where}`, result)
  );
}

type ToVerify = { path: string; order: Pick<BackupOrder, 'jobs' | 'signal'>; surroundings: Surroundings };

/** Reads it from end to end. @throws BackoutFailure BackupNotMade */
export async function verify(
  postgres: Postgres,
  { path, order, surroundings }: ToVerify,
): Promise<Pick<BackupManifest, 'sizeBytes' | 'sha256'>> {
  const options = { timeoutMs: DUMP_MS, ...(order.signal === undefined ? {} : { signal: order.signal }) };
  const size = await postgres.beside(SIZE, [path], options);
  const format = dumpFormat(order);
  const backup: Found = {
    ...{ name: path, path, isDirectory: format === 'directory', sizeBytes: Number(size.stdout.trim()) },
    ...{ format, sniffed: { format }, manifest: null, serverVersion: null, modifiedAt: '' },
    moment: { at: '', source: 'file time' },
  };
  // What a restore would need is judged when there is one.
  const room = { ...surroundings, freeBytes: null };
  const reason = judgeReading(backup, await readBackup(postgres, backup, order.signal), room);
  if (reason !== null) {
    throw new BackoutFailure('BackupNotMade', {
      what: `The dump of ${postgres.describe()} was made, but ${reason.text}.`,
      changed: UNTOUCHED,
      next: 'See whether its disk is full or damaged, then try again. Do not deploy without a backup.',
    });
  }
  const checksum = await postgres.beside(CHECKSUM, [path], options);
  return { sizeBytes: backup.sizeBytes, sha256: checksum.stdout.trim() };
}

/** By the exit code of the script, which says nothing else. */
const WHY_NOT_NAMED: Record<number, string> = {
  [NAME_TAKEN]: 'a backup of that name is there, made in the same second',
  [NO_MANIFEST]: 'its manifest could not be written: is the disk full?',
};

type ToPublish = { partial: string; name: string; manifest: BackupManifest };

async function publish(postgres: Postgres, { partial, name, manifest }: ToPublish): Promise<void> {
  const { folder } = postgres.settings.backups;
  const stdin = `${JSON.stringify(manifest, null, 2)}\n`;
  const result = await postgres.beside(PUBLISH, [folder, partial, name], { stdin, timeoutMs: 600_000 });
  if (result.exitCode === 0) return;
  const stderr = WHY_NOT_NAMED[result.exitCode ?? 0] ?? result.stderr;
  throw notMade('BackupNotMade', `${name} could not be named in ${folder}`, { ...result, stderr });
}

function notMade(type: FailureType, what: string, { stderr }: CommandResult): BackoutFailure {
  return new BackoutFailure(type, {
    what: `${what}: ${said(stderr)}`,
    changed: UNTOUCHED,
    next: 'Correct that, then try again. Do not deploy without a backup.',
  });
}
