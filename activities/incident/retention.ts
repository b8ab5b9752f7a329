/** Removing incident folders that have been kept long enough (requirement I1: 30 days, configurable). */
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readSummary } from './list.ts';
import { startOfIncident } from './names.ts';
import { OPENING } from './open.ts';
import { readOwner } from './owner.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Beginning of the names of folders that are being removed. */
const REMOVING = '.removing-';

/** The names of incident folders whose rollback started more than so many days ago. Pure. */
export function expiredIncidents(names: string[], now: Date, days: number): string[] {
  return names.filter((name) => {
    const start = startOfIncident(name);
    return start !== null && now.getTime() - start.getTime() > days * DAY_MS;
  });
}

export type RetentionInput = { root: string; now: Date; days: number };

/**
 * Removes the folders of rollbacks that ended more than `days` days ago.
 *
 * Only real folders with the name and the owner file of an incident, whose summary says that the rollback has ended:
 * one that still runs or waits, and one that nobody can read any more, is kept. One that can't be removed does not
 * keep the others.
 * @returns the names that were removed, and why others could not be
 */
export async function removeExpired({
  root,
  now,
  days,
}: RetentionInput): Promise<{ removed: string[]; problems: string[] }> {
  const directory = resolve(root);
  const removed: string[] = [];
  const problems: string[] = [];
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { removed, problems };
    return { removed, problems: [`${directory}: ${describe(error)}`] };
  }
  for (const name of expiredIncidents(names, now, days)) {
    try {
      if (await mayGo(join(directory, name), { now, days })) {
        await removeWhole(directory, name);
        removed.push(name);
      }
    } catch (error) {
      problems.push(`${name}: ${describe(error)}`);
    }
  }
  await removeLeftovers(directory, names, now);
  return { removed, problems };
}

async function mayGo(folder: string, { now, days }: Pick<RetentionInput, 'now' | 'days'>): Promise<boolean> {
  if (!(await lstat(folder)).isDirectory()) return false;
  if ((await readOwner(folder)) === null) return false;
  const summary = await readSummary(folder).catch(() => null);
  if (summary === null || summary.outcome === null || summary.endedAt === null) return false;
  return now.getTime() - new Date(summary.endedAt).getTime() > days * DAY_MS;
}

/** Out of sight first, so that a removal that is cut off never leaves half an incident in the list. */
async function removeWhole(directory: string, name: string): Promise<void> {
  const hidden = join(directory, `${REMOVING}${name}`);
  await rename(join(directory, name), hidden);
  await rm(hidden, { recursive: true, force: true });
}

/** What a killed worker left while making or removing a folder. A young one may still be in use. */
async function removeLeftovers(directory: string, names: string[], now: Date): Promise<void> {
  const leftovers = names.filter((name) => name.startsWith(REMOVING) || name.startsWith(OPENING));
  for (const name of leftovers) {
    const path = join(directory, name);
    const stats = await lstat(path).catch(() => null);
    const isOld = stats !== null && now.getTime() - stats.mtimeMs > DAY_MS;
    if (isOld && stats.isDirectory()) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
