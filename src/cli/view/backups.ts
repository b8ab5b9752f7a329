/** The backups of a database, for people. */
import type { JudgedBackup } from '../../domain/backup.ts';
import { formatBytes, formatTime } from '../../domain/report/format.ts';
import { table } from './table.ts';

/** What a restore has kept of the database before. */
export type KeptLine = { kind: string; name: string; until: string; isOver: boolean };

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

/** Nothing where no restore has kept anything. */
export function renderKept(kept: KeptLine[]): string {
  if (kept.length === 0) return '';
  const lines = kept.map(
    ({ kind, name, until, isOver }) =>
      `  ${kind} ${name}, ${isOver ? 'kept for long enough since' : 'until'} ${formatTime(until)}\n`,
  );
  const hint = kept.some(({ isOver }) => isOver)
    ? 'What is kept for long enough is dropped by `--drop-expired`, and by the next full rollback that succeeds.\n'
    : '';
  return `\nKept by restores, of the database before:\n${lines.join('')}${hint}`;
}

type ExpiredLines = { dropped: KeptLine[]; inUse: KeptLine[]; kept: KeptLine[] };

export function renderExpired({ dropped, inUse, kept }: ExpiredLines): string {
  const named = (what: string, all: KeptLine[]) => all.map(({ kind, name }) => `${what}: ${kind} ${name}\n`);
  const lines = [
    ...named('Dropped', dropped),
    ...named('Left, since somebody is in it', inUse),
    ...kept.map(({ kind, name, until }) => `Kept until ${formatTime(until)}: ${kind} ${name}\n`),
  ];
  const nothing = dropped.length === 0 ? 'Nothing was dropped. ' : '';
  return `${lines.join('')}${nothing}The live database was not touched.\n`;
}
