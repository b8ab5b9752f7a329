/**
 * Reading and changing the site file on its host, as constant shell scripts: each is one round trip, all data comes
 * in as arguments or on standard input. Killed at any instant, they leave the old file or the new one, never half.
 */
import { mayReplace } from '../commands/may-replace.ts';

export const EXIT = {
  missing: 220,
  unreadable: 221,
  changedMeanwhile: 222,
  notWritable: 223,
  brokenBefore: 224,
  brokenAfter: 225,
  reloadFailed: 226,
  noBackup: 227,
  brokenBeside: 228,
  brokenElsewhere: 229,
  notPutBack: 230,
  changedSince: 231,
  notWritableBeside: 232,
  brokenPutBack: 233,
  reloadPutBackFailed: 234,
  folderNotWritable: 235,
  ownerNotKept: 236,
  noMaster: 237,
  masterNotOurs: 238,
} as const;

/** Argument: path. Prints real path, owner and mode, SHA-256, then the content in base64: any byte may be in it. */
export const READ = String.raw`
file=$(readlink -f -- "$1") && [ -f "$file" ] || exit 220
[ -r "$file" ] || exit 221
printf '%s\n' "$file"
stat -c '%U:%G %a' -- "$file"
sha256sum <"$file" | cut -d' ' -f1
base64 <"$file"`;

/**
 * Arguments of all that follow: real path, nginx, its -c or "", its -p or "".
 * Our own files begin with a dot, so that no include reads them. Leftovers of a run that was killed go first.
 */
const PREPARE = String.raw`
set -u
umask 077
file=$1; binary=$2; config=$3; prefix=$4; shift 4
folder=$(dirname -- "$file"); name=$(basename -- "$file")
new=$folder/.$name.backout-new; input=$folder/.$name.backout-in
backup=$folder/.$name.backout-bak; made=$folder/.$name.backout-sum
tidy() { rm -f -- "$new" "$input" "$backup.new" "$made.new" ${'$'}{beside:+"$beside"}; }
give_up() { tidy; exit "$1"; }
present() { [ -f "$file" ] || exit 220; [ -r "$file" ] || exit 221; }
digest() { sha256sum <"$1" | cut -d' ' -f1; }
ngx() {
  main=$1; shift
  if [ -n "$main" ]; then set -- -c "$main" "$@"; fi
  if [ -n "$prefix" ]; then set -- -p "$prefix" "$@"; fi
  "$binary" "$@"
}
put_back() { cp -p -- "$backup" "$new" && mv -f -- "$new" "$file"; }`;

/**
 * Then: SHA-256 that the file has, SHA-256 it must have, path for the test beside or "", reload command.
 * Standard input: the new content in base64 on one line, the configuration to test beside on a second one.
 * Prints "changed" or "unchanged".
 *
 * Write beside, test beside, keep the old one, move, test, reload. Run again it goes on from wherever it was. The sum
 * of what was written is kept too: only that is ever replaced by the old file again.
 */
export const APPLY = String.raw`${PREPARE}
before=$1; after=$2; beside=$3; shift 3
tidy
present
now=$(digest "$file")
result=unchanged
if [ "$now" != "$after" ]; then
  [ "$now" = "$before" ] || exit 222
  cat >"$input" && cp -p -- "$file" "$new" && sed -n 1p "$input" | base64 -d >"$new" || give_up 223
  [ "$(digest "$new")" = "$after" ] || give_up 223
  [ "$(stat -c '%u:%g:%a' -- "$new")" = "$(stat -c '%u:%g:%a' -- "$file")" ] || give_up 223
  if [ -n "$beside" ]; then
    sed -n 2p "$input" | base64 -d >"$beside" || give_up 232
    ngx "$beside" -t -q || give_up 228
  fi
  cp -p -- "$file" "$backup.new" && printf '%s\n' "$after" >"$made.new" || give_up 223
  mv -f -- "$backup.new" "$backup" && mv -f -- "$made.new" "$made" || give_up 223
  [ "$(digest "$file")" = "$before" ] || give_up 222
  mv -f -- "$new" "$file" || give_up 223
  result=changed
fi
tidy
if ! ngx "$config" -t -q; then
  [ $result = changed ] || exit 224
  put_back || give_up 230
  ngx "$config" -t -q 2>/dev/null || exit 229
  exit 225
fi
"$@" || exit 226
echo $result`;

/** Then: path for the test beside. Standard input: the configuration to test. Changes nothing. */
export const TEST_BESIDE = String.raw`${PREPARE}
beside=$1
cat >"$beside" || give_up 232
ngx "$beside" -t -q || give_up 228
tidy`;

/** Then: reload command. Puts the kept file back, unless somebody has changed the live one since; tests and reloads. */
export const PUT_BACK = String.raw`${PREPARE}
beside=
tidy
[ -e "$backup" ] || exit 227
present
now=$(digest "$file")
if [ "$now" != "$(digest "$backup")" ]; then
  [ "$now" = "$(cat "$made" 2>/dev/null)" ] || exit 231
  put_back || give_up 223
fi
ngx "$config" -t -q || exit 233
"$@" || exit 234
rm -f -- "$backup" "$made"`;

/** Could APPLY do its work? */
export const MAY_REPLACE = mayReplace({ ...EXIT, notWritable: EXIT.folderNotWritable });

/**
 * Arguments: nginx, its -p or "", the pid file that its configuration names or "". Prints the pid file, the process in
 * it and our user. Could `nginx -s reload` reach the master process? Sends no signal.
 */
export const MAY_RELOAD = String.raw`
prefix=$2; pidfile=$3
built=$("$1" -V 2>&1)
option() { printf '%s\n' "$built" | tr ' ' '\n' | sed -n "s/^--$1=//p" | head -n 1; }
[ -n "$pidfile" ] || pidfile=$(option pid-path)
[ -n "$prefix" ] || prefix=$(option prefix)
case $pidfile in /*) ;; *) pidfile=${'$'}{prefix:-/usr/local/nginx}/${'$'}{pidfile:-logs/nginx.pid} ;; esac
pid=
[ ! -r "$pidfile" ] || read -r pid <"$pidfile"
printf '%s\n%s\n' "$pidfile" "$pid"
id -un
case $pid in ''|*[!0-9]*) exit 237 ;; esac
kill -0 "$pid" 2>/dev/null && exit 0
[ -d "/proc/$pid" ] || exit 237
exit 238`;
