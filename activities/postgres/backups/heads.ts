/** What the beginning of a backup tells: its format, and when it was made. Pure. */
import { backupManifestSchema } from '../../../src/domain/backup.ts';
import type { BackupFormat, BackupManifest } from '../../../src/domain/backup.ts';

export type Head = {
  packed: boolean;
  bytes: Buffer;
  manifest: BackupManifest | null;
};

/** One line of HEADS. */
export function parseHead(line: string): Head {
  const [packed, head = '', manifest = ''] = line.split('\t');
  return {
    packed: packed === 'yes',
    bytes: Buffer.from(head, 'base64'),
    manifest: parseManifest(Buffer.from(manifest, 'base64').toString('utf8')),
  };
}

/** Null for none, and for what can't be read as one: then the dump must speak for itself. */
export function parseManifest(text: string): BackupManifest | null {
  try {
    return backupManifestSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

export type Sniffed =
  | { format: BackupFormat }
  /** `what` goes on after the name: `is a dump in tar format`. */
  | { format: null; what: string; known: boolean };

export function sniff({ packed, bytes }: Head, isDirectory: boolean): Sniffed {
  const isArchive = bytes.subarray(0, 5).toString('latin1') === 'PGDMP';
  if (isDirectory) {
    return isArchive
      ? { format: 'directory' }
      : { format: null, what: 'is a folder without a table of contents (toc.dat)', known: false };
  }
  if (isArchive && packed) {
    return { format: null, what: 'is a packed archive of pg_dump: unpack it with gunzip', known: true };
  }
  if (isArchive) return { format: 'custom' };
  const text = bytes.toString('utf8');
  if (text.includes('PostgreSQL database cluster dump')) {
    return { format: null, what: 'is a dump of the whole server (pg_dumpall)', known: true };
  }
  if (bytes.subarray(257, 262).toString('latin1') === 'ustar') {
    return { format: null, what: 'is in tar format', known: true };
  }
  if (text.includes('-- PostgreSQL database dump')) return { format: packed ? 'plain-gz' : 'plain' };
  return { format: null, what: 'is no dump of PostgreSQL', known: false };
}

/** A time of day without its zone, as the machine that made it had it; `zone` where it is written. */
export type LocalTime = { time: string; zone: string };

const STARTED = /^-- Started on (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) ?(\S*)$/m;

/** When pg_dump says that it began; only a verbose plain dump does. Archives: see `archiveTime`. */
export function startedOn(bytes: Buffer): LocalTime | null {
  const [, time, zone = ''] = STARTED.exec(bytes.toString('utf8')) ?? [];
  return time === undefined ? null : { time, zone };
}

/**
 * The creation time in an archive's header (PGDMP, version, sizes, format, compression, then seven numbers). It is local
 * time of the machine that made it, without a zone: pg_restore itself reads it in its own.
 */
export function archiveTime(bytes: Buffer): LocalTime | null {
  const [major = 0, minor = 0, , intSize = 4] = bytes.subarray(5);
  if (bytes.length < 60 || major !== 1 || minor < 10 || intSize !== 4) return null;
  // After magic, version (3), integer size, offset size, format. Since 1.15 compression is one byte, before a number.
  let at = 11 + (minor >= 15 ? 1 : 1 + intSize);
  const numbers = Array.from({ length: 6 }, () => {
    const sign = bytes[at] === 0 ? 1 : -1;
    const value = bytes.readUIntLE(at + 1, intSize);
    at += 1 + intSize;
    return sign * value;
  });
  const [second = 0, minute = 0, hour = 0, day = 0, month = 0, year = 0] = numbers;
  if (month < 0 || month > 11 || day < 1 || day > 31 || hour > 23 || minute > 59 || year < 95) return null;
  const two = (value: number) => String(value).padStart(2, '0');
  return {
    time: `${year + 1900}-${two(month + 1)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`,
    zone: '',
  };
}

/** The server's version that a plain dump names, such as 15.18. */
export function dumpedFrom(text: string): string | null {
  return /Dumped from database version:? (\d+[.\w]*)/.exec(text)?.[1] ?? null;
}
