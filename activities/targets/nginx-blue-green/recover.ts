/** When more is broken than a release: what is down, and the release restarted that has lost its database (K2, K3). */
import { describeRelease } from '../../../src/domain/plan.ts';
import type { PlannedStep, Release } from '../../../src/domain/plan.ts';
import type { MendingStep } from '../../../src/domain/recovery.ts';
import { formatDuration } from '../../../src/domain/report/format.ts';
import { chooseRecovery } from '../choose-recovery.ts';
import type { RecoveryChoice } from '../choose-recovery.ts';
import type { DriverProof, RecoveryWanted, StepContext, TargetRecovery } from '../driver.ts';
import { FREEZE, parseFreeze } from '../freeze.ts';
import { endProcess } from './application.ts';
import { refuseFrozen } from './freeze.ts';
import { hold, readMarker } from './hold.ts';
import { describeAnswer, readLive } from './observe.ts';
import type { Live } from './observe.ts';
import { plannedSteps } from './plan.ts';
import type { Ports } from './ports.ts';
import { refuseLocked } from './refuse-locked.ts';
import { untilHealthy } from './start.ts';

const RESTART_SECONDS = 10;

/** Reads the live state and says what mends it. Changes nothing. */
export async function planRecovery(
  ports: Ports,
  { service, to, database }: RecoveryWanted,
  context: Pick<StepContext, 'rollback' | 'isEnded' | 'signal'>,
): Promise<TargetRecovery> {
  const live = await readLive(ports, context.signal);
  await refuseLocked(ports, live.state.lock, context);
  const freeze = parseFreeze(live.state.records[FREEZE]);
  refuseFrozen(freeze, freeze?.owner === context.rollback.workflowId);
  const sick = await sickReleases(ports, live, context.signal);
  const { releases, marker } = live;
  const choice = chooseRecovery({ service, releases, sick, marker, database, to });
  const { troubles, todo } = choice;
  return {
    from: releaseOf(choice.from),
    to: releaseOf(choice.to),
    observed: live.observation,
    steps: recoverySteps(ports, live, choice),
    warnings: [],
    continues: null,
    recovery: { troubles, todo },
  };
}

/**
 * Ends the release's process where it is older than `since`, starts it, and waits until all its health paths are good: what
 * it has kept of the database before is gone. One that was started since is left alone.
 * @throws BackoutFailure DidNotStart, NotHealthy, StillRunning
 */
export async function reviveApplication(
  ports: Ports,
  context: StepContext & { since: string },
): Promise<DriverProof> {
  const { to, since, scheduledAt } = context;
  const process = ports.process(to.name);
  const [marker, age] = await Promise.all([readMarker(ports), process.age()]);
  const isYounger = age !== null && age < scheduledAt - new Date(since).getTime();
  const held = await hold(ports, context, { step: 'restart-application', logMarks: marker?.logMarks ?? [] });
  const began = Date.now();
  if (!isYounger) {
    await endProcess(process, held.guard);
    await process.start(held.guard);
  }
  const said = await untilHealthy(ports, context, {
    paths: ports.environment.verify.health.paths,
    changed: 'It was restarted. Traffic was not moved and no data was changed.',
  });
  const { pids } = await process.inspect();
  return {
    outcome: isYounger ? 'already' : 'done',
    proof: `${describeRelease(to)} was started anew and is healthy: ${said}`,
    details: [
      `process ${pids.join(', ') || 'of unknown number'}`,
      ...(isYounger ? [] : [`restarted within ${formatDuration(Date.now() - began)}`]),
    ],
  };
}

/** Takes the target's lock for a step whose change is made elsewhere, so that nobody else is at work meanwhile. */
export async function claim(ports: Ports, context: StepContext, step: string): Promise<void> {
  const marker = await readMarker(ports);
  await hold(ports, context, { step, logMarks: marker?.logMarks ?? [] });
}

/** What the health paths of the running releases answer that is not good. */
async function sickReleases(
  ports: Ports,
  { releases }: Live,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const { paths } = ports.environment.verify.health;
  const running = releases.filter(({ process, health }) => process === 'running' || health === 'healthy');
  const said = await Promise.all(
    running.map(async ({ name }) => {
      const { url } = ports.colour(name);
      const answers = await Promise.all(paths.map((path) => ports.reading.http.get(url + path, { signal })));
      const bad = answers.flatMap((answer, index) =>
        answer.ok && answer.status >= 200 && answer.status < 300
          ? []
          : [`${paths[index] ?? ''} ${describeAnswer(answer)}`],
      );
      return [name, bad.join(', ')] as const;
    }),
  );
  return Object.fromEntries(said.filter(([, bad]) => bad !== ''));
}

const releaseOf = ({ name, version }: Release): Release => ({ name, version });

/** Those of the target, as people see them in the plan; starting the database is not the target's. */
function recoverySteps(ports: Ports, live: Live, { from, to, todo }: RecoveryChoice): PlannedStep[] {
  const moves = todo.includes('shift-traffic');
  const process = ports.process(to.name).describe();
  const steps = plannedSteps({
    target: ports.settings,
    budgets: ports.environment.budgets,
    from,
    to,
    siteChanges: moves ? ports.nginx.shifted(live.site, to.name).changes : [],
    nginxCommands: ports.nginx.describe(),
    processCommands: { start: process.start, stop: process.stop },
  });
  const restart: PlannedStep = {
    name: 'restart-application',
    title: `Restart ${describeRelease(to)}`,
    commands: [
      ...process.stop,
      ...process.start,
      `until it is healthy: ${ports.environment.verify.health.paths.join(', ')}`,
    ],
    changes: 'processes',
    budgetSeconds: ports.environment.budgets.restartApplicationSeconds,
    expectedSeconds: RESTART_SECONDS,
  };
  const why: Record<Exclude<MendingStep, 'start-database'>, string> = {
    'start-previous': `${to.name} runs`,
    'restart-application': todo.includes('start-previous')
      ? `${to.name} is started anew`
      : `${to.name} has not lost its database`,
    'shift-traffic': `it goes to ${to.name} already`,
  };
  const mending = ['start-previous', 'restart-application', 'shift-traffic'] as const;
  return [...steps.slice(0, 2), restart, ...steps.slice(2)].flatMap((step) => {
    if (step.name === 'capture-before') return [{ ...step, title: 'Keep the state before the recovery' }];
    const name = mending.find((one) => one === step.name);
    if (name === undefined) return [];
    const { notNeeded: _ofRollback, ...needed } = step;
    return [todo.includes(name) ? needed : { ...step, notNeeded: why[name] }];
  });
}
