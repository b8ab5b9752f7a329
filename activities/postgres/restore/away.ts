/** A database that a restore in place has taken away and not brought back, because its rollback was ended for good. */
import { BackoutFailure, NOTHING_CHANGED } from '../../../src/domain/failure.ts';
import type { Postgres } from '../client.ts';
import { find } from './facts.ts';
import type { Facts } from './facts.ts';
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
  const old = facts.databases.find(
    ({ marker }) => marker?.is === 'kept' && marker.run === run && marker.live === name,
  );
  const back =
    old === undefined
      ? `createdb -T template0 of that name, then pg_restore -d ${name} ${safety(run)}`
      : `ALTER DATABASE ${ident(old.name)} RENAME TO ${ident(name)}; ALTER DATABASE ${ident(name)} RESET backout.restore`;
  throw new BackoutFailure('RestoreRefused', {
    what: `There is no ${describe()}: rollback ${run} took it away to restore it in place, and has not brought one back.`,
    changed: NOTHING_CHANGED,
    next: `Where that rollback still runs, answer it. Where it has ended, put the database before back by hand: ${back}; and DROP DATABASE ${ident(ledger.name)}, which holds only notes. Then start again.`,
  });
}
