/** The plan of a partial rollback: every flag and file is looked at before anything is changed. */
import { BackoutFailure, NOTHING_CHANGED } from '../../../src/domain/failure.ts';
import { isAlready } from '../../../src/domain/partial/plan.ts';
import type { PartialPlan } from '../../../src/domain/partial/plan.ts';
import { parsePartial } from '../../../src/domain/partial/record.ts';
import type { Plan, Release } from '../../../src/domain/plan.ts';
import { describeRelease } from '../../../src/domain/plan.ts';
import { asSentence, enumerate } from '../../../src/domain/report/plain.ts';
import type { RollbackRequest } from '../../../src/domain/request.ts';
import type { ServiceEnvironment } from '../../../src/domain/service.ts';
import type { Deps } from '../../deps.ts';
import type { ApplicationCommands, Serving } from '../../targets/driver.ts';
import { createDriver } from '../../targets/index.ts';
import type { PlanInput } from '../../types.ts';
import { policyOf } from '../approvals.ts';
import { assemblePlan } from '../plan.ts';
import { isEnded } from '../steps.ts';
import { plannedSteps } from './planned-steps.ts';
import type { Restarted } from './planned-steps.ts';
import { changed, restored } from './wanted.ts';
import type { Wanted } from './wanted.ts';

/**
 * Reads the live state and says what will change. Changes nothing.
 * @throws BackoutFailure InvalidRequest, NothingToRollBack, FlagMissing, FileUnusable, AmbiguousState, …
 */
export async function planPartial(
  deps: Deps,
  input: PlanInput,
  { config, signal }: { config: ServiceEnvironment; signal: AbortSignal },
): Promise<Plan> {
  const { request, rollback, environment } = input;
  refuseMeaningless(request);
  const policy = policyOf(deps, { ...input, kind: 'partial' });
  const driver = createDriver(deps, { service: request.service, environment, config });
  const serving = await driver.serving({ rollback, isEnded: isEnded(deps, request.takeOver?.owner), signal });
  const look = { deps, config, environment, request, record: parsePartial(serving.record), signal };
  const wanted = await (request.restore === true ? restored(look) : changed(look));
  refuseNothing(wanted, request);
  const { restarts, warnings } = await restartsOf(serving, wanted);
  const partial: PartialPlan = {
    restores: request.restore === true,
    flags: wanted.flags.map(({ change }) => change),
    files: wanted.files.map(({ change }) => change),
    restarts: restarts.map(({ release }) => release),
  };
  return assemblePlan(input, {
    target: {
      target: driver.describe(),
      from: serving.to,
      to: serving.to,
      observed: serving.observed,
      steps: plannedSteps({ partial, config, site: serving.site, restarts }),
      warnings: [...serving.warnings, ...warnings],
      continues: null,
    },
    config,
    database: undefined,
    policy,
    partial,
    madeAt: new Date().toISOString(),
  });
}

/** @throws BackoutFailure InvalidRequest when another kind of rollback is asked to change flags or configuration */
export function refusePartialRequest({ flags, configFiles, restore }: RollbackRequest): void {
  const given = Object.entries({ flags, configFiles, restore }).flatMap(([name, value]) =>
    value === undefined ? [] : [`\`${name}\``],
  );
  if (given.length === 0) return;
  throw new BackoutFailure('InvalidRequest', {
    what: `${enumerate(given)} is for a partial rollback.`,
    changed: NOTHING_CHANGED,
    next: 'Start `partialRollback` with it, or leave it out.',
  });
}

function refuseMeaningless({ to, faulty, backup, releasedAt, ignoreMigrations }: RollbackRequest): void {
  const given = Object.entries({ to, faulty, backup, releasedAt, ignoreMigrations }).flatMap(
    ([name, value]) => (value === undefined ? [] : [`\`${name}\``]),
  );
  if (given.length === 0) return;
  throw new BackoutFailure('InvalidRequest', {
    what: `A partial rollback changes flags and configuration, and no release: ${enumerate(given)} means nothing to it.`,
    changed: NOTHING_CHANGED,
    next: 'Leave it out; or roll the release back with `trafficOnlyRollback`.',
  });
}

/** Everything is as wanted, and no earlier rollback has left it half done. */
function refuseNothing({ flags, files }: Wanted, { service, restore }: RollbackRequest): void {
  const all = [...flags, ...files];
  if (all.some(({ change, isUnfinished }) => isUnfinished || !isAlready(change))) return;
  const said = [
    ...flags.map(({ change }) => `${change.name} is ${change.after} already (${change.where})`),
    ...files.map(({ change }) => `${change.file} and ${change.source} are equal`),
  ];
  throw new BackoutFailure('NothingToRollBack', {
    what: `There is nothing to change: ${asSentence(said.join('; '))}`,
    changed: NOTHING_CHANGED,
    next:
      restore === true
        ? 'Nothing is to be done.'
        : `If ${service} still has its trouble, it comes from something else.`,
  });
}

async function restartsOf(
  serving: Serving,
  { flags, files }: Wanted,
): Promise<{ restarts: Restarted[]; warnings: string[] }> {
  const readers = [...flags, ...files]
    .filter(({ change, isUnfinished, restarts }) => restarts && (isUnfinished || !isAlready(change)))
    .map(({ reader }) => reader ?? serving.to.name);
  // The one that serves comes last: by then another may have shown what the change does.
  const names = [...new Set(readers)].sort((a) => (a === serving.to.name ? 1 : -1));
  const restarts: Restarted[] = [];
  const warnings: string[] = [];
  for (const name of names) {
    const release = observedRelease(serving, name);
    const isServing = name === serving.to.name;
    const application = await serving.application(name);
    if (!isServing && !runs(serving, name)) {
      warnings.push(`${describeRelease(release)} does not run: it reads what changes when it is started.`);
      continue;
    }
    refuseUnstartable(release, application);
    restarts.push({ release, application });
    if (isServing) warnings.push(`${describeRelease(release)} serves: requests fail while it is restarted.`);
  }
  return { restarts, warnings };
}

function observedRelease({ observed }: Serving, name: string): Release {
  const found = observed.releases.find((release) => release.name === name);
  return { name, version: found?.version ?? null };
}

const runs = ({ observed }: Serving, name: string): boolean =>
  observed.releases.some((release) => release.name === name && release.process === 'running');

function refuseUnstartable(release: Release, { whyNotStartable }: ApplicationCommands): void {
  if (whyNotStartable === null) return;
  throw new BackoutFailure('InvalidConfiguration', {
    what: `${describeRelease(release)} has to be restarted, and could not be started again once it is stopped: ${asSentence(whyNotStartable)}`,
    changed: NOTHING_CHANGED,
    next: 'Set `process.start` of the release, or `restart: false` and restart it by hand.',
  });
}
