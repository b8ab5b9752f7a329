/** Telling that something long goes on. */
import type { Postgres } from '../client.ts';

const EVERY_MS = 5000;

const SIZE = `SELECT pg_size_pretty(pg_database_size(:'database'))`;

/** Does the work, and meanwhile tells how large the database has become. */
export async function withProgress<Result>(
  { postgres, database, tell }: { postgres: Postgres; database: string; tell?: (detail: string) => void },
  work: () => Promise<Result>,
): Promise<Result> {
  if (tell === undefined) return await work();
  const ask = async () => {
    const { maintenanceDatabase } = postgres.settings.connection;
    const rows = await postgres.query(SIZE, { database: maintenanceDatabase, variables: { database } });
    tell(`${rows[0]?.[0] ?? '?'} in ${database}`);
  };
  // Whether the work itself can still reach the server, it says by itself.
  const timer = setInterval(() => void ask().catch(() => undefined), EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
