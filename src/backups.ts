/** Backups as the command line asks for them: made and judged by this very process, without Temporal. */
import { createHosts } from '../activities/commands/hosts.ts';
import { chooseBackup, judgeBackups } from '../activities/postgres/backups/choose.ts';
import { makeBackup } from '../activities/postgres/backups/make.ts';
import { dropExpired, listKept } from '../activities/postgres/restore/expired.ts';
import type { Expired, Kept } from '../activities/postgres/restore/expired.ts';
import { appliedNow } from '../activities/rollback/migrations-source.ts';
import { createPostgres } from '../activities/postgres/client.ts';
import type { Hosts } from '../activities/commands/hosts.ts';
import type { Postgres } from '../activities/postgres/client.ts';
import type { BackoutConfig } from './config/load.ts';
import { resolveService } from './config/services.ts';
import type { ResolvedService, Wanted } from './config/services.ts';
import type { BackupChoice, BackupManifest, JudgedBackup } from './domain/backup.ts';
import { BackoutFailure, NOTHING_CHANGED } from './domain/failure.ts';

export type BackupRequest = Wanted & {
  release?: string | undefined;
  migrations?: string | undefined;
  jobs?: number | undefined;
};

type Around = { config: BackoutConfig; env: NodeJS.ProcessEnv; signal: AbortSignal };

/** What `backout backup` says it did. */
export type MadeBackup = {
  where: string;
  path: string;
  manifest: BackupManifest;
  /** Why the manifest does not list the migrations, where they are configured. */
  noMigrations: string | null;
};

export async function backUp(
  { release, migrations, jobs, ...wanted }: BackupRequest,
  around: Around,
): Promise<MadeBackup> {
  return await withDatabase(wanted, around, async (postgres, { service, environment, settings }, hosts) => {
    const reach = { hosts, env: around.env };
    const applied =
      migrations === undefined
        ? await readMigrations(() => appliedNow(reach, { config: settings, release, signal: around.signal }))
        : { migrations };
    const made = await makeBackup(postgres, {
      ...{ service, environment, signal: around.signal },
      ...(release === undefined ? {} : { release }),
      ...('migrations' in applied ? { migrations: applied.migrations } : {}),
      ...(jobs === undefined ? {} : { jobs }),
    });
    return { where: postgres.describe(), ...made, noMigrations: 'why' in applied ? applied.why : null };
  });
}

/** A backup without its migrations is better than none. */
async function readMigrations(
  read: () => Promise<string[] | undefined>,
): Promise<{ migrations: string[] } | { why: string } | { notConfigured: true }> {
  try {
    const migrations = await read();
    return migrations === undefined ? { notConfigured: true } : { migrations };
  } catch (error) {
    if (!(error instanceof BackoutFailure)) throw error;
    return { why: error.parts.what };
  }
}

/** Every backup, each read from end to end, newest first. */
export async function judgeAll(wanted: Wanted, around: Around): Promise<JudgedBackup[]> {
  return await withDatabase(wanted, around, (postgres) => judgeBackups(postgres, around.signal));
}

/** The one that a rollback of a release would restore, and why not the others. */
export async function chooseFor(
  { releasedAt, ...wanted }: Wanted & { releasedAt: string },
  around: Around,
): Promise<BackupChoice> {
  return await withDatabase(wanted, around, (postgres) =>
    chooseBackup(postgres, { releasedAt, signal: around.signal }),
  );
}

/** What restores have kept of the databases before. */
export async function keptBefore(wanted: Wanted, around: Around): Promise<Kept[]> {
  return await withDatabase(wanted, around, (postgres, { service }) =>
    listKept(postgres, service, around.signal),
  );
}

/** Drops what of that is kept for long enough. Never the live database, nor one that somebody is in. */
export async function dropKept(wanted: Wanted, around: Around): Promise<Expired> {
  return await withDatabase(wanted, around, (postgres, { service }) =>
    dropExpired(postgres, service, around.signal),
  );
}

/** @throws BackoutFailure UnknownService, and InvalidConfiguration for a service without a database */
async function withDatabase<Result>(
  wanted: Wanted,
  { config, env }: Around,
  work: (postgres: Postgres, resolved: ResolvedService, hosts: Hosts) => Promise<Result>,
): Promise<Result> {
  const resolved = resolveService(config, wanted);
  const { service, environment, settings } = resolved;
  if (settings.database === undefined) {
    throw new BackoutFailure('InvalidConfiguration', {
      what: `${service} has no \`database\` in ${environment}.`,
      changed: NOTHING_CHANGED,
      next: 'Add it to backout.yaml: see docs/targets/postgresql.md.',
    });
  }
  const hosts = createHosts(config.hosts);
  try {
    const host = hosts.get(settings.database.host);
    return await work(createPostgres({ host, settings: settings.database, env }), resolved, hosts);
  } finally {
    await hosts.close();
  }
}
