/** Chooses the backup that a service is restored from: the newest good one from before the faulty release (D1). */
import type { Backup, BackupChoice, JudgedBackup } from '../../../src/domain/backup.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { Postgres } from '../client.ts';
import { findBackups, readBackup } from './inspect.ts';
import type { Found } from './inspect.ts';
import { judgeMoment, judgeReading, noSuchBackup, noUsableBackup } from './judge.ts';
import type { Surroundings } from './judge.ts';
import { CHECKSUM } from './scripts.ts';
import { lookAround } from './surroundings.ts';

export type ChooseOptions = {
  /** When the faulty release went live, ISO 8601 in UTC. Null: any backup will do. */
  releasedAt: string | null;
  signal?: AbortSignal;
};

/**
 * Reads backups from end to end, newest first, until one is good; older ones are not read.
 * @returns also without a good one: `chosen` is null then
 * @throws BackoutFailure when host or database are out of reach
 */
export async function chooseBackup(
  postgres: Postgres,
  { releasedAt, signal }: ChooseOptions,
): Promise<BackupChoice> {
  const [surroundings, found] = await Promise.all([lookAround(postgres), findBackups(postgres, signal)]);
  const choice: BackupChoice = { chosen: null, others: [] };
  for (const backup of found) {
    const reason =
      choice.chosen !== null
        ? ({ kind: 'older', text: `is older than ${choice.chosen.name}` } as const)
        : (judgeMoment(backup, releasedAt) ?? (await judge(postgres, { backup, surroundings, signal })));
    if (reason === null) choice.chosen = plain(backup);
    else choice.others.push({ backup: plain(backup), reason });
  }
  return choice;
}

/** @throws BackoutFailure NoUsableBackup with the reason for each, besides what `chooseBackup` throws */
export async function requireBackup(
  postgres: Postgres,
  options: ChooseOptions,
): Promise<BackupChoice & { chosen: Backup }> {
  const choice = await chooseBackup(postgres, options);
  if (choice.chosen !== null) return { ...choice, chosen: choice.chosen };
  const { folder, pattern } = postgres.settings.backups;
  throw noUsableBackup(choice, { where: postgres.describe(), folder, pattern });
}

/**
 * The backup of that file name, if it is good; whenever it was made.
 * @throws BackoutFailure NoUsableBackup with what is wrong with it, or that there is none of that name
 */
export async function requireNamed(
  postgres: Postgres,
  { name, signal }: { name: string; signal?: AbortSignal },
): Promise<BackupChoice & { chosen: Backup }> {
  const [surroundings, backups] = await Promise.all([lookAround(postgres), findBackups(postgres, signal)]);
  const found = backups.find((backup) => backup.name === name);
  const { folder, pattern } = postgres.settings.backups;
  const where = { where: postgres.describe(), folder, pattern };
  if (found === undefined) throw noSuchBackup(name, where);
  const reason = await judge(postgres, { backup: found, surroundings, signal });
  if (reason === null) return { chosen: plain(found), others: [] };
  throw noUsableBackup({ chosen: null, others: [{ backup: plain(found), reason }] }, where);
}

/** SHA-256 of a backup as it is now; of a folder: of the output of `sha256sum *` in it. */
export async function checksum(
  postgres: Postgres,
  { path }: Pick<Backup, 'path'>,
  signal?: AbortSignal,
): Promise<string> {
  const options = signal === undefined ? {} : { signal };
  const { exitCode, stdout } = await postgres.beside(CHECKSUM, [path], { timeoutMs: READ_MS, ...options });
  const sum = stdout.trim();
  if (exitCode === 0 && /^[0-9a-f]{64}$/.test(sum)) return sum;
  throw new BackoutFailure('NoUsableBackup', {
    what: `${path} can't be read any more.`,
    changed: 'No data was changed: the live database is untouched.',
    next: 'See who removed it, and start the rollback again: it makes a new plan.',
  });
}

/** Reading a backup takes as long as its disk. */
const READ_MS = 3_600_000;

/** Every backup, newest first, each read from end to end. */
export async function judgeBackups(postgres: Postgres, signal?: AbortSignal): Promise<JudgedBackup[]> {
  const surroundings = await lookAround(postgres);
  const judged: JudgedBackup[] = [];
  for (const backup of await findBackups(postgres, signal)) {
    const reason = await judge(postgres, { backup, surroundings, signal });
    judged.push({ backup: plain(backup), reason });
  }
  return judged;
}

type Judging = { backup: Found; surroundings: Surroundings; signal: AbortSignal | undefined };

async function judge(postgres: Postgres, { backup, surroundings, signal }: Judging) {
  return judgeReading(backup, await readBackup(postgres, backup, signal), surroundings);
}

function plain({ sniffed: _sniffed, serverVersion: _version, ...backup }: Found): Backup {
  return backup;
}
