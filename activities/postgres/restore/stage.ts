/** How far a run has come, told from the live state alone. Pure. */
import type { Database, Facts } from './facts.ts';
import { find } from './facts.ts';
import type { MarkerOf } from './marker.ts';
import { tokenOf } from './names.ts';

export type Stage =
  /** Nothing of this run is there. */
  | { is: 'untouched'; live: Database }
  /** The live database says that this run restores beside it; what is there is not (or not wholly) restored. */
  | { is: 'begun'; live: Database; marker: MarkerOf<'live'> }
  /** The new database is restored and checked. */
  | { is: 'ready'; live: Database; marker: MarkerOf<'live'>; restored: Database }
  /** The restored database is the live one. `kept` is the one before. */
  | { is: 'swapped'; live: Database; kept: Database };

export type Asked = { live: string; run: string; sha256: string };

/** Null when there is no such database, and no trace of this run that tells where it is. */
export function stageOf(facts: Facts, { live: name, run, sha256 }: Asked): Stage | null {
  const live = find(facts, name);
  if (live === null) return null;
  const kept = facts.databases.find(
    ({ marker }) => marker?.is === 'kept' && marker.run === run && marker.live === name,
  );
  const { marker } = live;
  if (kept && marker === null) return { is: 'swapped', live, kept };
  if (marker?.is !== 'live' || marker.run !== run) return { is: 'untouched', live };
  const restored = find(facts, marker.database);
  const is = restored?.marker;
  const isReady = is?.is === 'new' && is.ready && is.run === run && is.backup === sha256;
  return restored !== null && isReady && marker.backup === sha256
    ? { is: 'ready', live, marker, restored }
    : { is: 'begun', live, marker };
}

/**
 * Databases that earlier attempts of the run have made and that are not wanted any more. A later attempt's are none of
 * ours to drop.
 */
export function leftovers(facts: Facts, asked: Asked & { token: number; except?: string }): Database[] {
  return facts.databases.filter(({ name, marker }) => {
    const made = tokenOf(name, asked);
    const isMade = marker?.is === 'new' || marker?.is === 'ledger';
    const isOurs = marker === null || (isMade && marker.run === asked.run);
    return made !== null && made <= asked.token && isOurs && name !== asked.except;
  });
}
