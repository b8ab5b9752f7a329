/** What is to be restored, and for whom. */
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
  /** The token of the target's lock: it only grows, and an attempt with a lower one is fenced off. */
  token: number;
  backup: RestoreBackup;
  /** How long the restore itself may take. Default: a day. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Told what goes on, every few seconds while something long does. */
  onProgress?(detail: string): void;
};

export const DAY_MS = 86_400_000;
