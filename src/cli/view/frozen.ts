/** Services that are frozen: who did it, what is held, and how it ends. */
import { freezeSentence, unfreezeCommand } from '../../domain/freeze.ts';
import type { FreezeInForce } from '../../domain/freeze-in-force.ts';
import { formatTime } from '../../domain/report/format.ts';
import { oneLine } from '../../domain/report/plain.ts';
import type { Colours } from '../io.ts';
import type { Pasteable } from './progress.ts';

/** Nothing where nothing is frozen. */
export function renderFrozen(freezes: FreezeInForce[], { bold, red }: Colours, pasteable: Pasteable): string {
  return freezes
    .flatMap((freeze) => [
      bold(red(freezeSentence(freeze))),
      `  By ${oneLine(freeze.by)}, since ${formatTime(freeze.since)}: ${oneLine(freeze.reason)}`,
      ...whoIsAsked(freeze, pasteable),
      `  Lift it:           ${pasteable(unfreezeCommand(freeze))}`,
      '',
    ])
    .map((line) => `${line}\n`)
    .join('');
}

function whoIsAsked({ waiting, workflowId, service, environment }: FreezeInForce, pasteable: Pasteable) {
  if (waiting !== null) return [`  What it waits for: ${pasteable(`backout status ${waiting}`)}`];
  return [
    `  ${workflowId} has ended: nobody is asked any more, and it stays frozen until somebody lifts it.`,
    `  Or restore:        ${pasteable(`backout freeze ${service} --env ${environment} --reason "WHY"`)}, then decide \`full\``,
  ];
}
