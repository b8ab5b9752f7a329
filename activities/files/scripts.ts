/**
 * Reading and replacing a file on its host, as constant shell scripts: each is one round trip, all data comes in as
 * arguments or on standard input. Killed at any instant, they leave the old file or the new one, never half.
 */
import { mayReplace } from '../commands/may-replace.ts';

export const EXIT = {
  missing: 241,
  unreadable: 242,
  tooLarge: 243,
  changedMeanwhile: 244,
  notWritable: 245,
  ownerNotKept: 246,
} as const;

/** Configuration, not data: what is larger is no file that people meant. */
export const MAX_BYTES = 1_000_000;

/** Argument: path. Prints real path, owner and mode, SHA-256, then the content in base64: any byte may be in it. */
export const READ = String.raw`
file=$(readlink -f -- "$1") && [ -f "$file" ] || exit 241
[ -r "$file" ] || exit 242
[ "$(stat -c %s -- "$file")" -le ${MAX_BYTES} ] || exit 243
printf '%s\n' "$file"
stat -c '%U:%G %a' -- "$file"
sha256sum <"$file" | cut -d' ' -f1
base64 <"$file"`;

/**
 * Arguments: real path, SHA-256 that the file has, SHA-256 it must have, path of the copy that is kept. Standard input: the
 * new content in base64. Prints "changed", or "unchanged" where it was so already.
 *
 * Write beside, keep the present file, move. Owner and mode stay. A copy that is there already is of the same rollback, made
 * before its first change, and stays. Our own files begin with a dot, so that no include reads them.
 */
export const REPLACE = String.raw`
set -u
umask 077
file=$1; before=$2; after=$3; kept=$4
folder=$(dirname -- "$file"); name=$(basename -- "$file")
new=$folder/.$name.backout-new; keeping=$folder/.$name.backout-keeping
tidy() { rm -f -- "$new" "$keeping" 2>/dev/null; }
give_up() { tidy; exit "$1"; }
digest() { sha256sum <"$1" | cut -d' ' -f1; }
[ -f "$file" ] || exit 241
[ -r "$file" ] || exit 242
tidy
now=$(digest "$file")
if [ "$now" = "$after" ]; then echo unchanged; exit 0; fi
[ "$now" = "$before" ] || exit 244
cp -p -- "$file" "$new" && base64 -d >"$new" || give_up 245
[ "$(digest "$new")" = "$after" ] || give_up 245
[ "$(stat -c '%u:%g:%a' -- "$new")" = "$(stat -c '%u:%g:%a' -- "$file")" ] || give_up 246
if [ ! -e "$kept" ]; then
  cp -p -- "$file" "$keeping" && mv -f -- "$keeping" "$kept" || give_up 245
fi
[ "$(digest "$file")" = "$before" ] || give_up 244
mv -f -- "$new" "$file" || give_up 245
echo changed`;

/** Could REPLACE do its work? */
export const MAY_REPLACE = mayReplace(EXIT);
