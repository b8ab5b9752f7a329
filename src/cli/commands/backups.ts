/** `backout backups`: which backups are there, which of them could be restored, and what restores have kept. */
import type { BackupChoice, JudgedBackup } from '../../domain/backup.ts';
import { loadConfig } from '../../config/load.ts';
import { usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { renderBackups, renderExpired, renderKept } from '../view/backups.ts';

export type BackupsOptions = {
  config?: string;
  service: string;
  env?: string;
  /** When a release went live, as typed. */
  before?: string;
  /** Instead of listing: drop what restores have kept for long enough. */
  dropExpired?: boolean;
  json?: boolean;
};

export async function backups(options: BackupsOptions, io: Io): Promise<number> {
  const wanted = { service: options.service, environment: options.env };
  const releasedAt = options.before === undefined ? null : readTime(options.before);
  const config = await loadConfig({ path: options.config, env: io.env, secrets: false, mayBeSilent: true });
  const { chooseFor, dropKept, judgeAll, keptBefore } = await import('../../backups.ts');
  const around = { config, env: io.env, signal: io.signal };
  if (options.dropExpired) {
    if (releasedAt !== null) throw usageError('--before lists, --drop-expired drops: give one of them.');
    const expired = await dropKept(wanted, around);
    io.out(options.json ? `${JSON.stringify(expired, null, 2)}\n` : renderExpired(expired));
    return EXIT.ok;
  }
  const judged =
    releasedAt === null
      ? await judgeAll(wanted, around)
      : listOf(await chooseFor({ ...wanted, releasedAt }, around));
  if (options.json) io.out(`${JSON.stringify(judged.map(asJson), null, 2)}\n`);
  else io.out(renderBackups(judged) + renderKept(await keptBefore(wanted, around)));
  return judged.some(({ reason }) => reason === null) ? EXIT.ok : EXIT.failed;
}

function listOf({ chosen, others }: BackupChoice): JudgedBackup[] {
  const all = [...(chosen === null ? [] : [{ backup: chosen, reason: null }]), ...others];
  return all.sort((a, b) => (a.backup.moment.at < b.backup.moment.at ? 1 : -1));
}

function readTime(text: string): string {
  const time = new Date(text);
  if (/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(time.getTime())) {
    return time.toISOString();
  }
  throw usageError(`--before must be a time as 2026-11-21T04:15:09Z, not "${text}".`);
}

/** For scripts. */
function asJson({ backup, reason }: JudgedBackup): unknown {
  const { name, path, format, sizeBytes, modifiedAt, moment, manifest } = backup;
  return {
    ...{ name, path, format, sizeBytes, modifiedAt },
    ...{ madeAt: moment.at, madeAtSource: moment.source },
    release: manifest?.release ?? null,
    good: reason === null,
    reason: reason?.kind ?? null,
    message: reason?.text ?? null,
  };
}
