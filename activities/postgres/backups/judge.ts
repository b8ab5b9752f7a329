/** Whether a backup may be restored, and if not, why. Pure: what is judged was read elsewhere. */
import { basename } from 'node:path';
import type { Backup, BackupChoice, BackupReason } from '../../../src/domain/backup.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { Contents } from './contents.ts';

/** What a backup would meet. */
export type Surroundings = {
  database: string;
  /** Of the live server: 15. */
  serverMajor: number;
  roles: ReadonlySet<string>;
  /** Of the live database, as in `Contents`; empty when there is no such database now. */
  tables: ReadonlySet<string>;
  /** psql there accepts `\restrict`. */
  knowsRestrict: boolean;
  databaseBytes: number;
  /** On the server's disk; null where that can't be known. */
  freeBytes: number | null;
};

/** How the reading of a backup ended. */
export type Reading =
  { ok: true; contents: Contents; sha256: string | null } | { ok: false; reason: BackupReason };

/** A dump is never much larger than what it was made from, once restored: some room for indexes and WAL. */
const ROOM_FACTOR = 1.2;

/** Dumps and file systems note whole seconds, cut off: it may have been so much later. */
const WHOLE_SECOND_MS = 999;

/** What is wrong with it at first sight; null when it is worth reading. */
export function judgeMoment(backup: Backup, releasedAt: string | null): BackupReason | null {
  const { moment } = backup;
  if (releasedAt === null) return null;
  const latest = new Date(moment.at).getTime() + (moment.source === 'manifest' ? 0 : WHOLE_SECOND_MS);
  if (latest < new Date(releasedAt).getTime()) return null;
  return {
    kind: 'after-release',
    text: `was made at ${moment.at} (${sourceInWords(backup)}), not before the faulty release went live at ${releasedAt}`,
  };
}

/** Null when it is good. */
export function judgeReading(
  backup: Backup,
  reading: Reading,
  surroundings: Surroundings,
): BackupReason | null {
  if (!reading.ok) return reading.reason;
  const { contents, sha256 } = reading;
  return (
    judgeManifest(backup, sha256, surroundings) ??
    judgeCompleteness(backup, contents) ??
    judgeOrigin(contents, surroundings) ??
    judgeOptions(contents) ??
    judgeVersion(contents, surroundings) ??
    judgeRoles(contents, surroundings) ??
    judgeRoom(backup, surroundings)
  );
}

function judgeManifest(
  { manifest, sizeBytes, isDirectory }: Backup,
  sha256: string | null,
  { database }: Surroundings,
): BackupReason | null {
  if (manifest === null) return null;
  if (manifest.database !== database) return otherDatabase(`of database "${manifest.database}"`, database);
  if (!isDirectory && manifest.sizeBytes !== sizeBytes) {
    return {
      kind: 'changed',
      text: `has ${sizeBytes} bytes, but its manifest says ${manifest.sizeBytes}`,
    };
  }
  if (sha256 !== null && sha256 !== manifest.sha256) {
    return {
      kind: 'changed',
      text: 'was changed since it was made: its SHA-256 is not that of its manifest',
    };
  }
  return null;
}

function judgeCompleteness({ format }: Backup, contents: Contents): BackupReason | null {
  const { complete, cutInRows } = contents;
  if (isPlain(format) && !complete) {
    return {
      kind: 'truncated',
      text: cutInRows
        ? 'is truncated: it ends amidst the rows of a table'
        : 'is truncated: its last line, "PostgreSQL database dump complete", is missing',
    };
  }
  return null;
}

function judgeOrigin(contents: Contents, surroundings: Surroundings): BackupReason | null {
  const { database, tables, hasRows } = contents;
  if (database !== null && database !== surroundings.database) {
    return otherDatabase(`of database "${database}"`, surroundings.database);
  }
  if (surroundings.tables.size === 0) return null;
  if (tables.length === 0) {
    return {
      kind: 'no-tables',
      text: 'creates no table: it is a dump of data only, or of an empty database',
    };
  }
  // One that names its database is believed: all of the live tables may have been lost.
  if (database === null && !tables.some((table) => surroundings.tables.has(table))) {
    return {
      kind: 'other-database',
      text: `is of another database: none of its tables is in "${surroundings.database}"`,
    };
  }
  if (!hasRows) {
    return { kind: 'no-rows', text: 'has no rows: it is a dump of the schema only' };
  }
  return null;
}

/** What was asked of pg_dump that does not go with a restore beside the live database. */
function judgeOptions({ connects, drops }: Contents): BackupReason | null {
  if (connects) {
    return {
      kind: 'unsupported-format',
      text: 'creates and enters a database by itself (pg_dump --create), and would write to the live one: make it without --create, or with -Fc',
    };
  }
  if (drops) {
    return {
      kind: 'unsupported-format',
      text: 'drops what an empty database does not have (pg_dump --clean): make it without --clean, or with --if-exists',
    };
  }
  return null;
}

function otherDatabase(what: string, wanted: string): BackupReason {
  return { kind: 'other-database', text: `is ${what}, not of "${wanted}"` };
}

function judgeVersion(contents: Contents, surroundings: Surroundings): BackupReason | null {
  const { serverVersion, restrict } = contents;
  const { serverMajor, knowsRestrict } = surroundings;
  if (serverVersion !== null && majorOf(serverVersion) > serverMajor) {
    return {
      kind: 'newer-server',
      text: `was made from PostgreSQL ${serverVersion}, and the server is PostgreSQL ${serverMajor}`,
    };
  }
  if (restrict && !knowsRestrict) {
    return {
      kind: 'restrict-unknown',
      text: 'begins with \\restrict, which the psql there does not know: update its PostgreSQL client programs',
    };
  }
  return null;
}

/** 9.6 and 9.5 differ as 15 and 14 do, but any of them is older than 10. */
const majorOf = (version: string): number => Number.parseInt(version, 10);

function judgeRoles({ roles }: Contents, surroundings: Surroundings): BackupReason | null {
  const missing = roles.filter((role) => !surroundings.roles.has(role) && !role.startsWith('pg_'));
  if (missing.length === 0) return null;
  const names = missing.map((role) => `"${role}"`).join(', ');
  return {
    kind: 'missing-role',
    text: `refers to ${missing.length === 1 ? 'the role' : 'the roles'} ${names}, which the server does not have: create ${missing.length === 1 ? 'it' : 'them'} first`,
  };
}

function judgeRoom({ manifest }: Backup, { databaseBytes, freeBytes }: Surroundings): BackupReason | null {
  const needed = Math.ceil((manifest?.databaseBytes ?? databaseBytes) * ROOM_FACTOR);
  if (freeBytes === null || freeBytes >= needed) return null;
  return {
    kind: 'no-room',
    text: `needs about ${megabytes(needed)} on the server's disk, where ${megabytes(freeBytes)} are free`,
  };
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_000_000)} MB`;

export function isPlain(format: Backup['format']): boolean {
  return format === 'plain' || format === 'plain-gz';
}

/** Who says when it was made. */
export function sourceInWords({ moment }: Pick<Backup, 'moment'>): string {
  switch (moment.source) {
    case 'manifest':
      return 'its manifest says';
    case 'dump':
      return 'the dump itself says';
    case 'file time':
      return 'the time of the file';
  }
}

/** What to tell people when there is none. */
export function noUsableBackup(
  { others }: BackupChoice,
  { where, folder, pattern }: { where: string; folder: string; pattern: string },
): BackoutFailure {
  const found =
    others.length === 0
      ? `No file in it matches ${pattern}.`
      : others.map(({ backup, reason }) => `${basename(backup.path)} ${reason.text}.`).join(' ');
  return new BackoutFailure('NoUsableBackup', {
    what: `There is no backup in ${folder} that ${where} could be restored from. ${found}`,
    changed: 'Nothing was changed: the live database is untouched.',
    next: 'Put a good backup from before the release there, correct `database.backups`, or fix forward.',
  });
}

export function noSuchBackup(
  name: string,
  { where, folder, pattern }: { where: string; folder: string; pattern: string },
): BackoutFailure {
  return new BackoutFailure('NoUsableBackup', {
    what: `There is no backup "${name}" of ${where} in ${folder} (files that match ${pattern}).`,
    changed: 'Nothing was changed: the live database is untouched.',
    next: 'Name one that `backout backups SERVICE` lists.',
  });
}
