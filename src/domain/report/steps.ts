/** Questions that report, messages and checklists ask of a record's steps. */
import type { StepName } from '../plan.ts';
import type { IncidentRecord, StepRecord, StepResult, StepState } from '../rollback.ts';
import { oneLine } from './plain.ts';

const WORDS: Record<StepState, string> = {
  pending: 'still to come',
  running: 'running',
  done: 'done',
  already: 'was so already',
  'not-needed': 'not needed',
  failed: 'FAILED',
  'waiting-for-decision': 'waits for a decision',
  skipped: 'SKIPPED',
  aborted: 'ABORTED',
  'not-reached': 'NOT REACHED',
};

/** The state as people read it. What did not happen stands in capitals. */
export const stateInWords = (state: StepState): string => WORDS[state];

/** `, on try 3`: what earlier tries failed at, or that their worker died, is not to be hidden. Nothing for the first. */
export const onTry = (result: Pick<StepResult, 'attempt'> | null): string =>
  result?.attempt === undefined ? '' : `, on try ${result.attempt}`;

/** As much of a record as these questions need. */
export type StepsOf = { status: Pick<IncidentRecord['status'], 'steps'> };

/** The record of a step, or null where the plan of this kind has none. */
export function findStep({ status }: StepsOf, name: StepName): StepRecord | null {
  return status.steps.find((step) => step.name === name) ?? null;
}

/** The result of a step that is done, or was so already; else null. */
export function resultOf(record: IncidentRecord, name: StepName): StepResult | null {
  const step = findStep(record, name);
  return step !== null && isDone(step) ? step.result : null;
}

export const isDone = ({ state }: StepRecord): boolean => state === 'done' || state === 'already';

/** Steps that should have been done and were not: a person has to know of each. */
export function undoneSteps({ status }: IncidentRecord): StepRecord[] {
  return status.steps.filter(({ state }) => ['failed', 'skipped', 'aborted', 'not-reached'].includes(state));
}

/** Why a step is not done, as the end of a sentence: `skipped by bob ("it is down anyway")`. */
export function whyUndone({ state, decision, failure }: StepRecord): string {
  const by = oneLine(decision?.by ?? 'a person');
  const note = decision?.note === undefined || decision.note === '' ? '' : ` ("${oneLine(decision.note)}")`;
  switch (state) {
    case 'skipped':
      return `skipped by ${by}${note}`;
    case 'aborted':
      return decision?.decision === 'abort' ? `aborted by ${by}${note}` : 'interrupted';
    case 'failed':
      return failure === null ? 'given up' : `given up after ${failure.type}`;
    case 'not-reached':
      return 'not reached';
    default:
      return stateInWords(state);
  }
}
