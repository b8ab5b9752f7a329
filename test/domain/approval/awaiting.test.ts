/** What is awaited where the policy leaves nobody who could approve. */
import { expect, test } from 'vitest';
import { awaitingApproval, awaitingRestore } from '../../../src/domain/approval/awaiting.ts';
import { policyFor } from '../../../src/domain/approval/policy.ts';
import { approvalSettingsSchema } from '../../../src/domain/approval/settings.ts';
import { makeTerms } from '../../../src/domain/approval/state.ts';
import { fullPlan } from '../../support/full-records.ts';

const SETTINGS = approvalSettingsSchema.parse({
  people: { anna: { roles: ['on-call'] }, ben: { roles: ['on-call'] }, gina: { name: 'Gina Gold' } },
  rules: [{ approvers: [{ from: ['role:on-call'], count: 2 }] }],
  breakGlass: ['gina'],
});
const policy = policyFor(SETTINGS, { environment: 'production', severity: 'P1', kind: 'traffic-only' });

const awaiting = (requestedBy: string) =>
  awaitingApproval(
    { hash: '0123456789ab' },
    {
      terms: makeTerms(
        { workflowId: 'r-1', policy, planHash: '0123456789ab', backup: null, requestedBy },
        '2026-11-21T03:00:00.000Z',
      ),
      ref: { workflowId: 'r-1', runId: 'run' },
    },
  );

test('with enough people left, they are asked, and break-glass is the last answer', () => {
  const { what, answers } = awaiting('gina');
  expect(what).toBe('Approval of plan 0123456789ab by on-call and on-call, until 2026-11-21 04:00:00 UTC');
  expect(answers.slice(0, 3)).toEqual([
    'backout approve r-1 --plan 0123456789ab',
    'backout reject r-1 --reason WHY',
    'backout break-glass r-1 --reason WHY',
  ]);
});

test('with nobody left, it says so, names who must break the glass, and offers no approval', () => {
  const { what, answers } = awaiting('anna');
  expect(what).toBe(
    'Break-glass for plan 0123456789ab, until 2026-11-21 04:00:00 UTC. NOBODY CAN APPROVE THIS (rule 1 of the configuration needs ' +
      'approval by on-call and on-call, and nobody is left for on-call: anna asked for it and may not approve it): ' +
      'gina (Gina Gold) must break the glass',
  );
  expect(answers.slice(0, 2)).toEqual([
    'backout break-glass r-1 --reason WHY',
    'backout reject r-1 --reason WHY',
  ]);
  expect(answers[2]).toContain('--name breakGlass');
  expect(answers.join(' ')).not.toContain('approve');
});

test('who may type RESTORE is named, where that is configured', () => {
  const restoring = policyFor(SETTINGS, { environment: 'production', severity: 'P1', kind: 'full' });
  const whatOf = (people: string[] | null) => {
    if (restoring.restore === null) throw new Error('this policy restores nothing');
    const asked = { ...fullPlan(), policy: { ...restoring, restore: { ...restoring.restore, people } } };
    return awaitingRestore(asked, { ref: { workflowId: 'r-1', runId: 'run' }, since: asked.observed.at })
      .what;
  };
  expect(whatOf(['ben', 'gina'])).toMatch(/^RESTORE, typed by ben or gina \(Gina Gold\), to put PostgreSQL/);
  expect(whatOf(null)).toMatch(/^RESTORE, typed by a person, to put PostgreSQL/);
});
