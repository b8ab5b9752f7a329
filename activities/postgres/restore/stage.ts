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

export type Asked = { live: string; run: string; sha256: string; beyond?: string; holder?: string };

/** Null when there is no such database, and no trace of this run that tells where it is. */
export function stageOf(facts: Facts, asked: Asked): Stage | null {
  const { live: name, run, sha256, beyond, holder = run } = asked;
  const live = find(facts, name);
  if (live === null) return null;
  // Names of replaced databases grow with the time.
  const isNew = (kept: Database) => beyond === undefined || kept.name > beyond;
  const kept = facts.databases.find((one) => isReplacedBy(live, one, { run, sha256 }) && isNew(one));
  const { marker } = live;
  if (kept && (marker === null || isOnlyHeld(live, kept, holder))) return { is: 'swapped', live, kept };
  if (marker?.is !== 'live' || marker.run !== run) return { is: 'untouched', live };
  const restored = find(facts, marker.database);
  const is = restored?.marker;
  const isReady = is?.is === 'new' && is.ready && is.run === run && is.backup === sha256;
  return restored !== null && isReady && marker.backup === sha256
    ? { is: 'ready', live, marker, restored }
    : { is: 'begun', live, marker };
}

/** Nothing goes on beside the restored database: it has been frozen since, by whoever asks, and no restore begun from there. */
function isOnlyHeld({ oid, marker }: Database, kept: Database, holder: string): boolean {
  if (marker?.is !== 'live' || marker.run !== holder || marker.backup !== '') return false;
  const isIt = kept.marker?.is === 'kept' && kept.marker.restored?.oid === oid;
  return isIt && marker.held !== null;
}

/** Was the live database restored by this run, from this backup, and put in the place of that one? */
function isReplacedBy(
  { oid, name }: Database,
  { marker }: Database,
  { run, sha256 }: Pick<Asked, 'run' | 'sha256'>,
): boolean {
  if (marker?.is !== 'kept' || marker.live !== name || marker.run !== run) return false;
  return marker.backup === sha256 && (marker.restored === undefined || marker.restored.oid === oid);
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
