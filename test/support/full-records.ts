/** Records of full rollbacks, for tests of what people see of them. */
import type { FreezeStatus, HoldState } from '../../src/domain/freeze.ts';
import { policyFor } from '../../src/domain/approval/policy.ts';
import { askApprovals, askRestore, receive } from '../../src/domain/approval/reducer.ts';
import { emptyApprovals, makeTerms } from '../../src/domain/approval/state.ts';
import type { Approvals } from '../../src/domain/approval/state.ts';
import { FULL_STEPS } from '../../src/domain/plan.ts';
import type { DatabasePlan, Plan } from '../../src/domain/plan.ts';
import type { RollbackRequestInput } from '../../src/domain/request.ts';
import type { IncidentRecord, RollbackStatus } from '../../src/domain/rollback.ts';
import { sampleDatabase } from '../../src/domain/templates/sample-record.ts';
import { DECLARED, WORKFLOW, message, settings } from './approvals.ts';
import { at, makePlan, makeRecord, stepRecord } from './records.ts';

export const DATABASE: DatabasePlan = {
  ...sampleDatabase('listings'),
  database: 'PostgreSQL database listings on db-1',
  path: '/var/backups/listings/listings-0312.dump',
  newerRows: [
    { table: 'orders', rows: 12, problem: null },
    { table: 'prices', rows: 0, problem: null },
    { table: 'views', rows: null, problem: 'it took longer than 10 s' },
  ],
  passedOver: ['listings-0400.dump is truncated', 'listings-0413.dump was made after the release'],
};

/** Of the team in approvals.ts; dan asks. */
export function fullPlan(request: Partial<RollbackRequestInput> = {}, change: Partial<Plan> = {}): Plan {
  const plan = makePlan({ requestedBy: 'dan', releasedAt: at(-600), ...request });
  const { severity } = plan.request;
  return {
    ...plan,
    kind: 'full',
    steps: FULL_STEPS.map((name) => ({
      name,
      title: stepRecord(name).title,
      commands: [],
      changes: 'nothing',
      budgetSeconds: 60,
      expectedSeconds: 2,
    })),
    database: DATABASE,
    policy: policyFor(settings(), { environment: 'production', severity, kind: 'full' }),
    ...change,
  };
}

/** Its approvals: asked for, then what is sent, each a second later. */
export function approvalsOf(plan: Plan, ...sent: [name: 'approve' | 'reject', content: object][]): Approvals {
  const { policy, hash, database, request } = plan;
  if (policy === undefined) throw new Error('the plan has no policy');
  const terms = makeTerms(
    {
      workflowId: WORKFLOW,
      policy,
      planHash: hash,
      backup: database?.backup ?? null,
      requestedBy: request.requestedBy,
    },
    at(1),
  );
  return sent.reduce(
    (current, [name, content], index) =>
      receive(current, { message: message(name, content), at: at(2 + index), proof: DECLARED }),
    askApprovals(emptyApprovals('run-1'), terms),
  );
}

/** One that waits for RESTORE, approved by anna. */
export function waitingForRestore(change: Partial<RollbackStatus> = {}): IncidentRecord {
  const plan = fullPlan();
  const approvals = askRestore(approvalsOf(plan, ['approve', { by: 'anna' }]), {
    backup: DATABASE.backup,
    at: at(5),
  });
  const steps = FULL_STEPS.map((name) =>
    stepRecord(name, name === 'confirm-restore' ? { state: 'waiting-for-decision', startedAt: at(5) } : {}),
  );
  return makeRecord({
    plan,
    status: {
      kind: 'full',
      phase: 'waiting',
      outcome: null,
      endedAt: null,
      incidentFolder: null,
      approvals,
      steps,
      awaiting: {
        what: 'RESTORE, typed by a person, to put PostgreSQL database listings on db-1 back to backup listings-0312.dump',
        since: at(5),
        step: 'confirm-restore',
        answers: ['backout confirm-restore rollback-listings-42'],
      },
      ...change,
    },
  });
}

/** A freeze whose holds are so. */
export const freezeOf = (requests: HoldState, writes: HoldState): FreezeStatus => ({
  ...{ service: 'listings', environment: 'production', by: 'anna', reason: 'prices are overwritten' },
  since: at(0),
  holds: [
    { name: 'requests', state: requests, said: null, details: [], at: null },
    { name: 'writes', state: writes, said: null, details: [], at: null },
  ],
  decision: null,
  problem: null,
});
