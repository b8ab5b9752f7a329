/**
 * Looking at, stopping and starting a process on its host, as constant shell scripts. All data comes in as arguments;
 * the pattern comes on standard input, so that no command line of ours can match it.
 */

export const EXIT = { stillRunning: 210, badPidFile: 211 } as const;

/** `pids`: the living processes that are meant. `alive PID START`: is it still that one, and not a zombie? */
const FIND = String.raw`
born() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f1,20; }
alive() { case $(born "$1") in Z*|X*|'') return 1 ;; *" $2") return 0 ;; *) return 1 ;; esac; }
pids() {
  case $how in
    file)
      [ -e "$what" ] || return 0
      pid=$(tr -d ' \t\r\n' <"$what") || exit 211
      case $pid in ''|*[!0-9]*|0|1) exit 211 ;; esac
      case $(born "$pid") in ''|Z*|X*) ;; *) echo "$pid" ;; esac ;;
    match)
      list=$(ps -ww -eo pid=,args=)
      printf '%s\n' "$list" | PATTERN=$pattern awk '{ pid = $1; sub(/^ *[0-9]+ /, ""); if ($0 ~ ENVIRON["PATTERN"]) print pid }' |
        while read -r pid; do case $(born "$pid") in ''|Z*|X*) ;; *) echo "$pid" ;; esac; done ;;
  esac
}
pattern=$(cat)`;

/** Arguments: file|match, pid file or "". Prints the pids. */
export const INSPECT = String.raw`
how=$1; what=$2
${FIND}
pids`;

/**
 * Arguments: state directory, file|match, pid file or "", seconds until SIGKILL.
 * Prints "already", "stopped PID…" or "killed PID…".
 *
 * SIGTERM is sent once: before and after it a mark is left, and whoever finds the mark of the same process (pid and
 * time of birth) only waits. The time until SIGKILL counts from the mark, so that a second try does not begin anew.
 */
export const STOP = String.raw`
set -u
dir=$1; how=$2; what=$3; limit=$4
${FIND}
umask 027
mkdir -p "$dir/stops" || exit 206
found=$(pids) || exit $?
[ -n "$found" ] || { echo already; exit 0; }
waiting=$(for pid in $found; do echo "$pid $(born "$pid" | cut -d' ' -f2)"; done)
first=
while read -r pid start; do
  mark=$dir/stops/$pid.$start
  if ! grep -q sent "$mark" 2>/dev/null; then
    date +%s >"$mark"
    kill -TERM "$pid" 2>/dev/null
    echo sent >>"$mark"
  fi
  began=$(head -n 1 "$mark")
  if [ -z "$first" ] || [ "$began" -lt "$first" ]; then first=$began; fi
done <<END
$waiting
END
result=stopped
while :; do
  left=$(printf '%s\n' "$waiting" | while read -r pid start; do alive "$pid" "$start" && echo "$pid"; done)
  [ -n "$left" ] || break
  now=$(date +%s)
  if [ "$now" -ge $((first + limit)) ]; then
    [ "$now" -lt $((first + limit + 10)) ] || exit 210
    result=killed
    kill -KILL $left 2>/dev/null
  fi
  sleep 0.05
done
printf '%s\n' "$waiting" | while read -r pid start; do rm -f "$dir/stops/$pid.$start"; done
echo "$result" $found`;

/**
 * Arguments: state directory, working directory or "", command and its arguments. Starts it in a session of its own,
 * without the lock that guards this script, and does not wait for it: whether it is well is asked over HTTP.
 */
export const START = String.raw`
set -u
dir=$1; cwd=$2; shift 2
[ -z "$cwd" ] || cd "$cwd" || exit 206
command -v "$1" >/dev/null || exit 127
setsid "$@" </dev/null >>"$dir/start.log" 2>&1 9>&- &`;

/** Arguments: command. Succeeds when there is such a program. */
export const HAS_PROGRAM = 'command -v "$1" >/dev/null';
