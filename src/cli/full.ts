/** What a full rollback must be told: which backup brings the database back. */
import type { RollbackKind } from '../domain/plan.ts';
import { usageError } from './errors.ts';
import type { RequestOptions } from './request.ts';

type Given = Pick<RequestOptions, 'service' | 'releasedAt' | 'backup'>;

/** @throws CliError `usage` when it is not clear which backup is meant, or where a full rollback can't run */
export function refuseIncomplete({ local, ...given }: Given & { local?: boolean }): void {
  if (local) {
    throw usageError(
      'A full rollback can not run with --local: approvals and RESTORE reach it through Temporal. To get traffic off the ' +
        `faulty release now: \`backout rollback traffic-only ${given.service} --reason WHY --local\`; it touches no data. Restore later with \`backout rollback full … --faulty NAME\`.`,
    );
  }
  refuseUnclearBackup(given);
}

/** The kind of rollback that `backout plan` is asked about. @throws CliError `usage` */
export function kindOfPlan({ full = false, ...given }: Given & { full?: boolean }): RollbackKind {
  if (full) {
    refuseUnclearBackup(given);
    return 'full';
  }
  const named = given.releasedAt === undefined ? '--backup' : '--released-at';
  if (given.releasedAt === undefined && given.backup === undefined) return 'traffic-only';
  throw usageError(`${named} says what to restore: add --full, or leave it out.`);
}

function refuseUnclearBackup({ service, releasedAt, backup }: Given): void {
  if (releasedAt === undefined && backup === undefined) {
    throw usageError(
      'A full rollback restores a backup from before the faulty release: say when that went live ' +
        `(--released-at 2026-11-21T03:05:00Z), or name the backup (--backup FILE; \`backout backups ${service}\` lists them).`,
    );
  }
  if (releasedAt !== undefined && backup !== undefined) {
    throw usageError('--released-at has the backup chosen, --backup names it: give one of them.');
  }
}
