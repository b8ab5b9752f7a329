/** What must hold in a restored database before it goes live. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { RestoreCheck } from '../../../src/domain/database.ts';
import type { Postgres, StatementOptions } from '../client.ts';

const CHECK_TIMEOUT_MS = 300_000;

/** @returns one line for each check @throws BackoutFailure RestoreFailed with all that do not hold */
export async function runChecks(
  postgres: Postgres,
  database: string,
  options: { signal?: AbortSignal },
): Promise<string[]> {
  const lines: string[] = [];
  const failed: string[] = [];
  for (const check of postgres.settings.restore.checks) {
    const problem = await look(postgres, check, { database, timeoutMs: CHECK_TIMEOUT_MS, ...options });
    if (problem !== null) failed.push(problem);
    else lines.push(`${check.name}: ${check.expect}`);
  }
  if (failed.length === 0) return lines;
  throw new BackoutFailure('RestoreFailed', {
    what: `The restored database does not pass its checks. ${failed.join(' ')}`,
    changed: 'The live database is untouched.',
    next: 'See whether it is the right backup, or whether the checks are right.',
  });
}

async function look(
  postgres: Postgres,
  check: RestoreCheck,
  options: StatementOptions,
): Promise<string | null> {
  try {
    return judge(check, await postgres.query(check.sql, options));
  } catch (error) {
    // A table that is not there is an answer, too.
    if (error instanceof BackoutFailure && error.type === 'QueryFailed') {
      return `"${check.name}" can't be asked. ${error.parts.what}`;
    }
    throw error;
  }
}

/** Null when it holds. Pure. */
export function judge({ name, expect }: RestoreCheck, rows: (string | null)[][]): string | null {
  const value = rows[0]?.[0];
  if (value === expect) return null;
  const was = value === undefined ? 'no row' : value === null ? 'NULL' : `"${value}"`;
  return `"${name}" must be "${expect}" and is ${was}.`;
}
