/** Replaced databases whose time is over. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { Postgres } from '../client.ts';
import { readFacts } from './facts.ts';
import type { Facts } from './facts.ts';
import { ident } from './sql.ts';

export type KeptDatabase = { database: string; until: string; run: string };
export type Expired = {
  dropped: KeptDatabase[];
  /** Their time is over, but somebody is in them. */
  inUse: KeptDatabase[];
  kept: KeptDatabase[];
};

/** Those that were live under this name. Pure. */
export function keptDatabases(facts: Facts, live: string): KeptDatabase[] {
  return facts.databases.flatMap(({ name, marker }) =>
    marker?.is === 'kept' && marker.live === live
      ? [{ database: name, until: marker.until, run: marker.run }]
      : [],
  );
}

/** Drops those whose time is over, by the server's own clock. One that somebody looks into stays. Safe to run again. */
export async function dropExpired(postgres: Postgres, signal?: AbortSignal): Promise<Expired> {
  const facts = await readFacts(postgres, signal);
  const now = Date.parse(`${facts.now}Z`);
  const result: Expired = { dropped: [], inUse: [], kept: [] };
  for (const one of keptDatabases(facts, postgres.settings.name)) {
    if (Date.parse(one.until) > now) result.kept.push(one);
    else if (await dropped(postgres, one.database)) result.dropped.push(one);
    else result.inUse.push(one);
  }
  return result;
}

/** False when somebody is in it. */
async function dropped(postgres: Postgres, database: string): Promise<boolean> {
  try {
    await postgres.execute(`DROP DATABASE IF EXISTS ${ident(database)};\n`, {
      database: postgres.settings.connection.maintenanceDatabase,
      timeoutMs: 600_000,
    });
    return true;
  } catch (error) {
    if (error instanceof BackoutFailure && error.type === 'DatabaseBusy') return false;
    throw error;
  }
}
