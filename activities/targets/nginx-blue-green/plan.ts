/** The steps of a blue/green rollback behind nginx, as people see them in the plan. Pure. */
import { describeRelease } from '../../../src/domain/plan.ts';
import type { ObservedRelease, PlannedStep } from '../../../src/domain/plan.ts';
import type { ServiceEnvironment } from '../../../src/domain/service.ts';
import { describeLog } from '../../process/logs.ts';
import type { Colour, NginxBlueGreen } from '../../../src/domain/targets/nginx-blue-green.ts';

export type StepFacts = {
  target: NginxBlueGreen;
  budgets: ServiceEnvironment['budgets'];
  from: ObservedRelease;
  to: ObservedRelease;
  /** What will change in the site file, one line each: "- old" and "+ new". */
  siteChanges: string[];
  /** The commands of nginx, ready to read. */
  nginxCommands: { test: string; reload: string };
  /** How the processes are driven, ready to read. */
  processCommands: { start: string[]; stop: string[] };
};

export function plannedSteps(facts: StepFacts): PlannedStep[] {
  return [
    captureBefore(facts),
    startPrevious(facts),
    shiftTraffic(facts),
    captureLogs(facts),
    stopFaulty(facts),
  ];
}

function captureBefore({ target, budgets }: StepFacts): PlannedStep {
  return {
    name: 'capture-before',
    title: 'Keep the state before the rollback',
    commands: [`keep a copy of ${target.site}`],
    changes: 'records',
    budgetSeconds: budgets.captureBeforeSeconds,
    expectedSeconds: 0.2,
  };
}

function startPrevious({ budgets, to, processCommands }: StepFacts): PlannedStep {
  const ready = to.process === 'running' && to.health !== 'unhealthy';
  return {
    name: 'start-previous',
    title: `Start ${describeRelease(to)}`,
    commands: processCommands.start,
    changes: 'processes',
    budgetSeconds: budgets.startPreviousSeconds,
    expectedSeconds: 10,
    ...(ready ? { notNeeded: `${to.name} runs already` } : {}),
  };
}

function shiftTraffic({ target, budgets, to, siteChanges, nginxCommands }: StepFacts): PlannedStep {
  const { probe } = target;
  return {
    name: 'shift-traffic',
    title: `Send all traffic to ${describeRelease(to)}`,
    commands: [
      ...siteChanges,
      nginxCommands.test,
      nginxCommands.reload,
      `GET ${probe.url} until ${probe.answers} answers in a row, each on a new connection, are from ${to.name}`,
    ],
    changes: 'traffic',
    budgetSeconds: budgets.shiftTrafficSeconds,
    expectedSeconds: 1,
  };
}

function captureLogs({ target, budgets, from }: StepFacts): PlannedStep {
  return {
    name: 'capture-logs',
    title: `Keep the logs of ${describeRelease(from)}`,
    commands: [
      ...faultyColour(target, from).logs.map(describeLog),
      ...(target.nginx.errorLog === undefined ? [] : [target.nginx.errorLog]),
    ],
    changes: 'records',
    budgetSeconds: budgets.captureLogsSeconds,
    expectedSeconds: 1,
  };
}

function stopFaulty({ target, budgets, from, processCommands }: StepFacts): PlannedStep {
  return {
    name: 'stop-faulty',
    title: `Stop ${describeRelease(from)}`,
    commands: processCommands.stop,
    changes: 'processes',
    budgetSeconds: Math.max(
      budgets.stopFaultySeconds,
      faultyColour(target, from).process.stopTimeoutSeconds + 30,
    ),
    expectedSeconds: 2,
  };
}

function faultyColour(target: NginxBlueGreen, from: ObservedRelease): Colour {
  const colour = target.colours[from.name];
  if (!colour) throw new Error(`there is no colour ${from.name}`);
  return colour;
}
