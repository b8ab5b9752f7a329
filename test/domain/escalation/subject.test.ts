/** The command that a page offers for a rollback that is gone: one that is not refused. */
import { expect, it } from 'vitest';
import { subjectOf } from '../../../src/domain/escalation/subject.ts';
import type { Plan, RunKind } from '../../../src/domain/plan.ts';
import { fullPlan, partialPlan } from '../../workflows/support.ts';
import { makePlan } from '../../support/records.ts';

const { request } = makePlan();
const ref = {
  workflowId: 'rollback-1',
  runId: 'run-1',
  startedAt: '2026-11-21T03:00:00.000Z',
  requestedBy: 'anna',
};
const place = { service: 'listings', environment: 'production' };
const againOf = (kind: RunKind, plan: Plan | null, asked = request) =>
  subjectOf({ ref, kind, request: asked }, { ...place, plan }).again;

it('names the faulty release and the backup of a full rollback', () => {
  expect(againOf('full', fullPlan(request))).toBe(
    'backout rollback full listings --env production --reason "WHY" --faulty green --backup listings-0259.dump',
  );
});

it('names the flags and files of a partial rollback, and that it restores', () => {
  expect(againOf('partial', partialPlan(request))).toBe(
    'backout rollback partial listings --env production --flag new-checkout --configuration blue-env --reason "WHY"',
  );
  expect(againOf('partial', partialPlan({ ...request, restore: true }))).toBe(
    'backout rollback partial listings --env production --flag new-checkout --configuration blue-env --restore --reason "WHY"',
  );
});

it('needs no more than the service for traffic and for a recovery', () => {
  const plan = makePlan();
  expect(againOf('traffic-only', plan)).toBe(
    'backout rollback traffic-only listings --env production --reason "WHY"',
  );
  expect(againOf('recover', { ...plan, kind: 'recover' })).toBe(
    'backout recover listings --env production --reason "WHY"',
  );
});

it('freezes again what was a freeze, and lifts again what was the end of one', () => {
  expect(againOf('full', null, { ...request, dataCorruption: true })).toBe(
    'backout freeze listings --env production --reason "WHY"',
  );
  expect(againOf('full', null)).toBe('backout unfreeze listings --env production --reason "WHY"');
});
