/** A backup of a database, and the manifest that `backout backup` writes beside it. */
import * as z from 'zod';

export const MANIFEST_FORMAT = 'backout.backup/1';
export const MANIFEST_SUFFIX = '.manifest.json';

/** Unknown keys are let through: a newer Backout may have written it. */
export const backupManifestSchema = z.object({
  format: z.literal(MANIFEST_FORMAT),
  service: z.string(),
  environment: z.string(),
  database: z.string(),
  /** The release that served when it was made. */
  release: z.string().optional(),
  /** The state of the data is of this moment. */
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  dump: z.enum(['custom', 'directory']),
  file: z.string(),
  sizeBytes: z.number(),
  /** Of the file; of a folder: of the output of `sha256sum *` in it. */
  sha256: z.string(),
  serverVersion: z.string(),
  /** Size of the live database, which a restored one will about have. */
  databaseBytes: z.number(),
  /** What was applied: each migration, as the tool notes it, or what a person wrote. */
  migrations: z.union([z.array(z.string()), z.string()]).optional(),
});
export type BackupManifest = z.infer<typeof backupManifestSchema>;

export type BackupFormat = 'plain' | 'plain-gz' | 'custom' | 'directory';

/** The moment whose data a backup holds, and who says so. */
export type BackupMoment = { at: string; source: 'manifest' | 'dump' | 'file time' };

export type BackupFile = {
  name: string;
  path: string;
  isDirectory: boolean;
  sizeBytes: number;
  modifiedAt: string;
};

export type Backup = BackupFile & {
  /** Null for what is no backup in a format that can be restored. */
  format: BackupFormat | null;
  moment: BackupMoment;
  manifest: BackupManifest | null;
};

export const BACKUP_REASONS = [
  'empty',
  'unknown-format',
  'unsupported-format',
  'truncated',
  'unreadable',
  'changed',
  'other-database',
  'no-tables',
  'no-rows',
  'newer-server',
  'newer-tool',
  'restrict-unknown',
  'missing-role',
  'no-room',
  'after-release',
  'older',
] as const;

/** Why a backup is not taken. `text` goes on after its name: `is empty`. */
export type BackupReason = { kind: (typeof BACKUP_REASONS)[number]; text: string };

/** A backup with what was found: no reason means that it was read from end to end and is good. */
export type JudgedBackup = { backup: Backup; reason: BackupReason | null };

export type BackupChoice = {
  /** The newest good one from before the release. */
  chosen: Backup | null;
  /** All others, newest first, with why not. */
  others: { backup: Backup; reason: BackupReason }[];
};
