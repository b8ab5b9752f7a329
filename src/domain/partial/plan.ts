/** What a partial rollback changes, as a person agrees to it. */
import type { Release } from '../plan.ts';

/** One flag. `before` and `after` are `on` and `off`, or values as they stand in the flag's file. */
export type FlagChange = {
  name: string;
  /** "feature checkout of Unleash …", "features.search in /srv/flags.json". */
  where: string;
  before: string;
  after: string;
};

/** One configuration file. */
export type FileChange = {
  name: string;
  file: string;
  /** What it is put back from: its saved copy, or the file that was kept before it was put back. */
  source: string;
  /** SHA-256 of the present file and of what it becomes. */
  before: string;
  after: string;
  /** One line for each name that differs; values only where the configuration allows. */
  differences: string[];
};

export type PartialPlan = {
  /** True for the way back: all is put as it was before a partial rollback. */
  restores: boolean;
  flags: FlagChange[];
  files: FileChange[];
  /** The releases whose processes are restarted to read what changed; the one that serves last. */
  restarts: Release[];
};

/** True for what is as wanted already. */
export const isAlready = ({ before, after }: Pick<FlagChange, 'before' | 'after'>): boolean =>
  before === after;

/** The partial plan of a plan that has one. */
export function partialOf({ partial }: { partial?: PartialPlan }): PartialPlan {
  if (!partial) throw new Error('the plan changes no flags and no configuration');
  return partial;
}
