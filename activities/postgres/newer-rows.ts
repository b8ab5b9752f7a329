/** What a restore would lose, where it can be counted: rows that came after the backup. Changes nothing. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { Postgres } from './client.ts';

export type NewerRows = {
  table: string;
  column: string;
  /** Null when they could not be counted: `problem` says why. */
  rows: number | null;
  /** When the newest row came; null without rows. */
  newest: string | null;
  problem: string | null;
};

/** A plan that takes long is no help: without an index, a large table is left uncounted. */
const COUNT_MS = 10_000;

const EXISTS = "SELECT to_regclass(:'table') IS NOT NULL";

/** The server builds the statement, so that it quotes the names. A time without a zone counts as UTC. */
const COUNT = String.raw`
SET timezone = 'UTC';
SELECT format(
  $$SELECT count(*), to_char(max(%1$I)::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    FROM %2$s WHERE %1$I > %3$L::timestamptz$$,
  :'column', to_regclass(:'table'), :'since') \gexec`;

/**
 * For each table under `newerRows`, in their order.
 * @param since ISO 8601: the moment of the backup. `database`: another one than the live one, as that before a restore
 * @throws BackoutFailure only when the server is out of reach
 */
export async function countNewerRows(
  postgres: Postgres,
  { since, database, signal }: { since: string; database?: string; signal?: AbortSignal },
): Promise<NewerRows[]> {
  const options = {
    timeoutMs: COUNT_MS,
    ...(database === undefined ? {} : { database }),
    ...(signal === undefined ? {} : { signal }),
  };
  const count = async ({ table, column }: { table: string; column: string }): Promise<NewerRows> => {
    const counted = { table, column, rows: null, newest: null, problem: null };
    try {
      const [[exists] = []] = await postgres.query(EXISTS, { ...options, variables: { table } });
      if (exists !== 't') return { ...counted, problem: 'there is no such table' };
      const variables = { table, column, since };
      const [[rows, newest] = []] = await postgres.query(COUNT, { ...options, variables });
      return { ...counted, rows: Number(rows), newest: newest ?? null };
    } catch (error) {
      if (!(error instanceof BackoutFailure)) throw error;
      if (error.type !== 'QueryFailed' && error.type !== 'DatabaseBusy') throw error;
      return { ...counted, problem: error.parts.what };
    }
  };
  return await Promise.all(postgres.settings.newerRows.map(count));
}
