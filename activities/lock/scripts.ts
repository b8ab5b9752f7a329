/**
 * The lock on the target, as constant shell scripts: each is one round trip, and all data comes in as arguments.
 *
 * In the state directory of a service and environment: `guard` is what flock(1) holds while something happens,
 * `lock` says who may act (key=value lines, never evaluated), `records/` is what rollbacks leave for the next one.
 * The token in `lock` only ever grows; whoever has an older one is fenced off.
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

const ENTER = String.raw`
command -v flock >/dev/null || exit 205
exec 9>>"$dir/guard" || exit 206
flock -w ${WAIT_SECONDS} 9 || exit 201
owner=; token=0; expires=0
if [ -e "$dir/lock" ]; then
  [ -r "$dir/lock" ] || exit 204
  while IFS='=' read -r key value; do
    case $key in
      owner) owner=$value ;;
      token) token=$value ;;
      expires) expires=$value ;;
    esac
  done <"$dir/lock"
fi
case $token$expires in *[!0-9]*) exit 204 ;; esac`;

/**
 * Arguments: directory, owner, seconds to live, name of a record to write or "", lines that describe the holder,
 * then owners known to have ended. Standard input: the record. Prints the new token, then the lock as it was.
 */
export const ACQUIRE = String.raw`
set -u
umask 027
dir=$1; me=$2; ttl=$3; record=$4; about=$5; shift 5
mkdir -p "$dir/records" 2>/dev/null || exit 206
${ENTER}
now=$(date +%s)
if [ -n "$owner" ] && [ "$owner" != "$me" ] && [ "$expires" -gt "$now" ]; then
  ended=no
  for other do [ "$other" = "$owner" ] && ended=yes; done
  if [ $ended = no ]; then cat "$dir/lock"; exit 202; fi
fi
before=$(cat "$dir/lock" 2>/dev/null)
token=$((token + 1))
printf 'owner=%s\ntoken=%s\nexpires=%s\nsince=%s\n%s\n' "$me" "$token" "$((now + ttl))" "$now" "$about" >"$dir/lock.new" || exit 206
mv -f "$dir/lock.new" "$dir/lock"
if [ -n "$record" ]; then cat >"$dir/records/$record.new" && mv -f "$dir/records/$record.new" "$dir/records/$record"; fi
printf '%s\n%s\n' "$token" "$before"`;

/**
 * Arguments: directory, owner, token, command and its arguments. Runs the command if the token is still the current
 * one. The command inherits the lock: it is held until the command has ended, even when its SSH line is cut.
 */
export const GUARD = String.raw`
set -u
dir=$1; me=$2; mine=$3; shift 3
${ENTER}
if [ "$owner" != "$me" ] || [ "$token" != "$mine" ]; then cat "$dir/lock" 2>/dev/null; exit 203; fi
exec "$@"`;

/** Arguments: directory, record. Standard input: its content. Run under GUARD. */
export const WRITE_RECORD = String.raw`umask 027; cat >"$1/records/$2.new" && mv -f "$1/records/$2.new" "$1/records/$2"`;

/** Argument: directory. Run under GUARD. Keeps the token, so that it goes on growing. */
export const RELEASE = String.raw`
umask 027
token=$(sed -n 's/^token=//p' "$1/lock")
printf 'owner=\ntoken=%s\nexpires=0\n' "$token" >"$1/lock.new" && mv -f "$1/lock.new" "$1/lock"`;

/** Argument: directory. Prints "now SECONDS", "lock KEY=VALUE" lines and "record NAME JSON" lines. Changes nothing. */
export const READ_STATE = String.raw`
echo "now $(date +%s)"
[ -d "$1" ] || exit 0
[ -r "$1" ] && [ -x "$1" ] || exit 204
if [ -e "$1/lock" ]; then sed 's/^/lock /' "$1/lock" || exit 204; fi
for file in "$1"/records/*; do
  case $file in *.new|*'*') continue ;; esac
  printf 'record %s ' "$(basename "$file")"; cat "$file" || exit 204; echo
done`;
