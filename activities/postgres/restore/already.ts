/**
 * Is the live database the restored one already, for the same fault? Then a rollback that is started again, after the one
 * before was ended from outside, must not throw away what was written since. Pure.
 */
import type { Database, Facts } from './facts.ts';
import { find } from './facts.ts';
import type { Purpose } from './marker.ts';

export type Already = {
  /** The rollback that has restored it: its workflow ID. */
  run: string;
  /** When it became the live one, ISO 8601. */
  at: string;
  /** The database that it replaced; null after a restore in place, which leaves a safety copy. */
  kept: string | null;
};

export type Fault = { live: string; sha256: string; purpose: Purpose };

/** The last restore of this very backup for this very fault, if what it restored is the database that is live now. */
export function restoredAlready(facts: Facts, { live: name, sha256, purpose }: Fault): Already | null {
  const live = find(facts, name);
  if (live === null) return null;
  const found = facts.databases.flatMap((one): Already[] => {
    const noted = noteOf(one);
    if (noted?.purpose === undefined || noted.restored === undefined) return [];
    const { run, restored } = noted;
    const isIt =
      noted.live === name &&
      noted.backup === sha256 &&
      restored.oid === live.oid &&
      isSame(noted.purpose, purpose);
    return isIt ? [{ run, at: restored.at, kept: noted.is === 'kept' ? one.name : null }] : [];
  });
  return found.sort((a, b) => a.at.localeCompare(b.at)).at(-1) ?? null;
}

function noteOf({ marker }: Database) {
  if (marker?.is === 'kept') return marker;
  return marker?.is === 'ledger' && marker.done === 'restored' ? marker : null;
}

/** Another version in the same colour is another fault. One that can't be told now, as of a stopped process, is taken for the same. */
function isSame(noted: Purpose, now: Purpose): boolean {
  return (
    noted.service === now.service &&
    noted.faulty.name === now.faulty.name &&
    (noted.faulty.version === now.faulty.version || now.faulty.version === null)
  );
}
