/** The evidence list: what lies in the folder, against what the steps recorded when they wrote it. */
import type { EvidenceFile, IncidentRecord } from '../rollback.ts';

export type ListedEvidence = EvidenceFile & {
  /** `changed`: the file differs from what its step wrote. `missing`: a step wrote it, and it is not here. */
  state: 'as-recorded' | 'not-recorded' | 'changed' | 'missing';
};

/** One entry per file, by name. Files of the report step are written again at the end, so they are not compared. */
export function listEvidence(record: IncidentRecord, files: EvidenceFile[]): ListedEvidence[] {
  const recorded = new Map(
    record.status.steps
      .filter(({ name }) => name !== 'report')
      .flatMap(({ result }) => result?.evidence ?? [])
      .map((file) => [file.name, file]),
  );
  const present = files.map((file): ListedEvidence => {
    const written = recorded.get(file.name);
    if (written === undefined) return { ...file, state: 'not-recorded' };
    const note = written.note === undefined ? {} : { note: written.note };
    return { ...file, ...note, state: written.sha256 === file.sha256 ? 'as-recorded' : 'changed' };
  });
  const names = new Set(files.map(({ name }) => name));
  const missing = [...recorded.values()]
    .filter(({ name }) => !names.has(name))
    .map((file): ListedEvidence => ({ ...file, state: 'missing' }));
  return [...present, ...missing].sort((a, b) => (a.name < b.name ? -1 : 1));
}
