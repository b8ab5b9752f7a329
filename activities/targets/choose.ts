/**
 * Which release is the faulty one, and which to return to (requirement B5). Pure, and the same for every target
 * whose releases stand side by side.
 *
 * The danger is to flip back onto the broken release: when somebody has rolled back already, or an earlier
 * rollback died halfway. So what the last rollback left on the target counts as much as the live state; and a version that is
 * blocked (src/domain/blocks) is no release to return to, whatever else speaks for it.
 */
import type { BlockState } from '../../src/domain/blocks/block.ts';
import { describeBlock, describeLifted, unblockCommand } from '../../src/domain/blocks/words.ts';
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import { describeRelease } from '../../src/domain/plan.ts';
import type { FailureParts } from '../../src/domain/failure.ts';
import type { ObservedRelease, Release, RollbackKind, UnfinishedRollback } from '../../src/domain/plan.ts';
import type { RollbackRequest } from '../../src/domain/request.ts';
import type { Marker } from './marker.ts';

export type Situation = {
  kind: RollbackKind;
  releases: ObservedRelease[];
  marker: Marker | null;
  /** `dataCorruption`: it is frozen, and a person has decided to restore the database. */
  request: Pick<RollbackRequest, 'to' | 'faulty'> & Partial<Pick<RollbackRequest, 'dataCorruption'>>;
  /** Where the marker is: its full path and its host, for the person who must remove it. */
  record: string;
  /** Of each release that is absent in the configuration: why, and what to do. */
  absences: Record<string, Pick<FailureParts, 'what' | 'next'>>;
  /** By release name. One that is not in it is not known to be blocked. */
  blocks?: Record<string, BlockState>;
};

export type Choice = {
  from: ObservedRelease;
  to: ObservedRelease;
  continues: UnfinishedRollback | null;
  warnings: string[];
};

/** @throws BackoutFailure NothingToRollBack, NoReleaseToReturnTo, AmbiguousState; nothing is changed by any */
export function chooseReleases(situation: Situation): Choice {
  const done = trafficIsBack(situation);
  if (done !== null) return done;
  const unfinished = unfinishedRollback(situation);
  const from = remembering(chooseFaulty(situation, unfinished), unfinished?.from);
  const to = remembering(chooseTarget(situation, from, unfinished), unfinished?.to);
  refuseBlocked(situation, to);
  const warnings = [
    ...mismatchWarnings(situation.releases),
    ...passedOver(situation, from, to),
    ...judgeReturnToFaulty(situation, to),
    ...checkHealth(situation, to),
  ];
  return { from, to, continues: unfinished, warnings };
}

/**
 * Out of a freeze, the database alone is restored where an earlier rollback has moved the traffic already. Null where that is
 * not so, or a person has named another release.
 */
function trafficIsBack({ kind, releases, marker, request }: Situation): Choice | null {
  if (kind !== 'full' || request.dataCorruption !== true || marker?.phase !== 'ended') return null;
  const [to, ...others] = serving(releases);
  const from = releases.find((release) => isSame(release, marker.from));
  if (to === undefined || others.length > 0 || from === undefined || !isSame(to, marker.to)) return null;
  const isOther = (wanted: string | undefined, release: Release) =>
    wanted !== undefined && !isNamed(release, wanted);
  if (isOther(request.to, to) || isOther(request.faulty, from)) return null;
  const warning =
    `${marker.owner} has moved the traffic to ${describeRelease(to)} at ${marker.at} already (${marker.outcome ?? marker.phase}): ` +
    'the database is restored, and no traffic is moved.';
  return {
    from: remembering(from, marker.from),
    to,
    continues: null,
    warnings: [warning, ...mismatchWarnings(releases)],
  };
}

/** With its version from the rollback that is continued, where it can't tell any more: that one may have stopped it. */
function remembering(observed: ObservedRelease, remembered: Release | undefined): ObservedRelease {
  if (observed.version !== null || observed.name !== remembered?.name) return observed;
  return { ...observed, version: remembered.version };
}

/** Those that answer; where no answer tells, those that the configuration makes active. */
export function serving(releases: ObservedRelease[]): ObservedRelease[] {
  const answering = releases.filter(({ answerShare }) => answerShare !== null && answerShare > 0);
  return answering.length > 0 ? answering : releases.filter(({ configured }) => configured === 'active');
}

/** The rollback that ended in the middle, if the live state is still what it left behind. */
function unfinishedRollback({ marker, releases }: Situation): UnfinishedRollback | null {
  if (marker === null || marker.phase === 'ended') return null;
  const from = releases.find(({ name }) => name === marker.from.name);
  // Another version in the faulty one's place: somebody has deployed since, so that rollback is history.
  if (!from || !isSame(from, marker.from)) return null;
  const { owner, to, phase, at } = marker;
  return { owner, from: marker.from, to, phase, at };
}

function chooseFaulty(
  { kind, releases, marker, request }: Situation,
  unfinished: UnfinishedRollback | null,
): ObservedRelease {
  if (request.faulty !== undefined) {
    const named = findRelease(releases, request.faulty, 'faulty');
    // The last rollback left just this one, or, while it is frozen, a person says which serves and stays:
    // its database can be restored later.
    const isLeft = marker !== null && isSame(named, marker.from);
    const staysOn =
      request.dataCorruption === true && serving(releases).some((one) => isNamed(one, request.to));
    const isForData = kind === 'full' && (isLeft || staysOn);
    if (named.name !== unfinished?.from.name && !isForData) refuseIdle(named, releases);
    return named;
  }
  if (unfinished) return findRelease(releases, unfinished.from.name, 'faulty');
  const candidates = serving(releases).filter((release) => !isNamed(release, request.to));
  const [only, ...others] = candidates;
  if (only && others.length === 0) {
    refuseSecondRollback(only, { kind, marker, request });
    return only;
  }
  if (only) {
    throw new BackoutFailure('AmbiguousState', {
      what: `Several releases serve: ${candidates.map(describeRelease).join(' and ')}. Backout can't know which is faulty.`,
      changed: NOTHING_CHANGED,
      next: 'Start again with the faulty one named (`--faulty NAME`), or the one to return to (`--to NAME`).',
    });
  }
  if (serving(releases).length > 0) throw alreadyServing(serving(releases), { kind, marker, request });
  // Nothing serves at all: with the release to return to named, every other one is what must be out of the way.
  const rest = releases.filter((release) => request.to !== undefined && !isNamed(release, request.to));
  if (rest.length === 1 && rest[0]) return rest[0];
  throw new BackoutFailure('AmbiguousState', {
    what: 'No release serves: none is active in the configuration and none answers.',
    changed: NOTHING_CHANGED,
    next: 'Start again with the release to return to named (`--to NAME`).',
  });
}

/** The version that a release runs or, where that can't be told now, that the last rollback knew it by. */
export function versionOf({ name, version }: Release, marker: Marker | null): string | null {
  if (version !== null) return version;
  return [marker?.from, marker?.to].find((remembered) => remembered?.name === name)?.version ?? null;
}

const isBlocked = ({ blocks }: Situation, { name }: Release): boolean => blocks?.[name]?.state === 'blocked';

function refuseBlocked(situation: Situation, to: ObservedRelease): void {
  const { releases, blocks, request } = situation;
  const state = blocks?.[to.name];
  if (state?.state !== 'blocked') return;
  const { block } = state;
  const others = releases.filter((release) => release.name !== to.name && !isBlocked(situation, release));
  const instead =
    request.to === undefined
      ? `Fix ${others.map(describeRelease).join(', ') || 'it'} forward, or deploy a mended version.`
      : 'Name another release to return to: `--to NAME`.';
  throw new BackoutFailure('NoReleaseToReturnTo', {
    what: `${describeRelease(to)} is blocked, so nothing returns to it. ${describeBlock(block)}`,
    changed: NOTHING_CHANGED,
    next: `${instead} If ${to.name} is good after all, let it go with \`${unblockCommand(block)}\` and start again.`,
  });
}

/** Releases that would have been a choice, were they not blocked. */
function passedOver(situation: Situation, from: ObservedRelease, to: ObservedRelease): string[] {
  const { releases, blocks, request } = situation;
  if (request.to !== undefined) return [];
  return releases.flatMap((release) => {
    const state = blocks?.[release.name];
    if (release.name === from.name || release.name === to.name || state?.state !== 'blocked') return [];
    return [`${describeRelease(release)} is passed over: ${describeBlock(state.block)}`];
  });
}

function chooseTarget(
  situation: Situation,
  from: ObservedRelease,
  unfinished: UnfinishedRollback | null,
): ObservedRelease {
  const { kind, releases, request } = situation;
  if (request.to !== undefined) {
    const to = findRelease(releases, request.to, 'to');
    if (to.name === from.name) throw alreadyServing([to], { kind, marker: null, request });
    return to;
  }
  if (unfinished && unfinished.to.name !== from.name) return findRelease(releases, unfinished.to.name, 'to');
  const all = releases.filter(({ name }) => name !== from.name);
  const free = all.filter((release) => !isBlocked(situation, release));
  // Where all are blocked, the choice goes on with them, so that the refusal can name one.
  const others = free.length > 0 ? free : all.slice(0, 1);
  const healthy = others.filter(({ health }) => health === 'healthy');
  const candidates = healthy.length > 0 ? healthy : others;
  const [only, ...more] = candidates;
  if (only && more.length === 0) return only;
  throw new BackoutFailure('AmbiguousState', {
    what: `There are several releases to return to: ${candidates.map(describeRelease).join(', ')}.`,
    changed: NOTHING_CHANGED,
    next: 'Start again with the one you want named: `--to NAME`.',
  });
}

/** Leaving a release that serves nobody would only stop it: the wrong name was given, and it is the way back. */
function refuseIdle(named: ObservedRelease, releases: ObservedRelease[]): void {
  const others = serving(releases).filter(({ name }) => name !== named.name);
  const answers = named.answerShare !== null && named.answerShare > 0;
  if (answers || named.configured === 'active' || others.length === 0) return;
  const [idle, live] = [describeRelease(named), others.map(describeRelease).join(' and ')];
  throw new BackoutFailure('NothingToRollBack', {
    what: `${idle} gives no answers and is not active in the configuration: ${live} ${others.length === 1 ? 'serves' : 'serve'}.`,
    changed: NOTHING_CHANGED,
    next:
      `If ${live} is the faulty one, start again with \`--faulty ${others[0]?.name ?? 'NAME'}\`. ` +
      `A rollback from ${idle} would stop it, and take away the way back from ${live}.`,
  });
}

/** The last rollback went from X to Y and Y serves: rolling back "again" would go back onto X, the broken one. */
function refuseSecondRollback(serves: ObservedRelease, asked: Asked): void {
  const { marker, request } = asked;
  if (marker?.phase !== 'ended' || !isSame(serves, marker.to) || request.to !== undefined) return;
  throw alreadyServing([serves], asked);
}

/** Never back onto what a rollback has left, unless a person has said since that it is good: then it is only said. */
function judgeReturnToFaulty(
  { releases, marker, request, record, blocks }: Situation,
  to: ObservedRelease,
): string[] {
  if (marker === null || !isSame(to, marker.from)) return [];
  // A version that is known now, where the broken one's was not: then a person may insist by name.
  if (to.version !== null && marker.from.version === null && request.to !== undefined) return [];
  const state = blocks?.[to.name];
  if (state?.state === 'lifted' && state.lifted.at > marker.at)
    return [
      `${describeRelease(to)} is what ${marker.owner} rolled back from at ${marker.at}. ${describeLifted(state.lifted)}`,
    ];
  const others = releases.filter(({ name }) => name !== to.name).map(describeRelease);
  const name = describeRelease(to);
  const left = to.version === null && marker.from.version !== null ? describeRelease(marker.from) : 'it';
  throw new BackoutFailure('NoReleaseToReturnTo', {
    what: `${name} is marked faulty: ${marker.owner} rolled back from ${left} at ${marker.at}.${whySame(to)}`,
    changed: NOTHING_CHANGED,
    next:
      `Deploy a mended version in its place, or fix ${others.join(', ')} forward. ` +
      `If ${name} was not faulty after all, remove ${record} and start again.`,
  });
}

function whySame({ version, process }: ObservedRelease): string {
  if (version !== null) return '';
  return process === 'stopped'
    ? ' Its version is not known now, because it is stopped: it counts as the same one.'
    : ' Its version can not be told now: it counts as the same one.';
}

function checkHealth({ request, absences }: Situation, to: ObservedRelease): string[] {
  if (to.configured === 'absent') {
    const why = absences[to.name];
    throw new BackoutFailure('NoReleaseToReturnTo', {
      what: `${describeRelease(to)} is not in the target's configuration (${to.detail}).${why ? ` ${why.what}` : ''}`,
      changed: NOTHING_CHANGED,
      next: why?.next ?? 'Add it there, or name another release with `--to NAME`.',
    });
  }
  // A stopped release is started first, and must then become healthy before any traffic moves.
  if (to.health !== 'unhealthy' || to.process === 'stopped') return [];
  if (request.to !== undefined)
    return [`${describeRelease(to)} is not healthy, but was asked for by name: ${to.detail}.`];
  throw new BackoutFailure('NoReleaseToReturnTo', {
    what: `${describeRelease(to)} runs but is not healthy: ${to.detail}.`,
    changed: NOTHING_CHANGED,
    next: `Mend it, or insist with \`--to ${to.name}\` if it is still better than what serves now.`,
  });
}

function mismatchWarnings(releases: ObservedRelease[]): string[] {
  return releases.flatMap((release) => {
    const { answerShare, configured } = release;
    if (answerShare === null) return [];
    if (answerShare > 0 && configured === 'down') {
      return [
        `${describeRelease(release)} still answers although the configuration says it is down: not reloaded?`,
      ];
    }
    if (answerShare === 0 && configured === 'active') {
      return [`${describeRelease(release)} is active in the configuration but gave none of the answers.`];
    }
    return [];
  });
}

type Asked = Pick<Situation, 'kind' | 'marker' | 'request'>;

function alreadyServing(
  releases: ObservedRelease[],
  { kind, marker, request: { to } }: Asked,
): BackoutFailure {
  const names = releases.map(describeRelease).join(' and ');
  const because =
    marker === null
      ? ''
      : ` ${marker.owner} rolled back from ${describeRelease(marker.from)} at ${marker.at} (${marker.outcome ?? marker.phase}).`;
  const another =
    to === undefined
      ? `If ${names} is bad too, name the release to return to: \`--to NAME\`.`
      : `If ${names} is the bad one, name another release to return to: \`--to NAME\`.`;
  const left = marker?.from.name ?? 'NAME';
  const restore =
    kind === 'full'
      ? ` If only the database is to be restored, name the release that was left: \`--faulty ${left}\`.`
      : '';
  return new BackoutFailure('NothingToRollBack', {
    what: `${names} already serves.${because}`,
    changed: NOTHING_CHANGED,
    next: `${another}${restore}`,
  });
}

function findRelease(releases: ObservedRelease[], wanted: string, field: 'to' | 'faulty'): ObservedRelease {
  const found = releases.find((release) => isNamed(release, wanted));
  if (found) return found;
  throw new BackoutFailure('NoReleaseToReturnTo', {
    what: `There is no release "${wanted}" (${field}); there are ${releases.map(describeRelease).join(', ')}.`,
    changed: NOTHING_CHANGED,
    next: 'Name one of these.',
  });
}

/** A version that can't be read now, as of a stopped process, is taken to be the same: the careful answer. */
export function isSame(observed: Release, remembered: Release): boolean {
  if (observed.name !== remembered.name) return false;
  return observed.version === null || remembered.version === null || observed.version === remembered.version;
}

/** By its name first, else by its version. */
export function isNamed(release: Release, wanted: string | undefined): boolean {
  return wanted !== undefined && (release.name === wanted || release.version === wanted);
}
