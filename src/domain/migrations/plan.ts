/** What a plan says of migrations. */

/**
 * What is known of one migration. `additive`: its author says that the release before runs on it. `irreversible`: its author
 * says that it does not, or that nothing brings back what it took. `half-applied`: the tool says that it failed midway.
 */
export type MigrationWord = 'additive' | 'irreversible' | 'unknown' | 'half-applied';

export type PlannedMigration = { name: string; word: MigrationWord };

export type MigrationsPlan = {
  tool: string;
  /** Applied since the release returned to, the oldest first. Null: it could not be found out, `problem` says why. */
  since: PlannedMigration[] | null;
  /** Others may lie between these, which nothing names. */
  mayBeMore: boolean;
  /** Who says what the release returned to knows: `the files in /srv/blue/migrations`. */
  knownFrom: string | null;
  problem: string | null;
  /** The team's commands that would go down, ready to read. Backout never runs them. */
  down: string[];
  /** Where a backup is restored: what is applied now and was not when it was made. Null: its manifest does not say. */
  notInBackup?: string[] | null;
};
