/** What is done when more is broken than a release: the database is gone, or no release runs (requirements K2, K3). */
import type { StepName } from './plan.ts';
import type { StepRecord } from './rollback.ts';

/** The steps of a recovery that change something, in the order of its runbook. A recovery does those that are needed. */
export const MENDING_STEPS = [
  'start-database',
  'start-previous',
  'restart-application',
  'shift-traffic',
] as const satisfies readonly StepName[];
export type MendingStep = (typeof MENDING_STEPS)[number];

/** What was found broken, and what mends it. */
export type Recovery = {
  /** Whole sentences: what is broken. */
  troubles: string[];
  /** In the order in which they are done. */
  todo: MendingStep[];
};

/** Does the database answer? `unknown`: something else is in the way of asking, such as a wrong password. */
export type DatabaseState = {
  state: 'answers' | 'lost' | 'unknown' | 'not-configured';
  /** What was seen, as a whole sentence. */
  detail: string;
};

/** The failures that a recovery can mend: a step that fails with one of them offers it. */
const MENDABLE: readonly string[] = ['DatabaseLost', 'DatabaseUnreachable', 'NothingServes'];

/** Whether people are better off with `recover` than with `retry`: not once it has been decided, and the step fails still. */
export const isRecoveryFirst = (step: Pick<StepRecord, 'decision'> | undefined): boolean =>
  step?.decision?.decision !== 'recover';

export const isMendable = (failure: { type: string } | null): boolean =>
  failure !== null && MENDABLE.includes(failure.type);
