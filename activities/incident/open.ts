/** Finds or makes the incident folder of a rollback. */
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { RollbackRef } from '../../src/domain/rollback.ts';
import { evidenceNotWritten } from './failures.ts';
import type { EvidenceSink } from './folder.ts';
import { incidentName } from './names.ts';
import { isSameRollback, OWNER_FILE, readOwner } from './owner.ts';
import type { Owner } from './owner.ts';
import { createSink } from './sink.ts';

const FOLDER_MODE = 0o750;
const FILE_MODE = 0o640;

/** Beginning of the names of folders that are being made. */
export const OPENING = '.opening-';

type Rollback = Pick<RollbackRef, 'workflowId' | 'startedAt'>;

/**
 * The folder of this rollback under `root`, made if it is not there yet. Idempotent: every step and every attempt of
 * a rollback, also after a reset, gets the same folder, and two workers on one disk can't make two.
 * @throws BackoutFailure EvidenceNotWritten
 */
export async function openIncident(root: string, rollback: Rollback): Promise<EvidenceSink> {
  const directory = resolve(root);
  try {
    await mkdir(directory, { recursive: true, mode: FOLDER_MODE });
    return createSink(await findOrMake(directory, rollback));
  } catch (error) {
    throw evidenceNotWritten(error, join(directory, incidentName(rollback.startedAt)));
  }
}

async function findOrMake(directory: string, rollback: Rollback): Promise<string> {
  const found = await findFolder(directory, rollback);
  if (found !== null) return found;
  try {
    return await makeFolder(directory, rollback);
  } catch (error) {
    // An opener of the same rollback that was faster clears away what others have begun: then its folder is there.
    const made = await findFolder(directory, rollback);
    if (made === null) throw error;
    return made;
  }
}

async function findFolder(directory: string, rollback: Rollback): Promise<string | null> {
  const base = incidentName(rollback.startedAt);
  const names = await readdir(directory);
  for (const name of names.filter((each) => each === base || each.startsWith(`${base}-`))) {
    const folder = join(directory, name);
    if (isSameRollback(await readOwner(folder), rollback)) return folder;
  }
  return null;
}

/**
 * Makes the folder beside, with its owner in it, and moves it to the first free name. Moving on to a folder that has
 * something in it is refused by the system, so there is never a moment at which a folder is there without its owner,
 * and of two workers one wins and the other finds the winner's.
 */
async function makeFolder(directory: string, rollback: Rollback): Promise<string> {
  const mark = markOf(rollback);
  const beside = await mkdtemp(join(directory, mark));
  try {
    await writeOwner(beside, rollback);
    const folder = await moveToFirstFree(beside, { directory, rollback });
    await removeStarting(directory, mark);
    return folder;
  } catch (error) {
    // Only its own: while there is no folder yet, another opener may be about to make it.
    await rm(beside, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/** A workflow ID alone can be used again: then the folder that another rollback makes is not ours to clear away. */
function markOf({ workflowId, startedAt }: Rollback): string {
  const digits = createHash('sha256').update(`${workflowId} ${startedAt}`).digest('hex').slice(0, 12);
  return `${OPENING}${digits}-`;
}

/** The folder that it has become, or the one that another opener of the same rollback was faster with. */
async function moveToFirstFree(
  beside: string,
  { directory, rollback }: { directory: string; rollback: Rollback },
): Promise<string> {
  for (let count = 1; ; count++) {
    const folder = join(directory, incidentName(rollback.startedAt, count));
    if (await moveTo(beside, folder)) return folder;
    if (isSameRollback(await readOwner(folder), rollback)) return folder;
  }
}

/** Also what attempts left that died in the middle. What can't be removed now goes with the retention. */
async function removeStarting(directory: string, mark: string): Promise<void> {
  const left = (await readdir(directory)).filter((name) => name.startsWith(mark));
  await Promise.all(
    left.map((name) => rm(join(directory, name), { recursive: true, force: true }).catch(() => undefined)),
  );
}

async function writeOwner(folder: string, { workflowId, startedAt }: Rollback): Promise<void> {
  const owner: Owner = { format: 'backout.owner/1', workflowId, startedAt, host: hostname() };
  const file = join(folder, OWNER_FILE);
  await writeFile(file, `${JSON.stringify(owner, null, 2)}\n`, { mode: FILE_MODE });
  // Whatever the worker's umask is.
  await chmod(file, FILE_MODE);
  await chmod(folder, FOLDER_MODE);
}

/** False when the name is taken by something else. */
async function moveTo(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false;
    throw error;
  }
}
