/** What a run of `removeOldRecords` is asked, and what it says of each incident folder. Pure. */
import * as z from 'zod';
import { BackoutFailure } from '../failure.ts';

/** Strict: who mistypes `dryRun` must not remove anything. */
export const removalRequestSchema = z.strictObject({
  /** Says what would be removed, and removes nothing. */
  dryRun: z.boolean().default(false),
});
export type RemovalRequest = z.infer<typeof removalRequestSchema>;

/** One folder, by its name in the directory, and why it went, stays, or could not be removed. */
export type FolderSaid = { name: string; why: string };

export type Removal = {
  /** Nothing was removed: `removed` are those that would have been. */
  dryRun: boolean;
  /** The machine whose disk it was. */
  host: string;
  directory: string;
  retentionDays: number;
  removed: FolderSaid[];
  /** Those that are old enough by their name, and stay all the same. */
  kept: FolderSaid[];
  /** Those that should have gone. */
  problems: FolderSaid[];
  /** How many are not old enough yet. */
  young: number;
};

/** What the run did to the world, for failures. */
export const REMOVES_RECORDS_ONLY =
  'Incident folders may have been removed; traffic and data were not changed by this.';

const MAX_NAMED = 5;

/**
 * That folders stay which should have gone: it would fill the disk without anybody knowing. Null where there is none.
 */
export function problemsOf({ problems, removed, directory, host, dryRun }: Removal): BackoutFailure | null {
  if (problems.length === 0) return null;
  const named = problems.slice(0, MAX_NAMED).map(({ name, why }) => `${name} (${why})`);
  const others = problems.length > MAX_NAMED ? ` and ${problems.length - MAX_NAMED} more` : '';
  return new BackoutFailure('RecordsNotRemoved', {
    what: `On the worker ${host}, old records in ${directory} could not be removed: ${named.join(', ')}${others}.`,
    changed: `${dryRun ? 'Nothing was removed: it was only asked.' : countOf(removed)} Traffic and data were not changed by this.`,
    next: 'See what is wrong with that disk or its rights. It is tried again with the next run.',
  });
}

const countOf = ({ length }: FolderSaid[]): string =>
  `${length} ${length === 1 ? 'folder was' : 'folders were'} removed.`;
