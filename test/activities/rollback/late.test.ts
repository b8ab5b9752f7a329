/** Which tries look as if they came too late: those older than their own heartbeat time-out. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { mayBeLate } from '../../../activities/rollback/late.ts';

const MINUTE = 60_000;

function aTry(info: { heartbeatTimeoutMs?: number; isLocal?: boolean; agoMs: number }) {
  const { agoMs, ...rest } = info;
  return new MockActivityEnvironment({
    ...rest,
    currentAttemptScheduledTimestampMs: Date.now() - agoMs,
  }).context.info;
}

it.each([
  ['has just been given out', { heartbeatTimeoutMs: MINUTE, agoMs: 100 }, false],
  ['is younger than its heartbeat time-out', { heartbeatTimeoutMs: MINUTE, agoMs: MINUTE - 5000 }, false],
  ['is older than its heartbeat time-out', { heartbeatTimeoutMs: MINUTE, agoMs: MINUTE + 1000 }, true],
  ['comes from a clock that is ahead of ours', { heartbeatTimeoutMs: MINUTE, agoMs: -MINUTE }, false],
  ['has no heartbeat time-out', { agoMs: 60 * MINUTE }, false],
  ['runs inside its workflow task', { heartbeatTimeoutMs: MINUTE, isLocal: true, agoMs: 2 * MINUTE }, false],
])('a try that %s', (_which, info, late) => {
  expect(mayBeLate(aTry(info))).toBe(late);
});
