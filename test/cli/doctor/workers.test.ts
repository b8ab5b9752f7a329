import { describe, expect, it } from 'vitest';
import { judgeTaskQueue } from '../../../src/cli/doctor/workers.ts';

const OPS = { identity: 'backout@ops-1:12', secondsAgo: 30.2 };
const GONE = { identity: 'backout@ops-2:7', secondsAgo: 200.4 };

describe('a task queue', () => {
  it('is good while somebody takes both workflows and steps', () => {
    expect(judgeTaskQueue('backout', { forWorkflows: [OPS, GONE, OPS], forActivities: [OPS] })).toEqual({
      mark: 'ok',
      name: 'task queue backout',
      detail: 'polled by backout@ops-1:12',
    });
  });

  it('is a problem when nobody ever polled it', () => {
    expect(judgeTaskQueue('backout', { forWorkflows: [], forActivities: [] })).toEqual({
      mark: 'problem',
      name: 'task queue backout',
      detail: 'no worker polls it',
      fix: 'Start a worker that can reach the hosts: `backout worker --task-queue backout`.',
    });
  });

  it('does not take a worker that is gone for one that is there', () => {
    const forWorkflows = [{ ...GONE, secondsAgo: 290 }, GONE];
    expect(judgeTaskQueue('backout', { forWorkflows, forActivities: [OPS] }).detail).toBe(
      'no worker polls it; backout@ops-2:7 last did 200 s ago',
    );
  });

  it('is a problem when only workflows are taken', () => {
    expect(judgeTaskQueue('backout', { forWorkflows: [OPS], forActivities: [GONE] }).detail).toBe(
      'backout@ops-1:12 takes workflows, but nobody their steps',
    );
  });
});
