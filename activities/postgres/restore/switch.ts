/**
 * Statements that change which database is the live one, and the guard around them. Pure.
 *
 * A rename takes a lock under which nobody can connect, and waits for the sessions that are there. A helper ends those
 * meanwhile. So nothing needs to be closed before: until the commit the live database is what it was, and whatever is
 * killed on the way, sessions can connect again as soon as the server sees it.
 */
import type { Database } from './facts.ts';
import { holdWrites, MARKER, resetMarker, setMarker } from './marker.ts';
import type { MarkerOf } from './marker.ts';
import { ident, literal } from './sql.ts';

/** What the check below raises: somebody else has been at these databases since they were read. */
export const CHANGED_MEANWHILE = 'BK001';

/** "back": tells our advisory locks from those of others. */
const LOCK_CLASS = 0x6261636b;

/** While a transaction of a restore of this database goes on, another one waits. */
export function lock(live: string): string {
  return `SELECT pg_advisory_xact_lock(${LOCK_CLASS}, hashtext(${literal(live)}))`;
}

/** Goes on only if these databases have the names and markers that were read. */
export function stillAsRead(databases: readonly Database[]): string {
  const seen = databases.map(
    ({ oid, name, markerText }) =>
      `(${oid}::oid, ${literal(name)}, ${markerText === null ? 'NULL::text' : literal(markerText)})`,
  );
  return `DO ${literal(`
BEGIN
  IF (
    SELECT count(*) FROM (VALUES ${seen.join(', ')}) AS seen (oid, name, marker)
    JOIN pg_database d ON d.oid = seen.oid AND d.datname = seen.name
    WHERE seen.marker IS NOT DISTINCT FROM (
      SELECT substr(one, ${MARKER.length + 2}) FROM pg_db_role_setting s, unnest(s.setconfig) AS one
      WHERE s.setdatabase = d.oid AND s.setrole = 0 AND one LIKE ${literal(`${MARKER}=%`)})
  ) <> ${databases.length} THEN
    RAISE EXCEPTION ${literal('something else has changed these databases meanwhile')}
      USING ERRCODE = ${literal(CHANGED_MEANWHILE)};
  END IF;
END`)}`;
}

export type Switch = {
  live: Database;
  restored: Database;
  /** What the live one is called from now on, and what it notes. */
  oldName: string;
  kept: MarkerOf<'kept'>;
  /** Settings, grants and the like that the restored one still lacks. */
  carried: readonly string[];
};

/** The restored database becomes the live one; the live one is kept, for reading. */
export function switchStatements({ live, restored, oldName, kept, carried }: Switch): string[] {
  return [
    lock(live.name),
    stillAsRead([live, restored]),
    ...carried,
    resetMarker(restored.name),
    setMarker(live.name, kept),
    holdWrites(live.name),
    `ALTER DATABASE ${ident(live.name)} RENAME TO ${ident(oldName)}`,
    `ALTER DATABASE ${ident(restored.name)} RENAME TO ${ident(live.name)}`,
  ];
}

/**
 * Ends all sessions in the databases `:oids` for as long as a transaction has the lock of `:live`, and no longer:
 * when that transaction is gone for whatever reason, sessions are left alone. What we may not end stays.
 */
const END_SESSIONS = String.raw`
SELECT set_config('backout.oids', :'oids', false), set_config('backout.live', :'live', false);
DO $helper$
DECLARE
  give_up timestamptz := clock_timestamp() + interval '5 s';
  held boolean;
  seen boolean := false;
  one int;
BEGIN
  LOOP
    SELECT EXISTS (
      SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = ${LOCK_CLASS}
      AND objid::bigint = hashtext(current_setting('backout.live'))::bigint & 4294967295
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) INTO held;
    EXIT WHEN (seen AND NOT held) OR clock_timestamp() > give_up;
    seen := seen OR held;
    IF held THEN
      PERFORM pg_stat_clear_snapshot();
      FOR one IN SELECT pid FROM pg_stat_activity
        WHERE datid = ANY (string_to_array(current_setting('backout.oids'), ',')::oid[])
      LOOP
        BEGIN
          PERFORM pg_terminate_backend(one);
        EXCEPTION WHEN insufficient_privilege THEN NULL;
        END;
      END LOOP;
    END IF;
    PERFORM pg_sleep(0.005);
  END LOOP;
END $helper$;`;

/**
 * Arguments: the OIDs, separated by commas, and the live database's name. Standard input: the transaction. The helper's end
 * is awaited: in a container PostgreSQL is often the first process, inherits whom we leave behind, and takes the violent
 * end of one for that of a session of its own: it then ends all sessions and recovers as after a crash.
 */
export const SWITCH = String.raw`
psql -X -q -w -v ON_ERROR_STOP=1 -v oids="$1" -v live="$2" -o /dev/null -f - >/dev/null 2>&1 <<'SQL' &
${END_SESSIONS}
SQL
helper=$!
psql -X -q -w -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -v SHOW_CONTEXT=never -o /dev/null -f -
code=$?
kill "$helper" 2>/dev/null
wait "$helper" 2>/dev/null
exit $code`;

/**
 * Ends the sessions in :'live' that began before now, so that they begin again with the settings of now. When those of
 * others began may not show to us: then they are ended, too.
 */
export const RENEW_SESSIONS = String.raw`
SELECT set_config('backout.live', :'live', false);
DO $helper$
DECLARE
  since timestamptz := clock_timestamp();
  one int;
BEGIN
  WHILE clock_timestamp() < since + interval '300 ms' LOOP
    PERFORM pg_stat_clear_snapshot();
    FOR one IN SELECT pid FROM pg_stat_activity
      WHERE datname = current_setting('backout.live') AND coalesce(backend_start < since, true)
    LOOP
      BEGIN
        PERFORM pg_terminate_backend(one);
      EXCEPTION WHEN insufficient_privilege THEN NULL;
      END;
    END LOOP;
    PERFORM pg_sleep(0.02);
  END LOOP;
END $helper$;`;
