/** The faulty version's tag in git, from the worker's own machine. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import { faultyTag } from '../../src/domain/git.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import { LOCAL } from '../commands/hosts.ts';
import type { Deps } from '../deps.ts';
import { pushFaultyTag } from '../git/tag.ts';
import type { StepInput } from '../types.ts';

/** @throws BackoutFailure CommandFailed, or InvalidConfiguration where there can be no tag */
export async function tagFaulty(
  { hosts }: Pick<Deps, 'hosts'>,
  { plan, rollback }: StepInput,
  signal: AbortSignal,
): Promise<StepResult> {
  const tag = plan.config.git === undefined ? null : faultyTag(plan, rollback, plan.config.git);
  if (tag === null || 'why' in tag)
    throw new BackoutFailure('InvalidConfiguration', {
      what: `The faulty version was not tagged in git: ${tag?.why ?? 'no repository is configured'}.`,
      changed: 'Traffic and data were not changed by this.',
      next: 'Tag it by hand.',
    });
  const { outcome, proof } = await pushFaultyTag(hosts.get(LOCAL), tag, signal);
  return { outcome, proof, details: [], provedAt: new Date().toISOString() };
}
