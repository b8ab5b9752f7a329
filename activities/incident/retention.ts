/** Removing incident folders that have been kept long enough (requirement I1: 30 days, configurable). */
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FolderSaid, Removal } from '../../src/domain/records/removal.ts';
import { formatTime } from '../../src/domain/report/format.ts';
import { markEnd, readEnd } from './end.ts';
import { incidentName, startOfIncident } from './names.ts';
import { OPENING } from './open.ts';
import { readOwner } from './owner.ts';
import type { Owner } from './owner.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Beginning of the names of folders that are being removed. */
const REMOVING = '.removing-';

/** As `openIncident` makes them. */
const OPENING_NAME = new RegExp(`^${OPENING.replace('.', '\\.')}[0-9a-f]{12}-[A-Za-z0-9]{6}$`);

/** What Temporal says of a rollback and its follow-up: `what` runs; the rollback ended `at`; it knows neither. */
export type RunState = { is: 'running'; what: string } | { is: 'ended'; at: string } | { is: 'unknown' };

export type RetentionInput = {
  root: string;
  now: Date;
  days: number;
  /** Removes and notes nothing, and says what would go. */
  dryRun: boolean;
  /** Between two folders it stops: what is done is done. */
  signal: AbortSignal;
  stateOf(owner: Owner): Promise<RunState>;
  onRemoved(folder: FolderSaid): void;
};

export type Found = Pick<Removal, 'removed' | 'kept' | 'problems' | 'young'>;

/** `young`: not old enough, of which nobody needs to be told one by one. */
type Judged = { is: 'goes' | 'kept'; why: string } | { is: 'young' };

/**
 * Removes the folders of rollbacks that ended more than `days` days ago, each on its own: one that can't be removed does
 * not keep the others.
 *
 * Only real folders with the name and the owner file of an incident, whose rollback has surely ended, and whose follow-up
 * has too. Removed under a hidden name: when it is cut off, the next run goes on, and no list shows half an incident.
 * Idempotent; several may do it at once.
 * @throws what `signal` was aborted with, and nothing else
 */
export async function removeExpired(input: RetentionInput): Promise<Found> {
  const directory = resolve(input.root);
  const found: Found = { removed: [], kept: [], problems: [], young: 0 };
  const names = await namesIn(directory, found);
  for (const name of names.sort()) {
    input.signal.throwIfAborted();
    try {
      await dealWith(name, { ...input, directory, found });
    } catch (error) {
      // Another worker, on the same disk, was faster.
      const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!isGone) found.problems.push({ name, why: describe(error) });
    }
  }
  return found;
}

type Context = RetentionInput & { directory: string; found: Found };

async function dealWith(name: string, context: Context): Promise<void> {
  const { directory, found, dryRun, onRemoved } = context;
  const judged = await judge(name, context);
  if (judged === null) return;
  if (judged.is === 'young') {
    found.young++;
    return;
  }
  const said = { name, why: judged.why };
  if (judged.is === 'kept') {
    found.kept.push(said);
    return;
  }
  if (!dryRun) {
    await removeWhole(directory, name);
    onRemoved(said);
  }
  found.removed.push(said);
}

/** Null for what is none of ours. */
async function judge(name: string, context: Context): Promise<Judged | null> {
  const path = join(context.directory, name);
  if (startOfIncident(name) !== null) return await judgeIncident(path, { ...context, name });
  const isCutOff = name.startsWith(REMOVING) && startOfIncident(name.slice(REMOVING.length)) !== null;
  if (!isCutOff && !OPENING_NAME.test(name)) return null;
  const stats = await lstat(path);
  if (!stats.isDirectory()) return null;
  if (isCutOff) return { is: 'goes', why: 'its removal was cut off before' };
  // A young one may be about to become a folder.
  if (!isOlder(stats.mtimeMs, { ...context, days: 1 })) return null;
  return { is: 'goes', why: 'a worker died while it made it; it holds nothing' };
}

async function judgeIncident(path: string, context: Context & { name: string }): Promise<Judged> {
  const { name, days } = context;
  const isYoungByName = !isOlder((startOfIncident(name) as Date).getTime(), context);
  const kept = (why: string): Judged => (isYoungByName ? { is: 'young' } : { is: 'kept', why });
  if (!(await lstat(path)).isDirectory()) return kept('it is a link or a file, not a folder');
  const owner = await readOwner(path);
  if (owner === null) return kept('Backout’s owner file is not in it');
  if (!isNameOf(owner, name)) return kept(`its owner file is of another rollback, ${owner.workflowId}`);
  const end = await readEnd(path);
  if (end.is === 'unreadable') return kept('its summary can’t be read by this version');
  if (isYoungByName && end.is === 'ended') return { is: 'young' };
  const state = await context.stateOf(owner);
  if (state.is === 'running') return kept(`${state.what} still runs`);
  const ended = end.is === 'ended' ? end : state;
  if (ended.is === 'unknown')
    return kept(`nobody knows when ${owner.workflowId} ended; look at it, and remove it by hand`);
  // Temporal forgets, often after as many days as the folder is kept.
  if (end.is === 'open' && !context.dryRun) await markEnd(path, ended.at);
  if (!isOlder(Date.parse(ended.at), context)) return { is: 'young' };
  return { is: 'goes', why: `it ended at ${formatTime(ended.at)}, more than ${inDays(days)} ago` };
}

const isOlder = (time: number, { now, days }: Pick<RetentionInput, 'now' | 'days'>): boolean =>
  now.getTime() - time > days * DAY_MS;

/** Somebody may have copied a folder under another name. */
function isNameOf({ startedAt }: Owner, name: string): boolean {
  const base = Number.isNaN(Date.parse(startedAt)) ? null : incidentName(startedAt);
  return name === base || (base !== null && name.startsWith(`${base}-`));
}

/** Out of sight first, so that a removal that is cut off never leaves half an incident in the list. */
async function removeWhole(directory: string, name: string): Promise<void> {
  const isHidden = name.startsWith('.');
  const hidden = join(directory, isHidden ? name : `${REMOVING}${name}`);
  if (!isHidden) await rename(join(directory, name), hidden);
  // A link in it is removed, and not followed.
  await rm(hidden, { recursive: true, force: true });
}

/** No directory means that nothing was recorded yet. */
async function namesIn(directory: string, { problems }: Found): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') problems.push({ name: directory, why: describe(error) });
    return [];
  }
}

const inDays = (days: number): string => (days === 1 ? 'a day' : `${days} days`);

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
