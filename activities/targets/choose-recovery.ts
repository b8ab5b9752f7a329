/**
 * What is broken, and what mends it: the database is gone (K3), or no release runs (K2). Pure, and the same for every
 * target whose releases stand side by side.
 *
 * Only what certainly helps is done. Whatever else is wrong is named, with the command that is for it.
 */
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import { describeRelease } from '../../src/domain/plan.ts';
import type { ObservedRelease } from '../../src/domain/plan.ts';
import { MENDING_STEPS } from '../../src/domain/recovery.ts';
import type { DatabaseState, MendingStep, Recovery } from '../../src/domain/recovery.ts';
import { isNamed, isSame, serving } from './choose.ts';
import type { Marker } from './marker.ts';

export type Broken = {
  service: string;
  releases: ObservedRelease[];
  /** Of each release that runs: what its health paths answer that is not good, "/health/db answers 503". */
  sick: Record<string, string>;
  marker: Marker | null;
  database: DatabaseState;
  /** The release that is to serve, where a person or a rollback names it. */
  to: string | undefined;
};

export type RecoveryChoice = Recovery & {
  /** The release that traffic leaves; `to` itself where none moves. */
  from: ObservedRelease;
  to: ObservedRelease;
};

/** @throws BackoutFailure NothingToRecover, AmbiguousState, NoReleaseToReturnTo; nothing is changed by any */
export function chooseRecovery(broken: Broken): RecoveryChoice {
  const { releases, database } = broken;
  const nothingRuns = !releases.some(runs);
  const to = chooseTo(broken, nothingRuns);
  const isLost = database.state === 'lost';
  if (!runs(to) && !nothingRuns && !isLost) throw needsRollback(broken, to);
  const isSick = runs(to) && to.name in broken.sick;
  const moves = nothingRuns && !isAlone(releases, to);
  const needed: Record<MendingStep, boolean> = {
    'start-database': isLost,
    'start-previous': !runs(to),
    'restart-application': runs(to) && (isLost || isSick),
    'shift-traffic': moves,
  };
  const todo = MENDING_STEPS.filter((name) => needed[name]);
  if (todo.length === 0) throw nothingBroken(broken, to);
  const troubles = [
    ...(isLost ? [database.detail] : []),
    ...(nothingRuns ? [`No release runs: ${releases.map(seen).join('; ')}.`] : []),
    ...(isSick ? [`${describeRelease(to)} runs, but ${broken.sick[to.name] ?? ''}.`] : []),
  ];
  return { from: moves ? left(releases, to) : to, to, troubles, todo };
}

const runs = ({ process, health }: ObservedRelease): boolean => process === 'running' || health === 'healthy';

const seen = (release: ObservedRelease): string => `${describeRelease(release)}: ${release.detail}`;

/** Does all traffic go to it already, by the configuration? */
const isAlone = (releases: ObservedRelease[], to: ObservedRelease): boolean =>
  releases.every(({ name, configured }) => (configured === 'active') === (name === to.name));

/** What traffic leaves: what the configuration sends it to, else any other. */
function left(releases: ObservedRelease[], to: ObservedRelease): ObservedRelease {
  const others = releases.filter(({ name }) => name !== to.name);
  return others.find(({ configured }) => configured === 'active') ?? others[0] ?? to;
}

/**
 * The release that is to serve: the one that is named; while one runs, the one that serves; else the one that the last
 * rollback went back to, or the previous one.
 */
function chooseTo({ releases, marker, to }: Broken, nothingRuns: boolean): ObservedRelease {
  if (to !== undefined) {
    const named = releases.find((release) => isNamed(release, to));
    if (named) return named;
    throw new BackoutFailure('NoReleaseToReturnTo', {
      what: `There is no release "${to}" (to); there are ${releases.map(describeRelease).join(', ')}.`,
      changed: NOTHING_CHANGED,
      next: 'Name one of these.',
    });
  }
  const served = serving(releases);
  if (!nothingRuns) return only(served, 'serve');
  const { from, to: good } = marker ?? { from: null, to: null };
  // Where another version stands in the faulty one's place, somebody has deployed since, and that rollback is history.
  const isLast = from !== null && releases.some((release) => isSame(release, from));
  const lastGood = isLast ? releases.find((release) => isSame(release, good)) : undefined;
  if (lastGood) return lastGood;
  const current = served.map(({ name }) => name);
  return only(
    releases.filter(({ name, configured }) => configured !== 'absent' && !current.includes(name)),
    'could be started',
  );
}

function only(candidates: ObservedRelease[], can: string): ObservedRelease {
  const [one, ...others] = candidates;
  if (one && others.length === 0) return one;
  throw new BackoutFailure('AmbiguousState', {
    what:
      candidates.length === 0
        ? 'The configuration does not tell which release is to serve.'
        : `Several releases ${can}: ${candidates.map(describeRelease).join(' and ')}.`,
    changed: NOTHING_CHANGED,
    next: 'Start again with the one that is to serve: `--to NAME`.',
  });
}

/** One release is down and another one runs: that is what a rollback is for. */
function needsRollback({ service, releases, database }: Broken, to: ObservedRelease): BackoutFailure {
  const running = releases.filter(runs);
  return new BackoutFailure('NothingToRecover', {
    what: `${describeRelease(to)} does not run, but ${running.map(describeRelease).join(' and ')} does (${running.map(({ detail }) => detail).join('; ')}). ${database.detail}`,
    changed: NOTHING_CHANGED,
    next: `Send traffic there with \`backout rollback traffic-only ${service} --reason WHY\`.`,
  });
}

function nothingBroken({ service, database }: Broken, to: ObservedRelease): BackoutFailure {
  return new BackoutFailure('NothingToRecover', {
    what: `Nothing is broken that a recovery mends: ${describeRelease(to)} runs and is healthy (${to.detail}). ${database.detail}`,
    changed: NOTHING_CHANGED,
    next: `If ${describeRelease(to)} is the trouble, \`backout rollback traffic-only ${service} --reason WHY\` leaves it. Else look at nginx, at the network, and at what the service depends on.`,
  });
}
