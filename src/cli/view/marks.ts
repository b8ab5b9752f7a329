/** The sign and colour of each state of a step. */
import type { StepRecord, StepState } from '../../domain/rollback.ts';
import type { Colours } from '../io.ts';

const MARKS: Record<StepState, { sign: string; paint: (colours: Colours) => (text: string) => string }> = {
  pending: { sign: '·', paint: (colours) => colours.dim },
  running: { sign: '▸', paint: (colours) => colours.cyan },
  done: { sign: '✔', paint: (colours) => colours.green },
  already: { sign: '✔', paint: (colours) => colours.green },
  'not-needed': { sign: '–', paint: (colours) => colours.dim },
  failed: { sign: '✘', paint: (colours) => colours.red },
  'waiting-for-decision': { sign: '?', paint: (colours) => colours.yellow },
  skipped: { sign: '»', paint: (colours) => colours.yellow },
  aborted: { sign: '✘', paint: (colours) => colours.red },
  'not-reached': { sign: '·', paint: (colours) => colours.dim },
};

export function mark(step: Pick<StepRecord, 'state' | 'result'>, colours: Colours): string {
  const { sign, paint } = MARKS[hasFailedVerdict(step) ? 'failed' : step.state];
  return paint(colours)(sign);
}

/** A verification that was made to its end is a step done, and may have found the release bad. */
function hasFailedVerdict({ result }: Pick<StepRecord, 'result'>): boolean {
  return result?.verdict?.passed === false;
}
