/** A full rollback that was not told what to restore: refused, with what can be seen of when the release went live. */
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import { describeRelease } from '../../src/domain/plan.ts';
import type { Release } from '../../src/domain/plan.ts';

export type FaultyRelease = Release & {
  /** For how many milliseconds its process has run; null when it does not, or nothing tells. */
  age(): Promise<number | null>;
};

/**
 * Since when the process runs is only offered: it may have been started before it was released, or restarted since, and a
 * backup from between holds the damage.
 * @param now in milliseconds since 1970
 */
export async function noMoment(faulty: FaultyRelease, now = Date.now()): Promise<BackoutFailure> {
  // What can't be seen must not hide what is missing.
  const age = await faulty.age().catch(() => null);
  return new BackoutFailure('InvalidRequest', {
    what: 'A full rollback restores a backup from before the faulty release, and the request does not say when that went live.',
    changed: NOTHING_CHANGED,
    next:
      'Give `releasedAt` (`--released-at 2026-11-21T03:05:00Z`), or name the backup (`--backup FILE`); `backout backups SERVICE` lists them.' +
      (age === null ? '' : ` ${suggestion(faulty, now - age)}`),
  });
}

function suggestion(faulty: Release, startedMs: number): string {
  // To the second before: a backup of the same second may not be from before it.
  const started = new Date(Math.floor(startedMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  return (
    `All that can be seen: the process of ${describeRelease(faulty)} has run since ${started}. ` +
    `If that is when it was released, and not a restart since: \`--released-at ${started}\`.`
  );
}
