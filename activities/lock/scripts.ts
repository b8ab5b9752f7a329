/**
 * The lock on the target, as constant shell scripts: each is one round trip, and all data comes in as arguments.
 *
 * In the state directory of a service and environment: `guard` is what flock(1) holds while something happens (it
 * names the process), `lock` says who may act (key=value lines, never evaluated), `records/` is what rollbacks leave
 * for the next one. The token in `lock` only ever grows; whoever has an older one is fenced off.
 */

/** Exit codes of the scripts, unlike any that the guarded commands use. */
export const EXIT = {
  busy: 201,
  locked: 202,
  fenced: 203,
  unreadable: 204,
  noFlock: 205,
  noDirectory: 206,
} as const;

/** Seconds to wait for a command of an earlier attempt that is still at it. */
const WAIT_SECONDS = 15;

/**
 * `refuse CODE` prints the lock, where it is and what runs under it, and ends. `look` reads the lock, as it stands into
 * `whole`: a file that is not whole is no free lock. `enter` waits until nothing happens on the target, and keeps it so.
 *
 * Traffic waits for these scripts, and each program that they run takes its turn: what the shell can do is left to it.
 */
const COMMON = String.raw`
set -u
umask 027
refuse() {
  echo "directory=$dir"
  printf 'running=%s\n' "$(cat "$dir/guard" 2>/dev/null)"
  cat "$dir/lock" 2>/dev/null
  exit "$1"
}
look() {
  owner= token=0 expires=0 scheduled=0 released= whole= line=
  [ -e "$dir/lock" ] || return 0
  [ -r "$dir/lock" ] || refuse 206
  token= expires=
  while IFS= read -r line; do
    whole="$whole$line
"
    case $line in
      owner=*) owner=${'$'}{line#*=} ;;
      token=*) token=${'$'}{line#*=} ;;
      expires=*) expires=${'$'}{line#*=} ;;
      scheduled=*) scheduled=${'$'}{line#*=} ;;
      released=*) released=${'$'}{line#*=} ;;
    esac
  done <"$dir/lock"
  whole=$whole$line
  for number in "$token" "$expires" "$scheduled"; do
    case $number in ''|*[!0-9]*) refuse 204 ;; esac
  done
}
enter() {
  command -v flock >/dev/null || refuse 205
  true >>"$dir/guard" || refuse 206
  exec 9>>"$dir/guard"
  flock -w ${WAIT_SECONDS} 9
  case $? in 0) ;; 1) refuse 201 ;; *) refuse 206 ;; esac
  echo "$$" >"$dir/guard"
  look
}`;

/**
 * Arguments: directory, owner, when the attempt was scheduled, seconds to live, name of a record to write or "", lines
 * that describe the holder, then owners known to have ended. Standard input: the record. Prints the new token, then
 * the lock as it was.
 */
export const ACQUIRE = String.raw`${COMMON}
dir=$1 me=$2 mine=$3 ttl=$4 record=$5 about=$6; shift 6
[ -d "$dir/records" ] || mkdir -p "$dir/records" || refuse 206
refuse_foreign() {
  if [ -z "$owner" ] || [ "$owner" = "$me" ]; then return; fi
  [ "$expires" -gt "$(date +%s)" ] || return 0
  for other do [ "$other" != "$owner" ] || return 0; done
  refuse 202
}
look
refuse_foreign "$@"
enter
refuse_foreign "$@"
if [ "$me" = "$owner" ] || [ "$me" = "$released" ]; then
  if [ "$mine" -gt 0 ] && [ "$mine" -lt "$scheduled" ]; then refuse 203; fi
fi
before=$whole
token=$((token + 1))
now=$(date +%s)
printf 'owner=%s\ntoken=%s\nexpires=%s\nsince=%s\nscheduled=%s\n%s\n' \
  "$me" "$token" "$((now + ttl))" "$now" "$mine" "$about" >"$dir/lock.new" || refuse 206
mv -f "$dir/lock.new" "$dir/lock" || refuse 206
if [ -n "$record" ]; then
  cat >"$dir/records/$record.new" && mv -f "$dir/records/$record.new" "$dir/records/$record" || refuse 206
fi
printf '%s\n%s\n' "$token" "$before"`;

/**
 * Arguments: directory, owner, token, command and its arguments. Runs the command if the token is still the current
 * one. This shell holds the lock until the command has ended, also when its SSH line is cut. The command itself does
 * not have it, so that a service which the command starts does not keep it for ever.
 */
export const GUARD = String.raw`
mask=$(umask)
${COMMON}
dir=$1 me=$2 mine=$3; shift 3
enter
if [ "$owner" != "$me" ] || [ "$token" != "$mine" ]; then refuse 203; fi
umask "$mask"
"$@" 9>&-
exit $?`;

/** Arguments: directory, record. Standard input: its content. Run under GUARD. */
export const WRITE_RECORD = String.raw`
umask 027
cat >"$1/records/$2.new" && mv -f "$1/records/$2.new" "$1/records/$2"`;

/** Arguments: directory, seconds to live from now on. Run under GUARD. */
export const RENEW = String.raw`
umask 027
sed "s/^expires=.*/expires=$(($(date +%s) + $2))/" "$1/lock" >"$1/lock.new" && mv -f "$1/lock.new" "$1/lock"`;

/**
 * Argument: directory. Run under GUARD. Keeps the token, so that it goes on growing, and whose lock it was, so that an
 * attempt of that rollback which slept through its end is still fenced.
 */
export const RELEASE = String.raw`
umask 027
value() { sed -n "s/^$1=//p" "$2/lock" | head -n 1; }
printf 'owner=\ntoken=%s\nexpires=0\nscheduled=%s\nreleased=%s\n' \
  "$(value token "$1")" "$(value scheduled "$1")" "$(value owner "$1")" >"$1/lock.new" &&
  mv -f "$1/lock.new" "$1/lock"`;

/** Argument: directory. Prints "now SECONDS", "lock KEY=VALUE" lines and "record NAME JSON" lines. Changes nothing. */
export const READ_STATE = String.raw`${COMMON}
dir=$1
parent=$dir
while [ ! -e "$parent" ]; do parent=$(dirname "$parent"); done
[ -x "$parent" ] || refuse 206
echo "now $(date +%s)"
[ -d "$dir" ] || exit 0
[ -r "$dir" ] || refuse 206
look
if [ -e "$dir/lock" ]; then
  while IFS= read -r line || [ -n "$line" ]; do printf 'lock %s\n' "$line"; done <"$dir/lock"
fi
for file in "$dir"/records/*; do
  case $file in *.new|*'*') continue ;; esac
  [ -r "$file" ] || refuse 206
  printf 'record %s %s\n' "${'$'}{file##*/}" "$(tr -d '\r\n' <"$file")"
done`;
