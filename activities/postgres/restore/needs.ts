/** What a backup needs of the server and does beside filling a database: found by reading all of its SQL. */
import type { BackoutFailure } from '../../../src/domain/failure.ts';
import { connectionFailure, databaseFailure } from '../failures.ts';
import type { Postgres } from '../client.ts';
import type { RestoreBackup } from './job.ts';
import { isReachable } from './load.ts';

export type Needs = {
  roles: string[];
  extensions: string[];
  /** psql's own commands and statements about whole databases: they would reach beyond the database restored into. */
  commands: string[];
  /** The last line of a dump is there. */
  complete: boolean;
};

/**
 * Standard input: SQL as pg_dump writes it. Rows and bodies of functions are not looked into. Whatever comes up often
 * is printed once.
 */
const SCAN = String.raw`
function note(kind, text) { if (!((kind, text) in seen)) { seen[kind, text] = 1; print kind " " text } }
{ sub(/\r$/, "") }
/^COPY .* FROM stdin;$/ { copy = 1 }
copy { if ($0 == "\\.") copy = 0; next }
{ was = body; if (gsub(/\$_?X*\$/, "&") % 2) body = !body; if (was || body) next }
/^ALTER .* OWNER TO .*;$/ { r = $0; sub(/.* OWNER TO /, "", r); sub(/;$/, "", r); note("role", r) }
/^GRANT .* ON .* TO .*;$/ { r = $0; sub(/.* TO /, "", r); sub(/( WITH GRANT OPTION)?;$/, "", r); note("role", r) }
/^REVOKE .* ON .* FROM .*;$/ { r = $0; sub(/.* FROM /, "", r); sub(/;$/, "", r); note("role", r) }
/^ALTER DEFAULT PRIVILEGES FOR ROLE / {
  r = $0; sub(/^ALTER DEFAULT PRIVILEGES FOR ROLE /, "", r); sub(/ (IN SCHEMA|GRANT|REVOKE) .*$/, "", r); note("role", r)
}
/^CREATE EXTENSION / {
  r = $0; sub(/^CREATE EXTENSION (IF NOT EXISTS )?/, "", r); sub(/( WITH .*)?;$/, "", r); note("extension", r)
}
/^\\/ { note("command", $1) }
/^(CREATE|DROP|ALTER) (DATABASE|ROLE|TABLESPACE) / { note("command", $1 " " $2) }
/^-- PostgreSQL database dump complete/ { complete = 1 }
END { if (complete) print "complete" }`;

/** Argument: the awk program. */
const SCAN_SQL = String.raw`exec awk "$1"`;

/** Arguments: the awk program, then the archive, or nothing when it comes on standard input. */
const SCAN_ARCHIVE = String.raw`
scan=$1; shift
{ pg_restore -s -f - "$@" || echo "backout-failed $?" >&2; } | awk "$scan"`;

/** Reads all of the backup's SQL. @throws BackoutFailure when it can't be read to its end */
export async function readNeeds(
  postgres: Postgres,
  { path, format }: Pick<RestoreBackup, 'path' | 'format'>,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<Needs> {
  const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'backout', SCAN, ...args];
  const read = async () => {
    switch (format) {
      case 'plain':
        return await postgres.feed({ file: path, unpack: 'cat' }, sh(SCAN_SQL), options);
      case 'plain-gz':
        return await postgres.feed({ file: path, unpack: 'gunzip' }, sh(SCAN_SQL), options);
      case 'custom':
        // Where it can be opened, the rows are skipped.
        return isReachable(postgres.settings)
          ? await postgres.run(sh(SCAN_ARCHIVE, path), options)
          : await postgres.feed({ file: path, unpack: 'cat' }, sh(SCAN_ARCHIVE), options);
      case 'directory':
        return await postgres.run(sh(SCAN_ARCHIVE, path), options);
    }
  };
  const result = await read();
  const failed = result.exitCode !== 0 || result.stderr.includes('backout-failed');
  if (failed) throw unreadable(postgres, result);
  return parseNeeds(result.stdout);
}

function unreadable(postgres: Postgres, result: { exitCode: number; stderr: string }): BackoutFailure {
  const where = postgres.describe();
  return (
    connectionFailure({ where, result }) ?? databaseFailure({ where, program: 'reading the backup', result })
  );
}

/** From what the scan prints. */
export function parseNeeds(stdout: string): Needs {
  const lines = stdout.split('\n');
  const of = (kind: string) =>
    lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
  const names = (kind: string) => [...new Set(of(kind).flatMap(unquoted))].sort();
  return {
    roles: names('role'),
    extensions: names('extension'),
    commands: of('command').filter((command) => !['\\restrict', '\\unrestrict'].includes(command)),
    complete: lines.includes('complete'),
  };
}

/** Those that are not names of their own, or can't be told apart from what is around them, are none. */
function unquoted(name: string): string[] {
  const inner = /^"((?:[^"]|"")+)"$/.exec(name)?.[1];
  if (inner !== undefined) return [inner.replaceAll('""', '"')];
  if (/^(PUBLIC|CURRENT_USER|SESSION_USER|CURRENT_ROLE)$/.test(name)) return [];
  return /^[^\s"']+$/.test(name) ? [name] : [];
}
