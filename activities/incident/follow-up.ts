/** Writes FOLLOW_UP.md beside a report that is sealed, and adds it to the manifest. Writing again replaces it. */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { FollowUpStatus } from '../../src/domain/follow-up/status.ts';
import { FILES } from '../../src/domain/report/files.ts';
import { renderFollowUp } from '../../src/domain/report/follow-up.ts';
import type { LaterPages } from '../../src/domain/report/pages.ts';
import type { IncidentRecord } from '../../src/domain/rollback.ts';
import { evidenceNotWritten } from './failures.ts';
import type { EvidenceSink } from './folder.ts';
import { renderManifest } from './manifest.ts';

/** @throws BackoutFailure EvidenceNotWritten */
export async function writeFollowUp(
  {
    record,
    status,
    later = null,
  }: { record: IncidentRecord; status: FollowUpStatus; later?: LaterPages | null },
  sink: EvidenceSink,
): Promise<{ outcome: 'done'; proof: string; details: string[] }> {
  const file = await sink.write(FILES.followUp, renderFollowUp(record, status, later));
  // The other lines stay as they are: they say what the files were when the rollback ended.
  const sealed = await readManifest(sink.folder);
  const others = sealed.split('\n').filter((line) => line !== '' && !line.endsWith(`  ${FILES.followUp}`));
  await sink.write(FILES.manifest, others.map((line) => `${line}\n`).join('') + renderManifest([file]));
  return {
    outcome: 'done',
    proof: `${FILES.followUp} is in ${sink.folder} on the worker ${hostname()}`,
    details: [],
  };
}

/** Empty where the report could not be written. */
async function readManifest(folder: string): Promise<string> {
  const path = join(folder, FILES.manifest);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw evidenceNotWritten(error, path);
  }
}
