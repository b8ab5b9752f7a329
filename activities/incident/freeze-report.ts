/** Writes the records of a freeze that no rollback came of. Writing again replaces them. */
import { hostname } from 'node:os';
import { FILES } from '../../src/domain/report/files.ts';
import { renderFreezeReport } from '../../src/domain/report/freeze-report.ts';
import type { FreezeRecord } from '../../src/domain/report/freeze-report.ts';
import { inOrder } from '../../src/domain/report/sections-detail.ts';
import type { EvidenceFile } from '../../src/domain/rollback.ts';
import type { EvidenceSink } from './folder.ts';
import { renderManifest } from './manifest.ts';

/** @throws BackoutFailure EvidenceNotWritten */
export async function writeFreezeReport(
  record: FreezeRecord,
  sink: EvidenceSink,
): Promise<{ outcome: 'done'; proof: string; details: string[]; evidence: EvidenceFile[] }> {
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const files = await Promise.all([
    sink.write(FILES.report, renderFreezeReport(record)),
    sink.write(
      FILES.summary,
      json({ format: 'backout.freeze/1', ...record.freeze, endedAt: record.endedAt }),
    ),
    sink.write(FILES.timeline, json(inOrder(record.timeline))),
  ]);
  const manifest = await sink.write(FILES.manifest, renderManifest(files));
  return {
    outcome: 'done',
    proof: `${FILES.report} of the freeze is in ${sink.folder} on the worker ${hostname()}`,
    details: [],
    evidence: [...files, manifest],
  };
}
