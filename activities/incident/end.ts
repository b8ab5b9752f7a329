/** When the rollback of an incident folder ended: by its summary or, where none could be written, by our own mark. */
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { FILES } from '../../src/domain/report/files.ts';
import { PARTIAL } from './sink.ts';

/** Hidden, so that no list or manifest has it. */
export const END_FILE = '.backout-end.json';

const FILE_MODE = 0o640;

const endSchema = z.object({ format: z.literal('backout.end/1'), endedAt: z.iso.datetime() });

/** Only what tells of the end: a summary with more or fewer fields than this version's has its end all the same. */
const summarySchema = z.object({
  format: z.enum(['backout.incident/1', 'backout.freeze/1']),
  /** A freeze has none. */
  outcome: z.string().nullable().optional(),
  endedAt: z.iso.datetime().nullable(),
});

/** `unreadable`: there is a summary, and nobody knows what it says. */
export type End = { is: 'ended'; at: string } | { is: 'open' } | { is: 'unreadable' };

export async function readEnd(folder: string): Promise<End> {
  const summary = await readJson(join(folder, FILES.summary));
  if (summary !== null) {
    const parsed = summarySchema.safeParse(summary.json);
    if (!parsed.success) return { is: 'unreadable' };
    const { outcome, endedAt } = parsed.data;
    if (endedAt !== null && outcome !== null) return { is: 'ended', at: endedAt };
  }
  const marked = endSchema.safeParse((await readJson(join(folder, END_FILE)))?.json);
  return marked.success ? { is: 'ended', at: marked.data.endedAt } : { is: 'open' };
}

/** Notes the end that Temporal knows, and will have forgotten when the folder is old. Writing again replaces it. */
export async function markEnd(folder: string, endedAt: string): Promise<void> {
  const beside = join(folder, `${PARTIAL}${randomBytes(6).toString('hex')}-end`);
  const content = `${JSON.stringify({ format: 'backout.end/1', endedAt }, null, 2)}\n`;
  await writeFile(beside, content, { mode: FILE_MODE });
  await chmod(beside, FILE_MODE);
  await rename(beside, join(folder, END_FILE));
}

/** Null where there is no such file; `json` is undefined where it is not JSON. */
async function readJson(file: string): Promise<{ json: unknown } | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return { json: undefined };
  }
}
