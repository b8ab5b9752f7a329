/** Finds the backups of a database and reads them from end to end. Changes nothing. */
import picomatch from 'picomatch';
import { MANIFEST_SUFFIX } from '../../../src/domain/backup.ts';
import type { Backup, BackupFile, BackupMoment, BackupReason } from '../../../src/domain/backup.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { CommandResult } from '../../commands/host.ts';
import type { Postgres } from '../client.ts';
import { isElsewhere } from '../commands.ts';
import { connectionFailure, said } from '../failures.ts';
import { parseDigest, parseList } from './contents.ts';
import { archiveTime, dumpedFrom, parseHead, sniff, startedOn } from './heads.ts';
import type { Head, LocalTime, Sniffed } from './heads.ts';
import { isPlain } from './judge.ts';
import type { Reading } from './judge.ts';
import {
  CHECKSUM,
  HEADS,
  LIST,
  LOCAL_TIMES,
  NO_FOLDER,
  READ_FAILED,
  READ_PLAIN,
  READ_SCHEMA,
} from './scripts.ts';

/** Looking at one backup may take this long: it is read from end to end. */
const READ_MS = 3_600_000;
/** A copied file is later than its content; one that is earlier has a clock or a time zone that is not ours. */
const CLOCKS_DIFFER_MS = 60_000;

export type Found = Backup & { sniffed: Sniffed; serverVersion: string | null };

/** The backups in the folder, newest first. Only their beginnings are read. */
export async function findBackups(postgres: Postgres, signal?: AbortSignal): Promise<Found[]> {
  const files = await listFiles(postgres, signal);
  if (files.length === 0) return [];
  const { folder } = postgres.settings.backups;
  const options = signal === undefined ? {} : { signal };
  const names = files.map(({ name }) => name);
  const { stdout } = await postgres.beside(HEADS, [folder, ...names], {
    ...options,
    timeoutMs: READ_MS,
    maxOutputBytes: 1_000_000_000,
  });
  const heads = stdout.split('\n').slice(0, files.length).map(parseHead);
  const times = heads.map(({ bytes }, index) => {
    const format = files[index] ? sniff(heads[index] as Head, files[index].isDirectory).format : null;
    return isPlain(format) ? startedOn(bytes) : format === null ? null : archiveTime(bytes);
  });
  const moments = await inUtc(postgres, times);
  return files
    .map((file, index) => found(file, heads[index] as Head, moments[index] ?? []))
    .sort((a, b) => (a.moment.at < b.moment.at ? 1 : -1));
}

function found(file: BackupFile, head: Head, dumpedAt: string[]): Found {
  const sniffed = sniff(head, file.isDirectory);
  return {
    ...file,
    format: sniffed.format,
    moment: momentOf(file, head, dumpedAt),
    manifest: head.manifest,
    sniffed,
    serverVersion: dumpedFrom(head.bytes.toString('utf8')),
  };
}

/**
 * The manifest knows it, then the dump, then the file's own time, which is when the dump was done or copied. Of what a
 * dump's local time may mean, the latest that is not after the file counts: so none is taken for older than it is.
 */
export function momentOf(
  { modifiedAt }: Pick<BackupFile, 'modifiedAt'>,
  { manifest }: Pick<Head, 'manifest'>,
  dumpedAt: string[],
): BackupMoment {
  if (manifest !== null) return { at: new Date(manifest.startedAt).toISOString(), source: 'manifest' };
  const end = new Date(modifiedAt).getTime() + CLOCKS_DIFFER_MS;
  const latest = dumpedAt
    .filter((at) => new Date(at).getTime() <= end)
    .sort()
    .at(-1);
  return latest === undefined ? { at: modifiedAt, source: 'file time' } : { at: latest, source: 'dump' };
}

async function listFiles(postgres: Postgres, signal?: AbortSignal): Promise<BackupFile[]> {
  const { folder, pattern } = postgres.settings.backups;
  const result = await postgres.beside(LIST, [folder], {
    timeoutMs: 120_000,
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.exitCode !== 0) throw noFolder(folder, result);
  const isWanted = picomatch(pattern);
  return result.stdout
    .split('\n')
    .filter((line) => /^[df]\t\d+\t\d+\t./.test(line))
    .map((line) => parseFile(line, folder))
    .filter(({ name }) => isWanted(name) && !name.endsWith(MANIFEST_SUFFIX));
}

function parseFile(line: string, folder: string): BackupFile {
  const [type, size, modified, ...name] = line.split('\t');
  return {
    name: name.join('\t'),
    path: `${folder}/${name.join('\t')}`,
    isDirectory: type === 'd',
    sizeBytes: Number(size),
    modifiedAt: new Date(Number(modified) * 1000).toISOString(),
  };
}

function noFolder(folder: string, { exitCode, stderr }: CommandResult): BackoutFailure {
  return new BackoutFailure(exitCode === NO_FOLDER ? 'InvalidConfiguration' : 'CommandFailed', {
    what: `The folder of backups, ${folder}, can't be read: ${said(stderr)}`,
    changed: 'Nothing was changed: the live database is untouched.',
    next: 'Correct `database.backups`, or the permissions of the folder.',
  });
}

/**
 * What local times may mean. Nobody wrote down the zone: it may be that of where the files are, that of where the
 * database runs (a container mostly has UTC, whatever its host has), or UTC.
 */
async function inUtc(postgres: Postgres, times: (LocalTime | null)[]): Promise<string[][]> {
  const asUtc = times.map((time) => (time === null ? null : `${time.time.replace(' ', 'T')}.000Z`));
  const local = times.map((time) => (time === null || isUtc(time) ? '' : time.time));
  if (local.every((time) => time === '')) return asUtc.map((time) => (time === null ? [] : [time]));
  const answers = await Promise.all([
    postgres.beside(LOCAL_TIMES, local),
    ...(isElsewhere(postgres.settings) ? [postgres.script(LOCAL_TIMES, local)] : []),
  ]);
  const read = answers.map(({ stdout }) => stdout.split('\n'));
  return asUtc.map((utc, index) => {
    const seconds = read.map((lines) => lines[index] ?? '').filter((line) => line !== '');
    const here = seconds.map((second) => new Date(Number(second) * 1000).toISOString());
    return utc === null ? [] : [utc, ...here];
  });
}

const isUtc = ({ zone }: LocalTime): boolean => /^(UTC|GMT|Z)$/.test(zone);

/**
 * Reads a backup from end to end, with the programs that would restore it.
 * @throws BackoutFailure only when nothing can be said about it: the host or the database is out of reach
 */
export async function readBackup(postgres: Postgres, backup: Found, signal?: AbortSignal): Promise<Reading> {
  const options = { timeoutMs: READ_MS, ...(signal === undefined ? {} : { signal }) };
  if (backup.sizeBytes === 0) return bad('empty', 'is empty');
  if (backup.format === null) return notRestorable(backup);
  const hashing =
    backup.manifest === null
      ? Promise.resolve(null)
      : postgres.beside(CHECKSUM, [backup.path], options).then(({ stdout }) => stdout.trim());
  const wasRead = hashing.then((sha256) => sha256 === backup.manifest?.sha256);
  const [sha256, reading] = await Promise.all([
    hashing,
    isPlain(backup.format)
      ? readPlain(postgres, backup, options)
      : readArchive(postgres, backup, { ...options, wasRead }),
    wasRead,
  ]);
  return reading.ok ? { ...reading, sha256 } : reading;
}

type Limits = { timeoutMs: number; signal?: AbortSignal };

type ArchiveLimits = Limits & {
  /** Is it to the byte what `backout backup` has read from end to end when it wrote the manifest? */
  wasRead: Promise<boolean>;
};

async function readPlain(postgres: Postgres, backup: Found, options: Limits): Promise<Reading> {
  const unpack = backup.format === 'plain-gz' ? 'gunzip' : 'cat';
  const result = await postgres.beside(READ_PLAIN, [unpack, backup.path], options);
  if (failedToRead(result)) return { ok: false, reason: whyUnreadable(result.stderr) };
  const contents = { ...parseDigest(result.stdout), serverVersion: backup.serverVersion };
  return { ok: true, contents, sha256: null };
}

async function readArchive(
  postgres: Postgres,
  backup: Found,
  { wasRead, ...options }: ArchiveLimits,
): Promise<Reading> {
  const { settings } = postgres;
  const outside = isElsewhere(settings) && settings.backups.where === 'host';
  if (outside && backup.isDirectory) {
    return bad(
      'unreadable',
      'is a folder on the host, and PostgreSQL runs in a container: mount it there, and set `backups.where: database`',
    );
  }
  const read = async (argv: string[]) =>
    outside
      ? await postgres.feed({ file: backup.path, unpack: 'cat' }, argv, options)
      : await postgres.run([...argv, backup.path], options);
  const [list, schema, isKnown] = await Promise.all([
    read(['pg_restore', '-l']),
    read(['sh', '-c', READ_SCHEMA, 'backout']),
    wasRead,
  ]);
  if (failedToRead(list)) return { ok: false, reason: whyUnreadable(list.stderr) };
  // `-l` passes an archive that is cut off. This reads every row.
  const whole = isKnown ? null : await read(['pg_restore', '-f', '/dev/null']);
  if (whole !== null && failedToRead(whole)) return { ok: false, reason: whyUnreadable(whole.stderr) };
  if (failedToRead(schema)) return { ok: false, reason: whyUnreadable(schema.stderr) };
  return {
    ok: true,
    contents: { ...parseDigest(schema.stdout), ...parseList(list.stdout), complete: true, restrict: false },
    sha256: null,
  };
}

function failedToRead({ exitCode, stderr }: CommandResult): boolean {
  return exitCode !== 0 || stderr.includes(READ_FAILED);
}

function whyUnreadable(stderr: string): BackupReason {
  const unreachable = connectionFailure({ where: 'the database', result: { exitCode: 1, stderr } });
  if (unreachable) throw unreachable;
  const words = said(stderr.replace(new RegExp(`^${READ_FAILED} .*$`, 'm'), '')).replace(/\.$/, '');
  if (/unexpected end of file|could not read from input file|unexpected EOF/i.test(stderr)) {
    return { kind: 'truncated', text: `is truncated: ${words}` };
  }
  if (/unsupported version/.test(stderr)) {
    return {
      kind: 'newer-tool',
      text: `was made by a newer pg_dump than the pg_restore there can read: ${words}`,
    };
  }
  // A wrong length in a damaged archive is taken for memory.
  if (words === 'out of memory')
    return { kind: 'unreadable', text: `can't be read: it is damaged (${words})` };
  return { kind: 'unreadable', text: `can't be read: ${words}` };
}

function notRestorable({ sniffed }: Found): Reading {
  if (sniffed.format !== null) throw new Error('this backup has a format');
  const { what, known } = sniffed;
  return known
    ? bad('unsupported-format', `${what}: Backout restores .sql, .sql.gz, -Fc and -Fd`)
    : bad('unknown-format', what);
}

function bad(kind: BackupReason['kind'], text: string): Reading {
  return { ok: false, reason: { kind, text } };
}
