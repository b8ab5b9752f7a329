/** What `backout doctor` found, in the order in which one thing needs the other. */
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';

/** `warning`: a rollback works, but worse than it could. `problem`: it does not. */
export type Mark = 'ok' | 'warning' | 'problem';

export type Line = {
  mark: Mark;
  name: string;
  detail: string;
  /** What to do about it. */
  fix?: string;
};

export type Area = 'configuration' | 'temporal' | 'workers' | 'target';

export type Section = { area: Area; title: string; lines: Line[] };

/** A configuration problem is 2, Temporal or no worker is 6, anything else 1; the first of these counts. */
export function exitCodeFor(sections: Section[]): ExitCode {
  const first = sections.find(({ lines }) => lines.some(({ mark }) => mark === 'problem'));
  switch (first?.area) {
    case undefined:
      return EXIT.ok;
    case 'configuration':
      return EXIT.usage;
    case 'temporal':
    case 'workers':
      return EXIT.unreachable;
    case 'target':
      return EXIT.failed;
  }
}
