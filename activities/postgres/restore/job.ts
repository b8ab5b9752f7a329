/** What is to be restored, and for whom. */
import type { Purpose } from './marker.ts';
import type { BackupFormat } from '../../../src/domain/backup.ts';

export type RestoreBackup = {
  /** Where the backups are (`database.backups.where`). */
  path: string;
  format: BackupFormat;
  /** What tells it from any other backup: its SHA-256. */
  sha256: string;
};

export type RestoreJob = {
  /** The rollback: its workflow ID. Attempts of the same run go on where the last one was. */
  run: string;
  /** Whose freeze may hold the live database's writes, where that is not `run`: the rollback's that goes on with it. */
  holder?: string;
  /** The token of the target's lock: it only grows, and an attempt with a lower one is fenced off. */
  token: number;
  backup: RestoreBackup;
  /** Of the backup. */
  sizeBytes?: number;
  /** What it is for, as it is noted for those that come later. */
  purpose?: Purpose;
  /** What a restore of this run had replaced before the plan was made: this one is to be done again. */
  beyond?: string;
  /** The database that was live when the plan was made, where it is to be restored: what is live by then is not it. */
  planned?: number;
  /** How long the restore itself may take. Default: a day. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Throws when the file is another by now. Asked before anything of it is restored. */
  proveBackup?(): Promise<void>;
  /** Told what goes on, every few seconds while something long does. */
  onProgress?(detail: string): void;
};

export const DAY_MS = 86_400_000;
