/** Migrations in words. Pure. */
import { enumerate } from '../report/plain.ts';
import type { MigrationsPlan, MigrationWord, PlannedMigration } from './plan.ts';

const SAID: Record<MigrationWord, string> = {
  additive: 'additive',
  irreversible: 'marked irreversible',
  unknown: 'nobody has said',
  'half-applied': 'failed midway',
};

/** `0043_drop_price (marked irreversible)` */
export function nameWithWord({ name, word }: PlannedMigration): string {
  return `${name} (${SAID[word]})`;
}

export function listed(migrations: PlannedMigration[], mayBeMore: boolean): string {
  const named = migrations.map(nameWithWord);
  return enumerate(mayBeMore ? [...named, 'maybe others between them that nothing names'] : named);
}

/** What a plan says of them, each a line for people. */
export function migrationLines(plan: MigrationsPlan, to: string): string[] {
  return [sinceLine(plan, to), ...backupLine(plan)];
}

function sinceLine({ since, mayBeMore, knownFrom, problem }: MigrationsPlan, to: string): string {
  if (since === null) return `which came since ${to} is not known: ${problem ?? ''}`;
  const source = knownFrom === null ? '' : ` (by ${knownFrom})`;
  if (since.length === 0 && !mayBeMore) return `none since ${to}${source}`;
  return `since ${to}: ${listed(since, mayBeMore)}${source}`;
}

function backupLine({ notInBackup }: MigrationsPlan): string[] {
  if (notInBackup === undefined) return [];
  if (notInBackup === null) return ['which the backup holds is not known: its manifest does not say'];
  if (notInBackup.length === 0) return ['the backup holds all of them that are applied now'];
  return [`the backup is from before ${enumerate(notInBackup)}`];
}
