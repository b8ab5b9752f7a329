/** Making the plan: what the target's driver read and chose, plus what every rollback has. */
import { createHash } from 'node:crypto';
import { recipientsFor } from '../../src/domain/announcement-channels.ts';
import { deadlineFor } from '../../src/domain/deadline.ts';
import type { Policy } from '../../src/domain/approval/policy.ts';
import type { DatabasePlan, Plan, PlannedStep } from '../../src/domain/plan.ts';
import type { PartialPlan } from '../../src/domain/partial/plan.ts';
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import type { PlanInput } from '../types.ts';
import type { TargetPlan } from '../targets/driver.ts';
import { databaseSteps, databaseWarnings, refuseUnstartable } from './database-steps.ts';
import type { DatabaseParts } from './database-steps.ts';
import { verifyStep } from './verify-step.ts';

export type PlanParts = {
  target: TargetPlan;
  config: ServiceEnvironment;
  madeAt: string;
  /** What a full rollback restores. */
  database: DatabasePlan | undefined;
  /** What a partial rollback changes. */
  partial?: PartialPlan | undefined;
  /** Undefined for a recovery: nobody's approval is awaited while nothing serves. */
  policy: Policy | undefined;
};

/** The plan that people see and the workflow follows. Pure but for the clock, which `madeAt` gives. */
export function assemblePlan(
  input: PlanInput,
  { target, config, madeAt, database, policy, partial }: PlanParts,
): Plan {
  const restored = partsOf({ target, config, database });
  const steps = [
    ...target.steps,
    ...(restored === null ? [] : databaseSteps(target.to, restored)),
    verifyStep(target.to, config),
    reportStep(config),
    announceStep(config),
  ];
  return {
    hash: planHash(input, { target, database, config, partial }),
    kind: input.kind,
    service: input.request.service,
    environment: input.environment,
    request: input.request,
    target: target.target,
    from: target.from,
    to: target.to,
    steps,
    observed: target.observed,
    ...(database === undefined ? {} : { database }),
    ...(partial === undefined ? {} : { partial }),
    ...(policy === undefined ? {} : { policy: asked(policy, database) }),
    warnings: [...target.warnings, ...(restored === null ? [] : databaseWarnings(target.to, restored))],
    expectedSeconds: steps.reduce(
      (sum, step) => sum + (step.notNeeded === undefined ? step.expectedSeconds : 0),
      0,
    ),
    deadline: deadlineFor(input.request.severity, input.request.detectedAt ?? input.rollback.startedAt),
    continues: target.continues,
    config,
    madeAt,
  };
}

/** Where nothing is restored, nobody is asked to type RESTORE. */
const asked = (policy: Policy, database: DatabasePlan | undefined): Policy =>
  database?.alreadyRestored === undefined ? policy : { ...policy, restore: null };

function partsOf({
  target,
  config,
  database,
}: Pick<PlanParts, 'target' | 'config' | 'database'>): DatabaseParts | null {
  if (database === undefined) return null;
  const { application } = target;
  if (application === undefined) throw new Error('the target does not say how its release is restarted');
  refuseUnstartable(target.to, { config, application });
  return { database, config, application };
}

/** Over everything that a person agrees to, and nothing that changes from second to second. */
function planHash(
  input: PlanInput,
  { target, database, config, partial }: Pick<PlanParts, 'target' | 'database' | 'config' | 'partial'>,
): string {
  const restarts = config.database?.restore.restartApplication;
  const agreed = {
    kind: input.kind,
    service: input.request.service,
    environment: input.environment,
    target: target.target,
    from: target.from,
    to: target.to,
    steps: target.steps.map(({ name, commands, notNeeded }) => ({ name, commands, notNeeded })),
    ...(partial === undefined ? {} : { partial }),
    ...(database === undefined
      ? {}
      : {
          backup: [database.database, database.path, database.sha256],
          restore: [database.strategy, restarts],
          ...(database.alreadyRestored === undefined
            ? {}
            : { alreadyRestored: database.alreadyRestored.run }),
        }),
  };
  return createHash('sha256').update(JSON.stringify(agreed)).digest('hex').slice(0, 12);
}

function reportStep({ budgets }: ServiceEnvironment): PlannedStep {
  return {
    name: 'report',
    title: 'Write the incident report',
    commands: [],
    changes: 'records',
    budgetSeconds: budgets.reportSeconds,
    expectedSeconds: 1,
  };
}

function announceStep({ slack, stakeholders, budgets }: ServiceEnvironment): PlannedStep {
  const told = recipientsFor('ended', { slack, stakeholders });
  return {
    name: 'announce',
    title: 'Tell everybody how it ended',
    commands: told.map((one) =>
      one === 'stakeholders'
        ? `E-mail to ${stakeholders?.to.join(', ') ?? 'nobody'}`
        : `Slack message to the ${one} channel`,
    ),
    changes: 'nothing',
    budgetSeconds: budgets.announceSeconds,
    expectedSeconds: 1,
    ...(told.length > 0
      ? {}
      : {
          notNeeded:
            stakeholders === undefined
              ? 'no Slack channel is configured'
              : 'no Slack channel is configured, and the stakeholders are not told of the end',
        }),
  };
}
