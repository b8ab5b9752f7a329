/** The steps of a partial rollback, as people see them in the plan. Pure. */
import type { PartialPlan } from '../../../src/domain/partial/plan.ts';
import { describeFile, describeFlag } from '../../../src/domain/partial/words.ts';
import { describeRelease } from '../../../src/domain/plan.ts';
import type { PlannedStep, Release } from '../../../src/domain/plan.ts';
import { enumerate } from '../../../src/domain/report/plain.ts';
import type { ServiceEnvironment } from '../../../src/domain/service.ts';
import type { ApplicationCommands } from '../../targets/driver.ts';

export type Restarted = { release: Release; application: ApplicationCommands };

type StepFacts = { partial: PartialPlan; config: ServiceEnvironment; site: string; restarts: Restarted[] };

const RESTART_SECONDS = 10;

export function plannedSteps(facts: StepFacts): PlannedStep[] {
  return [captureBefore(facts), switchFlags(facts), putBack(facts), restart(facts)];
}

function captureBefore({ config, site }: StepFacts): PlannedStep {
  return {
    name: 'capture-before',
    title: 'Keep the state before the partial rollback',
    commands: [`keep a copy of ${site}`],
    changes: 'records',
    budgetSeconds: config.budgets.captureBeforeSeconds,
    expectedSeconds: 0.2,
  };
}

function switchFlags({ partial: { restores, flags }, config }: StepFacts): PlannedStep {
  const names = enumerate(flags.map(({ name }) => name));
  return {
    name: 'switch-flags',
    title: restores ? `Put back ${names || 'flags'}` : `Switch off ${names || 'flags'}`,
    commands: [
      ...flags.map(describeFlag),
      ...(restores ? [] : flags.flatMap(({ name }) => describeCheck(config, name))),
    ],
    changes: 'configuration',
    budgetSeconds: config.budgets.switchFlagsSeconds,
    expectedSeconds: 1,
    ...(flags.length === 0 ? { notNeeded: 'no flag is to be changed' } : {}),
  };
}

function describeCheck({ flags = {} }: ServiceEnvironment, name: string): string[] {
  const check = flags[name]?.check;
  if (check === undefined) return [];
  return 'url' in check
    ? [
        `GET ${check.url} answers ${check.status}${check.bodyContains === undefined ? '' : ` and holds "${check.bodyContains}"`}`,
      ]
    : [`${check.command.join(' ')} exits with 0`];
}

function putBack({ partial: { restores, files }, config }: StepFacts): PlannedStep {
  const names = enumerate(files.map(({ name }) => name)) || 'configuration';
  return {
    name: 'put-back-configuration',
    title: restores ? `Put ${names} as it was before` : `Put ${names} back from its saved copy`,
    commands: files.flatMap(describeFile),
    changes: 'configuration',
    budgetSeconds: config.budgets.putBackConfigurationSeconds,
    expectedSeconds: 1,
    ...(files.length === 0 ? { notNeeded: 'no configuration file is to be put back' } : {}),
  };
}

function restart({ config, restarts }: StepFacts): PlannedStep {
  const names = enumerate(restarts.map(({ release }) => describeRelease(release)));
  return {
    name: 'restart-application',
    title: `Restart ${names || 'nothing'}`,
    commands: [
      ...restarts.flatMap(({ application: { stop, start } }) => [...stop, ...start]),
      `until it is healthy: ${config.verify.health.paths.join(', ')}`,
    ],
    changes: 'processes',
    budgetSeconds: config.budgets.restartApplicationSeconds * Math.max(1, restarts.length),
    expectedSeconds: RESTART_SECONDS * restarts.length,
    ...(restarts.length === 0
      ? { notNeeded: 'nothing that changes is read only when a release starts' }
      : {}),
  };
}
