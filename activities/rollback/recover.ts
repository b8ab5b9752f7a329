/** Recovery: what is down is found, and started again in order (requirements K2, K3). */
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import { RECOVER_STEPS } from '../../src/domain/plan.ts';
import type { Plan, PlannedStep } from '../../src/domain/plan.ts';
import type { DatabaseState, Recovery } from '../../src/domain/recovery.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import type { Deps } from '../deps.ts';
import { createPostgres } from '../postgres/client.ts';
import { describeStart, startServer, stateOf } from '../postgres/server.ts';
import type { Server } from '../postgres/server.ts';
import type { TargetPlan } from '../targets/driver.ts';
import { createDriver } from '../targets/index.ts';
import type { PlanInput, StepInput } from '../types.ts';
import type { Running } from './activity.ts';
import { assemblePlan } from './plan.ts';
import { contextOf, driverOf, isEnded } from './steps.ts';
import { withDatabaseHealth } from './verify-step.ts';

const NO_DATABASE: DatabaseState = {
  state: 'not-configured',
  detail: 'No `database` is configured, so that none was asked.',
};

/** The plan of a recovery: what is broken, and what starts it again. Changes nothing. */
export async function planRecovery(
  deps: Deps,
  input: PlanInput,
  { config: settings, signal }: { config: ServiceEnvironment; signal: AbortSignal },
): Promise<Plan> {
  const { request, environment, rollback } = input;
  refuseBackup(request);
  // Metrics and logs still tell of the outage: they are no judge of what was just started.
  const { verify, ...others } = withDatabaseHealth(settings);
  const { metrics: _metrics, logErrors: _logErrors, ...liveChecks } = verify;
  const config = { ...others, verify: liveChecks };
  const driver = createDriver(deps, { service: request.service, environment, config });
  const database = await databaseState(deps, config, signal);
  const { recovery, ...target } = await driver.planRecovery(
    { service: request.service, to: request.to, database },
    { rollback, isEnded: isEnded(deps, request.takeOver?.owner), signal },
  );
  const warnings = [...target.warnings, ...(database.state === 'unknown' ? [unknown(database)] : [])];
  const steps = inOrder([...target.steps, startDatabaseStep(deps, config, recovery)]);
  const whole: TargetPlan = { ...target, target: driver.describe(), steps, warnings };
  const plan = assemblePlan(input, {
    target: whole,
    config,
    database: undefined,
    policy: undefined,
    madeAt: new Date().toISOString(),
  });
  return { ...plan, recovery };
}

/**
 * What is broken now, for a rollback that waits: for the release that it goes to. Changes nothing.
 * @throws BackoutFailure NothingToRecover when it has healed meanwhile
 */
export async function diagnose(deps: Deps, input: StepInput, { signal }: Running): Promise<Recovery> {
  const { plan, rollback } = input;
  const database = await databaseState(deps, plan.config, signal);
  const { recovery } = await driverOf(deps, input).planRecovery(
    { service: plan.service, to: plan.to.name, database },
    { rollback, isEnded: isEnded(deps, plan.request.takeOver?.owner), signal },
  );
  return recovery;
}

/** Starts PostgreSQL where it does not answer, and waits until it does. */
export async function startDatabase(deps: Deps, input: StepInput, running: Running): Promise<StepResult> {
  const server = serverOf(deps, input.plan.config);
  if (server === null) throw new Error('there is no database to start');
  await driverOf(deps, input).claim(contextOf(deps, input, running), 'start-database');
  const { already, details } = await startServer(server, running);
  return {
    outcome: already ? 'already' : 'done',
    proof: `The ${server.postgres.describe()} answers`,
    details,
    provedAt: new Date().toISOString(),
  };
}

/** Does the configured database answer? */
export async function databaseState(
  deps: Pick<Deps, 'hosts' | 'env'>,
  config: ServiceEnvironment,
  signal: AbortSignal,
): Promise<DatabaseState> {
  const server = serverOf(deps, config);
  return server === null ? NO_DATABASE : await stateOf(server, signal);
}

function serverOf(
  { hosts, env }: Pick<Deps, 'hosts' | 'env'>,
  { database }: ServiceEnvironment,
): Server | null {
  if (database === undefined) return null;
  const host = hosts.get(database.host);
  return { host, postgres: createPostgres({ host, settings: database, env }) };
}

function startDatabaseStep(deps: Deps, config: ServiceEnvironment, { todo }: Recovery): PlannedStep {
  const server = serverOf(deps, config);
  return {
    name: 'start-database',
    title: 'Start PostgreSQL',
    commands: server === null ? [] : describeStart(server),
    changes: 'processes',
    budgetSeconds: config.budgets.startDatabaseSeconds,
    expectedSeconds: 5,
    ...(todo.includes('start-database')
      ? {}
      : { notNeeded: server === null ? 'no database is configured' : 'it is not known to be down' }),
  };
}

const inOrder = (steps: PlannedStep[]): PlannedStep[] =>
  RECOVER_STEPS.flatMap((name) => steps.filter((step) => step.name === name));

const unknown = ({ detail }: DatabaseState): string => `Whether the database answers is not known: ${detail}`;

function refuseBackup({ backup, releasedAt, faulty, service }: PlanInput['request']): void {
  const given = Object.entries({ backup, releasedAt, faulty }).flatMap(([name, value]) =>
    value === undefined ? [] : [`\`${name}\``],
  );
  if (given.length === 0) return;
  throw new BackoutFailure('InvalidRequest', {
    what: `A recovery starts what is down, and restores no data: ${given.join(' and ')} means nothing to it.`,
    changed: NOTHING_CHANGED,
    next: `Leave it out; or restore with \`backout rollback full ${service} …\`.`,
  });
}
