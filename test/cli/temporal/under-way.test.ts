import { expect, test } from 'vitest';
import { describePending, retryingOf } from '../../../src/cli/temporal/under-way.ts';

test('nothing is said where nothing is under way', () => {
  expect(describePending([])).toBeNull();
});

test('the step that moves traffic is named with its doubt', () => {
  expect(describePending([{ activityType: { name: 'shiftTraffic' }, attempt: 2 }])).toBe(
    'Under way when it was last heard of: shift-traffic, attempt 2. ' +
      'It is the step that moves traffic: traffic may have been moved already, and that is not proved.',
  );
});

test('another step is named with its last failure', () => {
  const lastFailure = { message: 'pid 997 still runs.\nTraffic was not changed' };
  expect(describePending([{ activityType: { name: 'stopFaulty' }, attempt: 3, lastFailure }])).toBe(
    'Under way when it was last heard of: stop-faulty, attempt 3. Its last try said: “pid 997 still runs. ⏎ Traffic was not changed.”',
  );
});

test('only what has failed is tried again, and is told with its step, its try and its type', () => {
  const lastFailure = {
    message: 'connection refused',
    applicationFailureInfo: { type: 'DatabaseUnreachable' },
  };
  const died = { message: 'activity Heartbeat timeout' };
  expect(
    retryingOf([
      { activityType: { name: 'restoreDatabase' }, attempt: 18, lastFailure },
      { activityType: { name: 'holdRequests' }, attempt: 2, lastFailure: died },
      { activityType: { name: 'verifyRelease' }, attempt: 1, lastFailure: null },
    ]),
  ).toEqual([
    {
      step: 'restore-database',
      attempt: 18,
      failure: { type: 'DatabaseUnreachable', message: 'connection refused' },
    },
    { step: 'holdRequests', attempt: 2, failure: { type: null, message: 'activity Heartbeat timeout' } },
  ]);
});
