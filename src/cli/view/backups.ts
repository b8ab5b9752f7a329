/** The backups of a database, for people. */
import type { JudgedBackup } from '../../domain/backup.ts';
import { formatBytes, formatTime } from '../../domain/report/format.ts';
import { table } from './table.ts';

export function renderBackups(judged: JudgedBackup[]): string {
  if (judged.length === 0) return 'No file in the folder of backups matches the pattern.\n';
  const rows = judged.map(({ backup, reason }) => [
    formatTime(backup.moment.at),
    backup.moment.source,
    formatBytes(backup.sizeBytes),
    backup.format ?? '-',
    backup.manifest?.release ?? '-',
    backup.name,
    reason === null ? 'good' : reason.text,
  ]);
  return table(['made', 'known by', 'size', 'format', 'release', 'backup', 'verdict'], rows);
}
