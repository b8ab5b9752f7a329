/** The configuration of a command that does not wait for somebody to correct how people are told. */
import { checkConfig } from '../../config/load.ts';
import type { BackoutConfig } from '../../config/load.ts';
import { formatProblem } from '../../config/problems.ts';
import type { PlacedProblem } from '../../config/problems.ts';
import { asSentence } from '../../domain/report/plain.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';

/** Says on standard error who will not be told, and which texts are not used. @throws BackoutFailure InvalidConfiguration */
export async function loadTolerantly(options: GlobalOptions, io: Io): Promise<BackoutConfig> {
  const { config, silent, unusedTemplates } = await checkConfig({
    path: options.config,
    env: io.env,
    mayBeSilent: true,
  });
  const remarks = [...silent.map(untold), ...unusedTemplates.map(unused)];
  for (const remark of remarks) io.err(`${io.colours.yellow('!')} ${remark}\n`);
  return config;
}

/** At this moment moving traffic is worth more than telling of it. */
function untold({ path, message }: PlacedProblem): string {
  const [why = ''] = message.split('; ');
  return `The Slack channel ${String(path.at(-1))} will not be told: ${why}. The command goes on; that nobody was told is noted in its records.`;
}

/** Nor does it wait for somebody to correct a template. */
function unused(problem: PlacedProblem): string {
  return `${asSentence(formatProblem(problem))} It goes on; the default text is sent instead.`;
}
