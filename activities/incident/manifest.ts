/** MANIFEST.sha256: the hash of every file, in the format that `sha256sum -c` checks. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvidenceFile } from '../../src/domain/rollback.ts';
import { evidenceNotWritten } from './failures.ts';
import { measure } from './sink.ts';

/** The files that lie in the folder now, also those that people have put there, by name. Hidden ones are not evidence. */
export async function listFiles(folder: string, { except }: { except: string[] }): Promise<EvidenceFile[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && !except.includes(entry.name))
      .map(({ name }) => name)
      .sort();
    const files: EvidenceFile[] = [];
    for (const name of names) files.push({ name, ...(await measure(join(folder, name))) });
    return files;
  } catch (error) {
    throw evidenceNotWritten(error, folder);
  }
}

/** One line per file. As `sha256sum` does, a name with a backslash or a line break is escaped and marked. Pure. */
export function renderManifest(files: EvidenceFile[]): string {
  return files
    .map(({ name, sha256 }) => {
      const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
      return `${escaped === name ? '' : '\\'}${sha256}  ${escaped}\n`;
    })
    .join('');
}
