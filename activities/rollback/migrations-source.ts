/** A service's migrations, ready to be asked: its tool, its host and its database put together. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import { DEFAULT_TABLES } from '../../src/domain/migrations/settings.ts';
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import type { Deps } from '../deps.ts';
import { presetOf } from '../migrations/presets/index.ts';
import type { Preset, Query } from '../migrations/preset.ts';
import { readApplied, unreadable } from '../migrations/read.ts';
import type { Parts } from '../migrations/read.ts';
import { createPostgres } from '../postgres/client.ts';
import type { Postgres } from '../postgres/client.ts';

export type Reach = Pick<Deps, 'hosts' | 'env'>;
export type Configured = Pick<ServiceEnvironment, 'migrations' | 'database' | 'target'>;

/**
 * The ids of what is applied now, for a backup's manifest; undefined where no migrations are configured.
 * @throws BackoutFailure when they can't be read
 */
export async function appliedNow(
  deps: Reach,
  { config, release, signal }: { config: Configured; release: string | undefined; signal: AbortSignal },
): Promise<string[] | undefined> {
  const opened = openMigrations(deps, config, signal);
  if (opened === undefined) return undefined;
  const { migrations, failed } = await twice(() => readApplied(opened.parts, { version: release ?? null }));
  if (failed.length > 0) throw unreadable(`${failed.join(', ')} failed midway.`);
  return migrations.map(({ id }) => id);
}

export type Opened = {
  settings: NonNullable<ServiceEnvironment['migrations']>;
  preset: Preset;
  parts: Parts;
  postgres: Postgres | undefined;
};

/** Undefined where no migrations are configured. */
export function openMigrations(
  { hosts, env }: Reach,
  { migrations: settings, database, target }: Configured,
  signal?: AbortSignal,
): Opened | undefined {
  if (settings === undefined) return undefined;
  const preset = presetOf(settings);
  const postgres =
    database === undefined
      ? undefined
      : createPostgres({ host: hosts.get(database.host), settings: database, env });
  const table = settings.table ?? DEFAULT_TABLES[settings.tool] ?? '';
  const timeoutMs = settings.timeoutSeconds * 1000;
  const parts: Parts = {
    ...{ settings, preset, table, env, signal },
    host: hosts.get(settings.host ?? target.host),
    ask:
      postgres === undefined
        ? undefined
        : async (query) =>
            await ask(postgres, query, { timeoutMs, ...(signal === undefined ? {} : { signal }) }),
  };
  return { settings, preset, parts, postgres };
}

const EXISTS = "SELECT to_regclass(:'table') IS NOT NULL";
/** Whatever somebody has configured as `query`. */
const READ_ONLY = 'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;\n';

async function ask(
  postgres: Postgres,
  { sql, variables }: Query,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<(string | null)[][]> {
  const { table } = variables;
  if (table !== undefined) {
    const [[exists] = []] = await postgres.query(EXISTS, { ...options, variables: { table } });
    if (exists !== 't') throw unreadable(`There is no table ${table} in ${postgres.describe()}.`);
  }
  return await postgres.query(`${READ_ONLY}${sql}`, { ...options, variables });
}

/** Once more where it can heal by itself, and did not take long to fail: a plan is not worth a minute's waiting. */
export async function twice<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof BackoutFailure) || !error.retryable || error.type === 'CommandTimedOut')
      throw error;
    return await read();
  }
}
