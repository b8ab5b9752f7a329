/** Which incident folders would be removed, and why others stay, for people. Pure. */
import type { FolderSaid, Removal } from '../../domain/records/removal.ts';
import { oneLine } from '../../domain/report/plain.ts';

/** Of a dry run. `schedule`: by which they are removed. */
export function renderOldRecords(
  { host, directory, retentionDays, removed, kept, problems, young }: Removal,
  schedule: string,
): string {
  const days = retentionDays === 1 ? 'a day' : `${retentionDays} days`;
  return [
    `Incident folders in ${directory} on the worker ${host}, kept for ${days} after the end:`,
    ...group('would be removed', removed),
    ...group('stay, although old', kept),
    ...group("can't be judged, and stay", problems),
    `  not old enough yet: ${young}`,
    `Nothing was removed: Temporal has that done once a day, by the schedule ${schedule}.`,
    '',
  ].join('\n');
}

function group(what: string, folders: FolderSaid[]): string[] {
  if (folders.length === 0) return [];
  return [
    `  ${what}: ${folders.length}`,
    ...folders.map(({ name, why }) => `    ${oneLine(name)}: ${oneLine(why)}`),
  ];
}
