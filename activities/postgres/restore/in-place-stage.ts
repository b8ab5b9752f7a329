/** How far a restore in place has come, told from the live state alone. Pure. */
import type { Database, Facts } from './facts.ts';
import { find } from './facts.ts';
import type { MarkerOf } from './marker.ts';
import { newName } from './names.ts';

type Ledger = { ledger: Database; marker: MarkerOf<'ledger'> };

export type InPlaceStage =
  /** Nothing of this run is there. */
  | { is: 'untouched'; live: Database }
  /** Everything is noted, and the live database is what it was. */
  | ({ is: 'begun'; live: Database } & Ledger)
  /** Nobody can connect under the live name. `old` is the one before, until it is dropped for its room. */
  | ({ is: 'away'; old: Database | null; restoring: Database | null } & Ledger)
  | ({ is: 'done'; live: Database } & Ledger);

export type AskedInPlace = {
  live: string;
  run: string;
  token: number;
  sha256: string;
  /** The database that was live when the plan was made: it is to be restored again, whoever has restored it. */
  planned?: number | undefined;
};

/** The database with the ledger: no attempt has the token 0. */
export const ledgerName = (live: string, run: string): string => newName(live, { run, token: 0 });

/** Null when there is no such database, and no trace of this run that tells where it is. */
export function inPlaceStageOf(facts: Facts, asked: AskedInPlace): InPlaceStage | null {
  const { live: name, run, token } = asked;
  const live = find(facts, name);
  const ledger = find(facts, ledgerName(name, run));
  const marker = ledger?.marker ?? null;
  if (ledger === null || marker?.is !== 'ledger') return live === null ? null : { is: 'untouched', live };
  if (live !== null) {
    if (marker.done === null) return { is: 'begun', live, ledger, marker };
    return isOurs(marker, live, asked) ? { is: 'done', live, ledger, marker } : { is: 'untouched', live };
  }
  const old = keptOf(facts, marker);
  const restoring = find(facts, newName(name, { run, token }));
  return { is: 'away', old: old ?? null, restoring, ledger, marker };
}

/** The database that was taken away, while it is there: none that an earlier restore under the same workflow ID has kept. */
export function keptOf(facts: Facts, { run, live, like }: MarkerOf<'ledger'>): Database | undefined {
  return facts.databases.find(
    ({ oid, marker }) =>
      marker?.is === 'kept' && marker.run === run && marker.live === live && oid === like.oid,
  );
}

/**
 * Is it the end of this very restore? A workflow ID may be used again: what an earlier run has noted under it, of another
 * backup, of a database that is not live any more, or from before the plan, is none of it.
 */
function isOurs(
  { backup, done, restored }: MarkerOf<'ledger'>,
  { oid }: Database,
  { sha256, planned }: AskedInPlace,
): boolean {
  if (backup !== sha256) return false;
  return done === 'put-back' || (restored?.oid === oid && planned !== oid);
}
