/**
 * PostgreSQL's programs, so that at the n-th place something is killed. A place is before each rename and each commit,
 * before each statement outside of a transaction, after each program that changes something, and the middle of a restore.
 * They are counted as they come: a new one is covered without anyone remembering.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../../activities/commands/host.ts';
import { localHost } from './postgres-restore.ts';
import type { TestPostgres } from './postgres.ts';

/** `programs`: everything of the command on the host, as when the worker and its line die. `server`: PostgreSQL. */
export type Victim = 'programs' | 'server';

export type KillingPrograms = {
  /** For `database.programs`. */
  folder: string;
  /** From now on, the places count from 1 again. */
  arm(kill: { at: number; victim: Victim }): void;
  /** Runs commands until something was killed: then the worker counts as dead, and nothing is run any more. */
  host(): Host;
  wasKilled(): boolean;
  /** What was passed since it was armed. */
  places(): string[];
  remove(): void;
};

/** Argument: what the place is called. Kills at its turn. */
const TURN = String.raw`#!/bin/sh
dir=${'$'}{0%/*}
number=$(($(cat "$dir/count") + 1))
echo "$number" >"$dir/count"
printf '%s\n' "$*" >>"$dir/places"
[ "$number" = "$(cat "$dir/at")" ] || exit 0
case $(cat "$dir/victim") in
  programs) kill -9 0 ;;
  server)
    server=$(cat "$dir/server")
    kill -9 "$server"
    while kill -0 "$server" 2>/dev/null; do sleep 0.01; done ;;
esac`;

/**
 * Questions change nothing, so that they are no place. The helper of the swap runs beside it and has no fixed turn. What
 * is loaded are no statements of ours.
 */
const PSQL = String.raw`#!/bin/sh
dir=${'$'}{0%/*}
real=$(cat "$dir/real")
case " $* " in
  *" --csv "*|*" -A -t "*|*" oids="*) exec "$real/psql" "$@" ;;
  *" VERBOSITY=verbose "*)
    awk -v turn="$dir/turn" '
      /^BEGIN/ { within = 1 }
      function place(name) { print "\\! " turn " before " name }
      / RENAME TO / { place("a rename") }
      /^COMMIT/ { place("a commit") }
      !within && /^(CREATE|DROP|ANALYZE)/ { place($1) }
      { print }' | "$real/psql" "$@"
    code=$?
    "$dir/turn" "after psql"
    exit $code ;;
esac
cat >"$dir/input"
number=$(($(cat "$dir/count") + 1))
if [ "$number" = "$(cat "$dir/at")" ]; then
  head -n "$(($(wc -l <"$dir/input") / 2))" "$dir/input" | "$real/psql" -X -q >/dev/null 2>&1
fi
"$dir/turn" "within psql"
"$real/psql" "$@" <"$dir/input"
code=$?
"$dir/turn" "after psql"
exit $code`;

/** A restore that was killed in its middle: a part of it stands. */
const PG_RESTORE = String.raw`#!/bin/sh
dir=${'$'}{0%/*}
real=$(cat "$dir/real")
case " $* " in *" -s "*) exec "$real/pg_restore" "$@" ;; esac
number=$(($(cat "$dir/count") + 1))
if [ "$number" = "$(cat "$dir/at")" ]; then
  for file; do :; done
  "$real/pg_restore" -f - "$file" >"$dir/input"
  head -n "$(($(wc -l <"$dir/input") / 2))" "$dir/input" | "$real/psql" -X -q >/dev/null 2>&1
fi
"$dir/turn" "within pg_restore"
"$real/pg_restore" "$@"
code=$?
"$dir/turn" "after pg_restore"
exit $code`;

export function createKillingPrograms(server: TestPostgres): KillingPrograms {
  const folder = mkdtempSync(join(tmpdir(), 'bo-kill-'));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
  for (const [name, text] of Object.entries({ turn: TURN, psql: PSQL, pg_restore: PG_RESTORE })) {
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  }
  write('real', server.bin);
  const wasKilled = () => Number(read('count')) >= Number(read('at'));
  return {
    folder,
    arm: ({ at, victim }) => {
      write('count', '0');
      write('at', String(at));
      write('victim', victim);
      write('places', '');
      write('server', String(server.pid()));
    },
    host: () => ({
      ...localHost,
      run: async (argv, options) => {
        if (wasKilled()) throw new Error('the worker is dead');
        return await localHost.run(argv, options);
      },
    }),
    wasKilled,
    places: () => read('places').split('\n'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
