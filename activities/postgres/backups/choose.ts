/** Chooses the backup that a service is restored from: the newest good one from before the faulty release (D1). */
import type { Backup, BackupChoice, JudgedBackup } from '../../../src/domain/backup.ts';
import type { Postgres } from '../client.ts';
import { findBackups, readBackup } from './inspect.ts';
import type { Found } from './inspect.ts';
import { judgeMoment, judgeReading, noUsableBackup } from './judge.ts';
import type { Surroundings } from './judge.ts';
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
  const surroundings = await lookAround(postgres);
  const found = await findBackups(postgres, signal);
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
