import { expect, test } from 'vitest';
import { nextSteps } from '../../../src/domain/report/next-steps.ts';
import { abortedAtShift, skippedStop, started, success, unverified } from '../../support/cases.ts';
import { makePlan, makeRecord } from '../../support/records.ts';

test('after a success only the follow-up is left', () => {
  expect(nextSteps(success())).toEqual([
    'Tell customers and update the status page: they are affected.',
    'Review the incident report within 30 minutes.',
    'Keep green (1.5.0) from being deployed again until its fault is found and fixed.',
    'Write a bug ticket for green (1.5.0) and link this report.',
    'Watch the service for 24 hours. Root cause within 24 hours, postmortem within a week.',
  ]);
});

test('an unverified rollback begins with the next level and the next way', () => {
  expect(nextSteps(unverified()).slice(0, 2)).toEqual([
    'Treat listings in production as broken, and tell the next level now: this rollback is not a success.',
    'Decide the next way: another release (`backout rollback traffic-only listings --env production --reason …` with `--to RELEASE`), or a fix forward.',
  ]);
});

test('nobody is told to stop a release that may still serve', () => {
  const steps = nextSteps(abortedAtShift());
  expect(steps[0]).toBe('See for yourself which release answers requests: this rollback has not proved it.');
  expect(steps).toContain(
    'Leave green (1.5.0) running until you have seen that no traffic goes to it; then stop it (not reached).',
  );
});

test('a skipped step is left to a person', () => {
  expect(nextSteps(skippedStop())[0]).toBe(
    'Stop green (1.5.0) if it still runs (skipped by bob ("it has no traffic")).',
  );
});

test('customers are told only where they are affected', () => {
  expect(nextSteps(skippedStop()).join(' ')).not.toContain('Tell customers');
});

test('while it runs, people watch, acknowledge and stand ready', () => {
  expect(nextSteps(started())).toHaveLength(3);
  expect(nextSteps(started())[0]).toBe(
    'Watch it: `backout watch rollback-listings-42`, or this workflow in the Temporal UI.',
  );
});

test('after a dry run there is nothing to do', () => {
  const plan = makePlan({ dryRun: true });
  expect(nextSteps(makeRecord({ plan, status: { outcome: 'dry-run', steps: [] } }))).toEqual([]);
});
