/**
 * A service's PostgreSQL, wherever it runs: on the host, in a container or in a pod. Statements go through psql, so that
 * dumps, restores and questions all take the same way and need the same rights.
 */
import { randomUUID } from 'node:crypto';
import type { DatabaseSettings } from '../../src/domain/database.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { DEFAULT_TIMEOUT_MS } from '../commands/host.ts';
import type { CommandResult, RunOptions } from '../commands/host.ts';
import { psql } from './commands.ts';
import { parseRows } from './csv.ts';
import { databaseFailure } from './failures.ts';
import { Runner } from './runner.ts';
import type { CommandOptions, PostgresParts, Source } from './runner.ts';

export type { CommandOptions, PostgresParts, Source } from './runner.ts';

export type StatementOptions = Pick<CommandOptions, 'database' | 'timeoutMs' | 'signal'> & {
  /** Data: the statement says :'name' for a string and :"name" for an identifier. */
  variables?: Record<string, string>;
};

export type ScriptOptions = StatementOptions & {
  /** All or nothing. What can't be in a transaction (CREATE DATABASE) refuses it. */
  singleTransaction?: boolean;
};

export type Postgres = {
  readonly settings: DatabaseSettings;
  /** For messages: `database "shop" on db-1`. Default: the service's own. */
  describe(database?: string): string;
  /**
   * The rows of one statement, as text; NULL is null. The server itself ends it after `timeoutMs` (default 30 s).
   * @throws BackoutFailure what `run` throws, and DatabaseUnreachable, DatabaseMissing, CredentialsRejected, DatabaseBusy,
   * QueryFailed; those that the server reported are a StatementFailure with its SQLSTATE
   */
  query(sql: string, options?: StatementOptions): Promise<(string | null)[][]>;
  /** Statements for their effect; the first that fails ends it. Throws as `query`. */
  execute(script: string, options?: ScriptOptions): Promise<void>;
  /**
   * A program where the database is, with the connection in its environment (PGHOST …, PGDATABASE): pg_dump, createdb, …
   * @returns for every exit code of its own; `databaseFailure` makes a failure of it
   * @throws BackoutFailure as `Host.run`; DatabaseUnreachable when container or pod can't be entered
   */
  run(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** A constant POSIX-sh script with its arguments, at the same place and with the same environment. */
  script(text: string, args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** A constant script where the *backups* are. It has no connection, and can't rely on PostgreSQL's programs. */
  beside(text: string, args: readonly string[], options?: Omit<RunOptions, 'sudo'>): Promise<CommandResult>;
  /**
   * `argv` as with `run`, with a file from where the backups are as its standard input.
   * @throws BackoutFailure CommandFailed when `argv` was content, but the file could not be read or unpacked to its end
   */
  feed(
    source: Source,
    argv: readonly string[],
    options?: Omit<CommandOptions, 'stdin'>,
  ): Promise<CommandResult>;
  /** The other way round: `argv`'s standard output becomes a file where the backups are, readable by its owner only. */
  drain(
    file: string,
    argv: readonly string[],
    options?: Omit<CommandOptions, 'stdin'>,
  ): Promise<CommandResult>;
};

/** The server ends a statement itself; only where it does not listen, psql is cut. */
const CUT_AFTER_MS = 5000;

export function createPostgres(parts: PostgresParts): Postgres {
  const runner = new Runner(parts);
  return {
    settings: parts.settings,
    describe: (database) => runner.describe(database),
    query: async (sql, options = {}) => {
      const absent = randomUUID();
      const argv = psql(options.variables ?? {}, ['--csv', '-t', '-P', `null=${absent}`]);
      const { stdout, truncated } = await statement(runner, { argv, sql, alone: true }, options);
      if (truncated) throw tooLong(runner.describe(options.database));
      return parseRows(stdout, absent);
    },
    execute: async (sql, { singleTransaction = false, ...options } = {}) => {
      const argv = psql(options.variables ?? {}, singleTransaction ? ['-1'] : []);
      await statement(runner, { argv, sql, alone: singleTransaction }, options);
    },
    run: (argv, options) => runner.run(argv, options),
    script: (text, args, options) => runner.run(shell(text, args), options),
    beside: (text, args, options = {}) => runner.beside(shell(text, args), options),
    feed: (source, argv, options) => runner.feed(source, argv, options),
    drain: (file, argv, options) => runner.drain(file, argv, options),
  };
}

const shell = (text: string, args: readonly string[]) => ['sh', '-c', text, 'backout', ...args];

type Statement = { argv: string[]; sql: string; alone: boolean };

async function statement(
  runner: Runner,
  { argv, sql, alone }: Statement,
  { database, timeoutMs = DEFAULT_TIMEOUT_MS, signal }: StatementOptions,
): Promise<CommandResult> {
  const result = await runner.run(argv, {
    stdin: sql,
    statementTimeoutMs: timeoutMs,
    timeoutMs: timeoutMs + CUT_AFTER_MS,
    ...(database === undefined ? {} : { database }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.exitCode === 0) return result;
  throw databaseFailure({ where: runner.describe(database), program: 'psql', result, alone });
}

function tooLong(where: string): BackoutFailure {
  return new BackoutFailure('QueryFailed', {
    what: `The answer of ${where} is longer than we read.`,
    changed: 'No data was changed, where the statement only reads.',
    next: 'Ask for less.',
  });
}
