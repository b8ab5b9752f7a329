/** A database that a restore in place has taken away and not brought back, because its rollback was ended for good. */
import { BackoutFailure, NOTHING_CHANGED } from '../../../src/domain/failure.ts';
import type { Postgres } from '../client.ts';
import { find } from './facts.ts';
import type { Facts } from './facts.ts';
import { keptOf } from './in-place-stage.ts';
import { frozenAgain } from './marker.ts';
import { ident } from './sql.ts';

/**
 * Another rollback can't go on from there: it has no database to look at. So it says what a person does.
 * @param safety where the safety copy of a rollback is
 * @throws BackoutFailure RestoreRefused
 */
export function refuseAway(
  { settings, describe }: Pick<Postgres, 'settings' | 'describe'>,
  facts: Facts,
  safety: (run: string) => string,
): void {
  const { name } = settings;
  if (find(facts, name) !== null) return;
  const ledger = facts.databases.find(({ marker }) => marker?.is === 'ledger' && marker.live === name);
  if (ledger?.marker?.is !== 'ledger') return;
  const { run } = ledger.marker;
  const old = keptOf(facts, ledger.marker);
  const isFrozen = ledger.marker.held !== undefined;
  // Its marker is how whoever lifts the freeze finds that its writes are held.
  const marks = old !== undefined || isFrozen ? frozenAgain(name, ledger.marker) : [];
  const back = [
    old === undefined
      ? `createdb -T template0 of that name, then pg_restore -d ${name} ${safety(run)}`
      : `ALTER DATABASE ${ident(old.name)} RENAME TO ${ident(name)}`,
    ...marks,
  ].join('; ');
  const frozen = isFrozen
    ? ' Its writes are then held again by the freeze, until that is lifted: `backout unfreeze SERVICE`.'
    : '';
  throw new BackoutFailure('RestoreRefused', {
    what: `There is no ${describe()}: rollback ${run} took it away to restore it in place, and has not brought one back.`,
    changed: NOTHING_CHANGED,
    next: `Where that rollback still runs, answer it. Where it has ended, put the database before back by hand: ${back}; and DROP DATABASE ${ident(ledger.name)}, which holds only notes.${frozen} Then start again.`,
  });
}
