/** What the plan of a full rollback says of the database: which backup, what is lost, and whether it could be done (D1). */
import type { Backup, BackupChoice } from '../../src/domain/backup.ts';
import type { DatabasePlan } from '../../src/domain/plan.ts';
import type { RollbackRequest } from '../../src/domain/request.ts';
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import type { Deps } from '../deps.ts';
import { checksum, requireBackup, requireNamed } from '../postgres/backups/choose.ts';
import { safetyCopyOf } from '../postgres/backups/safety.ts';
import type { Postgres } from '../postgres/client.ts';
import { countNewerRows } from '../postgres/newer-rows.ts';
import { restoredAlready } from '../postgres/restore/already.ts';
import { refuseAway } from '../postgres/restore/away.ts';
import { lastRestore, restoredBefore } from '../postgres/restore/expired.ts';
import { find, readFacts } from '../postgres/restore/facts.ts';
import { createInPlace } from '../postgres/restore/in-place.ts';
import { createRestore } from '../postgres/restore/restore.ts';
import type { TargetPlan } from '../targets/driver.ts';
import { isGoodEnough } from './good-enough.ts';
import { leftBehind } from './left-behind.ts';
import { noMoment } from './released-at.ts';
import type { FaultyRelease } from './released-at.ts';
import { databaseSettings, openPostgres, purposeOf } from './database-job.ts';

type Planning = {
  request: RollbackRequest;
  config: ServiceEnvironment;
  /** Who asks: the workflow ID. */
  run: string;
  /** The release that is left. */
  faulty: FaultyRelease;
  /** What is seen of it, and what the last rollback has left. */
  target: Pick<TargetPlan, 'from' | 'observed' | 'continues' | 'last'>;
  signal: AbortSignal;
};

/**
 * Chooses the backup and reads it from end to end, and sees whether the restore can be done. Changes nothing.
 * @throws BackoutFailure NoUsableBackup with why each is not taken; RestoreRefused; InvalidRequest, InvalidConfiguration
 */
export async function planDatabase(
  deps: Deps,
  { request, config, run, faulty, target, signal }: Planning,
): Promise<DatabasePlan> {
  const postgres = openPostgres(deps, databaseSettings(request.service, config));
  const facts = await readFacts(postgres, signal);
  refuseAway(postgres, facts, (of) => safetyCopyOf(postgres, { service: request.service, run: of }).path);
  const [choice, left] = await Promise.all([
    choose(postgres, { ...request, faulty }, signal),
    leftBehind(deps, { postgres, run, takenOver: request.takeOver?.owner, signal }),
  ]);
  const { chosen } = choice;
  // A manifest whose checksum is not the file's is no usable backup.
  const sha256 = chosen.manifest?.sha256 ?? (await checksum(postgres, chosen, signal));
  const format = formatOf(chosen);
  const live = postgres.settings.name;
  const described = {
    database: `PostgreSQL ${postgres.describe()}`,
    strategy: postgres.settings.restore.strategy,
    backup: chosen.name,
    path: chosen.path,
    madeAt: chosen.moment.at,
    madeAtSource: chosen.moment.source,
    sizeBytes: chosen.sizeBytes,
    sha256,
    format,
    ...(Array.isArray(chosen.manifest?.migrations) ? { migrations: chosen.manifest.migrations } : {}),
    passedOver: choice.others.map(({ backup: other, reason }) => `${other.name} ${reason.text}`),
  };
  const purpose = purposeOf({ service: request.service, from: faulty });
  const already = restoredAlready(facts, { live, sha256, purpose });
  if (already !== null && isGoodEnough(already, { request, target })) {
    const { run: by, at } = already;
    const { path } = safetyCopyOf(postgres, { service: request.service, run: by });
    const kept = already.kept === null ? `the safety copy ${path}` : `the database "${already.kept}"`;
    return { ...described, lastChangeAt: null, newerRows: [], alreadyRestored: { at, run: by, kept } };
  }
  const backup = { path: chosen.path, format, sha256 };
  // What a rollback that has ended left beside it is cleared away before this one begins.
  const token = Number.MAX_SAFE_INTEGER;
  const isInPlace = postgres.settings.restore.strategy === 'in-place';
  const planned = isInPlace ? find(facts, live)?.oid : undefined;
  const job = {
    ...{ run: left ?? run, token, backup, signal },
    ...(planned === undefined ? {} : { planned }),
  };
  const [newer] = await Promise.all([
    countNewerRows(postgres, { since: chosen.moment.at, signal }),
    isInPlace
      ? createInPlace(postgres, { ...job, safety: backup }).check()
      : createRestore(postgres, job).check(),
  ]);
  const newest = newer.flatMap(({ newest: at }) => (at === null ? [] : [at])).sort();
  return {
    ...described,
    lastChangeAt: newest.at(-1) ?? null,
    newerRows: newer.map(({ table, rows, problem }) => ({ table, rows, problem })),
    ...(planned === undefined ? {} : { replaces: planned }),
    ...lastRestore(facts, live),
    ...restoredBefore(facts, { live, sha256 }),
  };
}

async function choose(
  postgres: Postgres,
  { backup, releasedAt, faulty }: Pick<RollbackRequest, 'backup' | 'releasedAt'> & Pick<Planning, 'faulty'>,
  signal: AbortSignal,
): Promise<BackupChoice & { chosen: Backup }> {
  if (backup !== undefined) return await requireNamed(postgres, { name: backup, signal });
  if (releasedAt !== undefined) {
    return await requireBackup(postgres, { releasedAt: new Date(releasedAt).toISOString(), signal });
  }
  throw await noMoment(faulty);
}

function formatOf({ name, format }: Backup): NonNullable<Backup['format']> {
  if (format === null) throw new Error(`${name} was chosen and has no format`);
  return format;
}
