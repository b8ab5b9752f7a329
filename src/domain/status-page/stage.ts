/** How a rollback stands for customers: no more of it than they may know. Pure. */
import * as z from 'zod';
import type { StepName } from '../plan.ts';
import type { RollbackStatus, StepState } from '../rollback.ts';

export const stageSchema = z.enum(['assessing', 'mending', 'waiting', 'held', 'restoring', 'safe', 'open']);
/**
 * `held`: requests are held in maintenance. `restoring`: the application is stopped while data are put back. `safe`:
 * customers are served by a release that is thought good. `open`: the rollback is over, and the incident is not.
 */
export type Stage = z.infer<typeof stageSchema>;

/** What customers notice at once, and so are told at once. */
export const isToldAtOnce = (stage: Stage): boolean => ['held', 'restoring', 'safe'].includes(stage);

type Shown = Pick<RollbackStatus, 'trafficSafeAt' | 'awaiting' | 'steps' | 'freeze'>;

export function stageOf({ trafficSafeAt, awaiting, steps, freeze }: Shown): Stage {
  if (isHeld(freeze)) return 'held';
  if (isRestoring(steps)) return 'restoring';
  if (trafficSafeAt !== null) return 'safe';
  if (awaiting !== null) return 'waiting';
  return steps.some(({ state }) => BEGUN.includes(state)) ? 'mending' : 'assessing';
}

const BEGUN: readonly StepState[] = [
  'running',
  'done',
  'already',
  'failed',
  'waiting-for-decision',
  'aborted',
];
const STOPS_IT: readonly StepName[] = ['stop-application', 'restore-database', 'restart-application'];

function isHeld(freeze: Shown['freeze']): boolean {
  return freeze?.holds.some(({ name, state }) => name === 'requests' && state === 'held') ?? false;
}

/** From the stop of the application until it is proved to run again. */
function isRestoring(steps: Shown['steps']): boolean {
  // Partial rollbacks and recoveries restart it, too, and put no data right.
  if (!steps.some(({ name }) => name === 'stop-application')) return false;
  const isBack = steps.some(
    ({ name, state }) => name === 'restart-application' && ['done', 'already', 'skipped'].includes(state),
  );
  return !isBack && steps.some(({ name, state }) => STOPS_IT.includes(name) && BEGUN.includes(state));
}
