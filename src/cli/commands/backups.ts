/** `backout backups`: which backups are there, and which of them could be restored. Changes nothing. */
import type { BackupChoice, JudgedBackup } from '../../domain/backup.ts';
import { loadConfig } from '../../config/load.ts';
import { usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { renderBackups } from '../view/backups.ts';

export type BackupsOptions = {
  config?: string;
  service: string;
  env?: string;
  /** When a release went live, as typed. */
  before?: string;
  json?: boolean;
};

export async function backups(options: BackupsOptions, io: Io): Promise<number> {
  const wanted = { service: options.service, environment: options.env };
  const releasedAt = options.before === undefined ? null : readTime(options.before);
  const config = await loadConfig({ path: options.config, env: io.env, secrets: false });
  const { chooseFor, judgeAll } = await import('../../backups.ts');
  const around = { config, env: io.env, signal: io.signal };
  const judged =
    releasedAt === null
      ? await judgeAll(wanted, around)
      : listOf(await chooseFor({ ...wanted, releasedAt }, around));
  io.out(options.json ? `${JSON.stringify(judged.map(asJson), null, 2)}\n` : renderBackups(judged));
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
