/** What is told to the next level at once, in words. */
import type { PlannedStep } from '../plan.ts';
import { formatTime } from '../report/format.ts';
import { asSentence } from '../report/plain.ts';
import type { RunEnd, Subject, Trouble } from './state.ts';
import { GONE, UNVERIFIED } from './write-page.ts';

export function stepFailed({ name, title }: Pick<PlannedStep, 'name' | 'title'>, message: string): Trouble {
  return {
    key: `step ${name}`,
    title: `“${title}” failed, a decision is needed`,
    message: `The step “${title}” could not be done: ${asSentence(message)}`,
  };
}

/** The rollback came to its end, and nothing is proved good. */
export function unverified(summary: string): Trouble {
  return {
    key: UNVERIFIED,
    title: 'the release returned to is NOT PROVED GOOD',
    message: asSentence(summary),
  };
}

export function notFrozen(problems: string[]): Trouble {
  return {
    key: 'hold',
    title: 'a freeze is not proved, data may still be changed',
    message: `Not all is held: ${asSentence(problems.join('; '))}`,
  };
}

export function notLifted(problems: string[]): Trouble {
  return {
    key: 'lift',
    title: 'a freeze could not be lifted, requests or writes are still held',
    message: `Not all is let through again: ${asSentence(problems.join('; '))}`,
  };
}

/** What a run's end means to people; null where a person or the runbook ended it, and nobody need be called for it. */
export function endTrouble({ how, at, said, type }: RunEnd, { again }: Subject): Trouble | null {
  const quoted = said === null ? '' : ` (“${said}”)`;
  const halfDone =
    'It did not clean up: the step that was under way may be half done, and locks expire by themselves.';
  switch (how) {
    case 'completed':
    case 'cancelled':
      return null;
    case 'failed':
      if (type === 'Aborted' || type === 'Unverified') return null;
      return {
        key: GONE,
        title: 'the rollback FAILED and is gone',
        message: `The rollback failed at ${formatTime(at)}${quoted}. ${halfDone} Do it again with \`${again}\`: it reads the live state first.`,
      };
    case 'terminated':
    case 'timed-out':
      return {
        key: GONE,
        title: 'the rollback was ENDED FROM OUTSIDE',
        message: `The rollback was ended from outside at ${formatTime(at)}: it ${how === 'terminated' ? `was terminated${quoted}` : 'ran into a time limit of Temporal'}. ${halfDone} Do it again with \`${again}\`: it reads the live state first.`,
      };
    case 'reset':
      return {
        key: `reset ${at}`,
        title: 'the rollback was RESET and goes on from an earlier step',
        message: `The rollback was reset from outside at ${formatTime(at)}${quoted}. It goes on from an earlier step by itself: what is done already is not done twice.`,
      };
  }
}

/** Ends that need nobody any more. */
export const isGoodEnd = (outcome: string): boolean =>
  ['rolled-back', 'restored', 'recovered', 'released'].includes(outcome);
