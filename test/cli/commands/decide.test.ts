/** For which step a decision is, and what is refused before it is sent. */
import { describe, expect, it } from 'vitest';
import { stepAsked } from '../../../src/cli/commands/decide.ts';
import { refusedMessage } from '../../../src/cli/errors.ts';
import type { StepName } from '../../../src/domain/plan.ts';

const ID = 'rollback-1';
const waitsFor = (step: StepName | null, what = 'a decision') => ({
  outcome: null,
  awaiting: { what, step, since: '2026-11-22T03:00:00.000Z', answers: [] },
});
const asked = (status: Parameters<typeof stepAsked>[1]['status'], named?: string) => () =>
  stepAsked({ program: 'backout' }, { workflowId: ID, status, named, decision: 'retry' });

describe('a decision', () => {
  it('is for the step that waits, for the one that is named, and, unseen, for what is named', () => {
    expect(asked(waitsFor('verify'))()).toBe('verify');
    expect(asked(waitsFor('verify'), 'verify')()).toBe('verify');
    expect(asked({ outcome: null, awaiting: null }, 'verify')()).toBe('verify');
    expect(asked(null, 'verify')()).toBe('verify');
  });

  it.each([
    [
      'of one that has ended',
      asked({ outcome: 'rolled-back', awaiting: null }, 'verify'),
      'The rollback rollback-1 has ended: it takes no messages any more.',
    ],
    [
      'where something else is asked',
      asked(waitsFor(null, 'What becomes of the freeze')),
      'rollback-1 waits for the answer to another question, not for a step: What becomes of the freeze. `backout status rollback-1` shows how to answer.',
    ],
    [
      'for another step',
      asked(waitsFor('verify'), 'stop-faulty'),
      'Not stop-faulty waits for a decision now, but verify. To answer that: `backout decide rollback-1 verify retry`.',
    ],
    [
      'where nothing is asked, and no step is named',
      asked({ outcome: null, awaiting: null }),
      'It waits for no decision now: name the step, as in `backout decide rollback-1 STEP retry`.',
    ],
    [
      'without an answer of a worker, and no step is named',
      asked(null),
      'No worker answers for it now: name the step, as in `backout decide rollback-1 STEP retry`.',
    ],
  ])('%s is refused', (_, look, message) => {
    expect(look).toThrow(refusedMessage(message));
  });
});
