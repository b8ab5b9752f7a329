import {
  ActivityFailure,
  ApplicationFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { describeFailure, describeGivenUp } from '../../../workflows/steps/failures.ts';

const ofActivity = (cause: Error) =>
  new ActivityFailure('Activity task failed', 'shiftTraffic', '5', RetryState.TIMEOUT, 'worker-1', cause);
const timeout = (type: TimeoutType, said?: unknown, cause?: Error) =>
  ofActivity(Object.assign(new TimeoutFailure('activity timeout', said, type), { cause }));

describe('a failed activity', () => {
  it('is what the activity said, with its type', () => {
    const cause = ApplicationFailure.create({
      type: 'ProofFailed',
      message: 'No proof. It was put back. Look.',
    });
    expect(describeFailure(ofActivity(cause), 'traffic')).toEqual({
      type: 'ProofFailed',
      message: 'No proof. It was put back. Look.',
    });
  });

  it('that was tried until its time was up is its last failure', () => {
    const last = ApplicationFailure.create({ type: 'HostUnreachable', message: 'web-1 is gone.' });
    expect(describeFailure(timeout(TimeoutType.SCHEDULE_TO_CLOSE, undefined, last), 'traffic')).toEqual({
      type: 'HostUnreachable',
      message: 'It was tried again until its time was up. The last time: web-1 is gone.',
    });
  });
});

describe('an activity whose end nobody has seen', () => {
  it.each([
    ['nothing', 'Nothing was changed: traffic and data are as they were.'],
    ['records', 'Records may have been written in part; traffic and data are as they were.'],
    [
      'processes',
      'It may have been done in part: a process may have been stopped or started; traffic was not moved and no data was changed.',
    ],
    ['traffic', 'It may have been done in part: traffic may have been moved; no data was changed.'],
  ] as const)('and that changes %s says what may be different', (changes, sentence) => {
    expect(describeFailure(timeout(TimeoutType.HEARTBEAT, 'nginx reloaded'), changes)).toEqual({
      type: 'StepTimedOut',
      message: `The worker that ran it stopped answering. The last it said: nginx reloaded. ${sentence} Trying again reads the live state first. Check that a worker runs.`,
    });
  });

  it('may never have begun', () => {
    expect(describeFailure(timeout(TimeoutType.SCHEDULE_TO_START)).message).toBe(
      'No worker took it, or it did not end in its time. Nothing was changed: traffic and data are as they were. Trying again reads the live state first. Check that a worker runs.',
    );
  });
});

it.each(['.', ', from the state as it is then.'])(
  'a person who is asked is not told that it is tried again by itself%s',
  (rest) => {
    const message = `It does not answer. Nothing was changed. See whether it is up. Backout tries again by itself${rest} See who.`;
    const cause = ApplicationFailure.create({ type: 'Unreachable', message });
    expect(describeGivenUp(ofActivity(cause), 'traffic')).toEqual({
      type: 'Unreachable',
      message:
        'It does not answer. Nothing was changed. See whether it is up. Backout has stopped trying. See who.',
    });
  },
);
