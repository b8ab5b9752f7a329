/** Writes what is made of the record: state after, summary, timeline, report, manifest. Writing again replaces them. */
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { wantsNotice } from '../../src/domain/customer-notice/draft.ts';
import type { Observation } from '../../src/domain/plan.ts';
import { FILES } from '../../src/domain/report/files.ts';
import { renderPostmortem } from '../../src/domain/report/postmortem.ts';
import { renderReport } from '../../src/domain/report/report.ts';
import type { ReportExtras } from '../../src/domain/report/report.ts';
import { inOrder } from '../../src/domain/report/sections-detail.ts';
import { summarise } from '../../src/domain/report/summary.ts';
import type { EvidenceFile, IncidentRecord } from '../../src/domain/rollback.ts';
import { noticeDraft } from '../../src/domain/templates/others.ts';
import { createWriter } from '../../src/templates/write.ts';
import type { Writer } from '../../src/templates/write.ts';
import type { EvidenceSink } from './folder.ts';
import { listFiles, renderManifest } from './manifest.ts';
import { PARTIAL } from './sink.ts';
import { writeState } from './state.ts';

/** A host that hangs must not keep the report from being written. */
const OBSERVE_TIMEOUT_MS = 15_000;

export type ReportInput = {
  record: IncidentRecord;
  sink: EvidenceSink;
  /** Reads the live state. When it fails, the report says so and is written all the same. */
  observe: (signal: AbortSignal) => Promise<Observation>;
  /** Aborted when the activity is cancelled. */
  signal: AbortSignal;
  /** As the team's templates have it. Default: there are none. */
  write?: Writer;
};

/** @throws BackoutFailure EvidenceNotWritten */
export async function writeReport(
  input: ReportInput,
): Promise<{ outcome: 'done'; proof: string; details: string[]; evidence: EvidenceFile[] }> {
  const { sink } = input;
  // Also where no step before this one could write: the report then says where it lies itself.
  const status = { ...input.record.status, incidentFolder: sink.folder };
  const record: IncidentRecord = { ...input.record, status };
  await removeLeftovers(sink.folder);
  const after = await keepStateAfter(input);
  await Promise.all([
    sink.write(FILES.summary, toJson(summarise(record))),
    sink.write(FILES.timeline, toJson(inOrder(record.timeline))),
  ]);
  const files = await listFiles(sink.folder, {
    except: [FILES.report, FILES.manifest, FILES.postmortem, FILES.customerNotice],
  });
  // People change it: a hash of it would only say that they did.
  await sink.write(FILES.postmortem, renderPostmortem(record));
  const problems = await draftNotice(record, { sink, write: input.write ?? createWriter({}) });
  const report = await sink.write(FILES.report, renderReport(record, files, { after }));
  const manifest = await sink.write(FILES.manifest, renderManifest([report, ...files]));
  return {
    outcome: 'done',
    proof: `${FILES.report}, ${FILES.postmortem} (a draft), ${FILES.manifest} and ${files.length} other files are in ${sink.folder} on the worker ${hostname()}`,
    details: [
      ...('unreadable' in after ? [`The state after could not be read: ${after.unreadable}`] : []),
      ...problems,
    ],
    evidence: [report, manifest],
  };
}

/**
 * Once: the report is written again when people may have begun to change it.
 * @returns what is wrong with its template
 */
async function draftNotice(
  record: IncidentRecord,
  { sink, write }: { sink: EvidenceSink; write: Writer },
): Promise<string[]> {
  if (!wantsNotice(record)) return [];
  const names: string[] = await readdir(sink.folder).catch(() => []);
  if (names.includes(FILES.customerNotice)) return [];
  const { message, problem } = write(noticeDraft(record));
  await sink.write(FILES.customerNotice, message);
  return problem === null ? [] : [problem];
}

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

async function keepStateAfter({
  sink,
  observe,
  signal,
}: ReportInput): Promise<NonNullable<ReportExtras['after']>> {
  let after: Observation;
  try {
    after = await observe(AbortSignal.any([signal, AbortSignal.timeout(OBSERVE_TIMEOUT_MS)]));
  } catch (error) {
    signal.throwIfAborted();
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
  await writeState(sink, 'after', after);
  return after;
}

/** Parts of files whose writer was killed. Every step that writes evidence is over when the report is made. */
async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const partial = names.filter((name) => name.startsWith(PARTIAL));
  await Promise.all(partial.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)));
}
