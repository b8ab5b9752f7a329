/** A folder to work in, for as long as the work takes; and the end of those that a killed worker has left. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'backout-tag-';
/** Nobody works in one for so long. */
const LEFT_AFTER_MS = 24 * 3_600_000;

export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  await removeLeft();
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One that can't be removed, such as another user's, is no reason not to work. */
async function removeLeft(): Promise<void> {
  const names = await readdir(tmpdir());
  const left = names.filter((name) => name.startsWith(PREFIX)).map((name) => join(tmpdir(), name));
  await Promise.allSettled(
    left.map(async (folder) => {
      const { mtimeMs } = await stat(folder);
      if (Date.now() - mtimeMs > LEFT_AFTER_MS) await rm(folder, { recursive: true, force: true });
    }),
  );
}
