/** The live state as files, before and after. */
import type { Observation } from '../../src/domain/plan.ts';
import type { EvidenceFile } from '../../src/domain/rollback.ts';
import { renderReleases, renderState } from '../../src/domain/report/state.ts';
import type { EvidenceSink } from './folder.ts';

/** Writes `state-WHEN.json`, `state-WHEN.txt` and `releases-WHEN.txt`; writing again replaces them. */
export async function writeState(
  sink: EvidenceSink,
  when: 'before' | 'after',
  observation: Observation,
): Promise<EvidenceFile[]> {
  return await Promise.all([
    sink.write(`state-${when}.json`, `${JSON.stringify(observation, null, 2)}\n`),
    sink.write(`state-${when}.txt`, renderState(observation)),
    sink.write(`releases-${when}.txt`, renderReleases(observation)),
  ]);
}
