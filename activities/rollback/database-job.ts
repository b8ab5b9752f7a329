/** From a plan to the database that it is about, and to what is restored there. */
import type { DatabaseSettings } from '../../src/domain/database.ts';
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import { databaseOf } from '../../src/domain/plan.ts';
import type { Release } from '../../src/domain/plan.ts';
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import type { Deps } from '../deps.ts';
import { createPostgres } from '../postgres/client.ts';
import type { Postgres } from '../postgres/client.ts';
import type { RestoreJob } from '../postgres/restore/job.ts';
import type { Purpose } from '../postgres/restore/marker.ts';
import type { StepInput } from '../types.ts';
import type { Running } from './activity.ts';

/** An attempt's token in the markers has room for twelve digits: hundredths of a second since 1970. */
const TOKEN_UNIT_MS = 10;

/** As they were when the plan was made. */
export const settingsOf = ({ service, config }: StepInput['plan']): DatabaseSettings =>
  databaseSettings(service, config);

/** @throws BackoutFailure InvalidConfiguration where the service has no database */
export function databaseSettings(service: string, { database }: ServiceEnvironment): DatabaseSettings {
  if (database === undefined) {
    throw new BackoutFailure('InvalidConfiguration', {
      what: `${service} has no \`database\` in its configuration, so there is nothing that a full rollback could restore.`,
      changed: NOTHING_CHANGED,
      next: 'Add it (see docs/targets/postgresql.md), or start a traffic-only rollback.',
    });
  }
  return database;
}

/** On its own host, as the worker reaches that. Nothing is connected yet. */
export function openPostgres(
  { hosts, env }: Pick<Deps, 'hosts' | 'env'>,
  settings: DatabaseSettings,
): Postgres {
  return createPostgres({ host: hosts.get(settings.host), settings, env });
}

/** What is restored, by which attempt, until when. */
export function jobOf(
  { plan, rollback }: StepInput,
  { scheduledAt, endsAt, signal, heartbeat }: Running,
): RestoreJob {
  const { path, format, sha256, sizeBytes, alreadyRestored, restoredBefore, replaces } = databaseOf(plan);
  return {
    // One that goes on with what another run has restored clears up after that one.
    run: alreadyRestored?.run ?? rollback.workflowId,
    holder: rollback.workflowId,
    purpose: purposeOf(plan),
    sizeBytes,
    ...(restoredBefore === undefined ? {} : { beyond: restoredBefore.kept }),
    ...(replaces === undefined ? {} : { planned: replaces }),
    token: Math.floor(scheduledAt / TOKEN_UNIT_MS),
    backup: { path, format, sha256 },
    timeoutMs: Math.max(1, endsAt - Date.now()),
    signal,
    onProgress: heartbeat,
  };
}

/** What a restore is for: noted with it, so that a later rollback of the same fault need not do it again. */
export const purposeOf = ({ service, from }: { service: string; from: Release }): Purpose => ({
  service,
  faulty: { name: from.name, version: from.version },
});
