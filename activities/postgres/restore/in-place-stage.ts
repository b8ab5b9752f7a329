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

/** The database with the ledger: no attempt has the token 0. */
export const ledgerName = (live: string, run: string): string => newName(live, { run, token: 0 });

/** Null when there is no such database, and no trace of this run that tells where it is. */
export function inPlaceStageOf(
  facts: Facts,
  { live: name, run, token }: { live: string; run: string; token: number },
): InPlaceStage | null {
  const live = find(facts, name);
  const ledger = find(facts, ledgerName(name, run));
  const marker = ledger?.marker ?? null;
  if (ledger === null || marker?.is !== 'ledger') return live === null ? null : { is: 'untouched', live };
  if (live !== null) {
    return { is: marker.done === null ? 'begun' : 'done', live, ledger, marker };
  }
  const old = facts.databases.find(
    (one) => one.marker?.is === 'kept' && one.marker.run === run && one.marker.live === name,
  );
  const restoring = find(facts, newName(name, { run, token }));
  return { is: 'away', old: old ?? null, restoring, ledger, marker };
}
