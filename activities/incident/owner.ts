/** The file that says whose an incident folder is. Without it, Backout neither uses nor removes a folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

export const OWNER_FILE = '.backout-owner.json';

const ownerSchema = z.object({
  format: z.literal('backout.owner/1'),
  workflowId: z.string(),
  /** ISO 8601. With the workflow ID it names one rollback, also after a reset, which changes the run ID only. */
  startedAt: z.string(),
  /** The machine that made the folder. */
  host: z.string(),
});
export type Owner = z.infer<typeof ownerSchema>;

/** The owner, or null where there is no folder, no owner file, or one that can't be read as such. */
export async function readOwner(folder: string): Promise<Owner | null> {
  try {
    const parsed = ownerSchema.safeParse(JSON.parse(await readFile(join(folder, OWNER_FILE), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof SyntaxError || code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

export function isSameRollback(
  owner: Owner | null,
  rollback: Pick<Owner, 'workflowId' | 'startedAt'>,
): boolean {
  return owner?.workflowId === rollback.workflowId && owner.startedAt === rollback.startedAt;
}
