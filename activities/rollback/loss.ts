/** What a restore would lose or has lost, counted when it matters: the plan's count is as old as the plan. Changes nothing. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import { uncounted } from '../../src/domain/loss.ts';
import type { LossCount } from '../../src/domain/loss.ts';
import { databaseOf } from '../../src/domain/plan.ts';
import type { Deps } from '../deps.ts';
import type { Postgres } from '../postgres/client.ts';
import { countNewerRows } from '../postgres/newer-rows.ts';
import type { StepInput } from '../types.ts';
import { openPostgres, settingsOf } from './database-job.ts';

const ANSWER_MS = 5000;

/** In the live database, while it is written to. A database that does not answer is a count that could not be made. */
export async function countLoss(
  deps: Deps,
  { plan }: StepInput,
  { signal }: { signal: AbortSignal },
): Promise<LossCount> {
  const postgres = openPostgres(deps, settingsOf(plan));
  return await countIn(postgres, { since: databaseOf(plan).madeAt, isFinal: false, signal });
}

type Counting = {
  /** ISO 8601: the moment of the backup. */
  since: string;
  isFinal: boolean;
  /** Default: the live one. */
  database?: string;
  signal: AbortSignal;
};

/** Never fails because of the database: what can't be counted is unknown. */
export async function countIn(
  postgres: Postgres,
  { since, isFinal, database, signal }: Counting,
): Promise<LossCount> {
  const at = new Date().toISOString();
  const where = { signal, ...(database === undefined ? {} : { database }) };
  try {
    // Also where nothing is to be counted, people see whether it answers.
    await postgres.query('SELECT 1', { timeoutMs: ANSWER_MS, ...where });
    const newer = await countNewerRows(postgres, { since, ...where });
    const newest = newer.flatMap(({ newest: last }) => (last === null ? [] : [last])).sort();
    return {
      at,
      isFinal,
      lastChangeAt: newest.at(-1) ?? null,
      newerRows: newer.map(({ table, rows, problem }) => ({ table, rows, problem })),
      problem: null,
    };
  } catch (error) {
    if (signal.aborted || !(error instanceof BackoutFailure)) throw error;
    return uncounted(at, error.parts.what);
  }
}
