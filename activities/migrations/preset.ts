/** What Backout needs of a migration tool. Pure: a preset builds commands and queries, and reads what they say. */

export type Migration = {
  /** What tells it from the others, in the tool's table, files and output alike. */
  id: string;
  /** What people call it, where that is more than the id: a file's name, a title. */
  title?: string;
  /** The ones right before it, where the tool notes only the latest. */
  after?: string[];
};

export type Applied = {
  /** The oldest first. */
  migrations: Migration[];
  /** Those that the tool began and did not finish. */
  failed: string[];
};

/** What a tool's own command says; only the parts that this command tells. */
export type Listed = {
  applied?: Migration[];
  failed?: string[];
  /** What the release has that it was run in, applied or not. */
  known?: Migration[];
  /** Applied, and nothing that this release has. */
  foreign?: string[];
};

export type CommandOutput = { exitCode: number; stdout: string; stderr: string };

/** A statement for psql: data are variables. */
export type Query = { sql: string; variables: Record<string, string> };

export type Way = {
  /** Going down leaves this one the last. */
  last: Migration;
  /** What goes, the newest first. */
  undo: Migration[];
};

export type Preset = {
  /** Null where the tool notes only the latest migration, and not those before it. */
  notesEach: boolean;
  /** Reads its table; undefined: it has none that is known. */
  query?: (table: string) => Query;
  fromRows?: (rows: (string | null)[][]) => Applied;
  /** Its own commands, run in a release's folder. */
  commands?: { applied?: readonly string[]; known?: readonly string[] };
  /** Null for what it can't make sense of. */
  parse?: (output: CommandOutput) => Listed | null;
  /** What the names of a release's migration files tell, the oldest first. */
  fromFiles?: (names: readonly string[]) => Migration[];
  /** The command lines that go down, in order; empty where the tool has none. */
  down: (way: Way) => string[][];
};

/** Reads a table whose names are quoted by the server. */
export function selectFrom(table: string, statement: string): Query {
  const sql = `SELECT format($$${statement}$$, to_regclass(:'table')) \\gexec`;
  return { sql, variables: { table } };
}

/** Rows of one column. */
export function namesOf(rows: (string | null)[][]): Applied {
  return { migrations: rows.flatMap(([id]) => (id == null ? [] : [{ id }])), failed: [] };
}

/** The lines that hold something. */
export function linesOf(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

/** Without the endings that migration files have. */
export function withoutEnding(name: string): string {
  return name.replace(/\.(js|mjs|cjs|ts|mts|cts|sql|py)$/, '');
}
