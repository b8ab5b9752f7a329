/** The sign and colour of each state of a step. */
import type { StepState } from '../../domain/rollback.ts';
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

export function mark(state: StepState, colours: Colours): string {
  const { sign, paint } = MARKS[state];
  return paint(colours)(sign);
}
