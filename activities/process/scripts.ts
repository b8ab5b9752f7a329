/**
 * Looking at, stopping and starting a process on its host, as constant shell scripts. All data comes in as arguments;
 * the pattern comes on standard input, so that no command line of ours can match it.
 */

/** Exit codes of the scripts, with what they print. */
export const EXIT = {
  /** Also after SIGKILL. */
  stillRunning: 210,
  badPidFile: 211,
  /** The pid file is older than the process: PID NAME. */
  stalePidFile: 212,
  cannotLook: 213,
  /** It is also one of those that must not be touched: PID. */
  spared: 214,
  /** It may not be signalled: PID. */
  notAllowed: 215,
  noWorkingDirectory: 216,
  noProgram: 217,
  /** CODE, then the last lines of what the command said. */
  startFailed: 218,
  /** All were ended, and there is a new one: PID…. */
  cameBack: 219,
  /** Whether a unit may be stopped can't be told from here. */
  notSure: 240,
} as const;

/**
 * A pid file that is older than its process by more seconds than this is one of a process that is gone, whose number
 * was given away again. Less may be a clock that was set.
 */
const OLDER_SECONDS = 60;

/**
 * `born PID` sets `life` to "STATE START", or to nothing where there is no such process: by the shell alone, because
 * traffic waits for it. The age of a process is measured from this shell's own birth: both are by the same clock.
 */
const BORN = String.raw`
look_up() {
  life= line=
  while IFS= read -r line || [ -n "$line" ]; do life=$line; done <"/proc/$1/stat"
  case $life in *') '*) ;; *) life=; return ;; esac
  set -- ${'$'}{life##*) }
  life="$1 ${'$'}{20-}"
}
born() { look_up "$1" 2>/dev/null; }`;

/**
 * `pids` prints the living processes that are meant: never this script, what it runs under (a rollback whose reason
 * names the service), or another script of Backout. `alive PID START`: is it still that one, and not a zombie?
 */
const FIND = String.raw`
${BORN}
alive() { born "$1"; case $life in Z*|X*|'') return 1 ;; *" $2") return 0 ;; *) return 1 ;; esac; }
pids() {
  case $how in
    file)
      [ -e "$what" ] || return 0
      words=$(tr '\t\r\n' '   ' <"$what")
      set -f; set -- $words; set +f
      [ $# -eq 1 ] || exit 211
      pid=$1
      case $pid in *[!0-9]*|0|1) exit 211 ;; esac
      born $$; began=${'$'}{life#* }
      born "$pid"
      case $life in ''|Z*|X*) return 0 ;; esac
      written=$(stat -c %Y -- "$what") || exit 211
      ticks=$(getconf CLK_TCK 2>/dev/null) || ticks=100
      now=$(date +%s)
      if [ $((now - written - ${OLDER_SECONDS})) -gt $(((began - ${'$'}{life#* }) / ticks)) ]; then
        echo "$pid $(cat "/proc/$pid/comm")"
        exit 212
      fi
      echo "$pid" ;;
    match)
      list=$(ps -ww -eo pid=,ppid=,args=) || exit 213
      found=$(printf '%s\n' "$list" | SELF=$$ PATTERN=$pattern awk '
        { parent[$1] = $2; line = $0; sub(/^ *[0-9]+ +[0-9]+ /, "", line) }
        line ~ /(^|[ \/])(ba|da)?sh -c .* backout( |$)/ { next }
        line ~ ENVIRON["PATTERN"] { hits[++count] = $1 }
        END {
          for (pid = ENVIRON["SELF"]; pid > 1; pid = parent[pid]) ours[pid] = 1
          for (i = 1; i <= count; i++) if (!(hits[i] in ours)) print hits[i]
        }') || exit 213
      for pid in $found; do
        born "$pid"
        case $life in ''|Z*|X*) ;; *) echo "$pid" ;; esac
      done ;;
  esac
}
pattern=
[ "$how" = file ] || pattern=$(cat)`;

/** Arguments: file|match, pid file or "". Prints the pids. */
export const INSPECT = String.raw`
set -u
how=$1; what=$2
${FIND}
pids`;

/** Arguments: pids. Prints for how many milliseconds the oldest of them has run; nothing when none of them lives. */
export const AGE = String.raw`
set -u
${BORN}
ticks=$(getconf CLK_TCK 2>/dev/null) || ticks=100
born $$
now=${'$'}{life#* }
oldest=
for pid do
  born "$pid"
  case $life in ''|Z*|X*) continue ;; esac
  age=$(((now - ${'$'}{life#* }) * 1000 / ticks))
  [ -n "$oldest" ] && [ "$oldest" -ge "$age" ] || oldest=$age
done
echo "$oldest"`;

/** Arguments as of INSPECT. Prints the pids when all of them may be signalled. Sends no signal. */
export const MAY_STOP = String.raw`
set -u
how=$1; what=$2
${FIND}
found=$(pids) || { code=$?; echo "$found"; exit $code; }
for pid in $found; do
  kill -0 "$pid" 2>/dev/null && continue
  born "$pid"
  [ -z "$life" ] || { echo "$pid"; exit 215; }
done
echo $found`;

/** Prints our user. Root may manage units; others where polkit says so, which may depend on the unit: then we can't tell. */
export const MAY_MANAGE = String.raw`
id -un
[ "$(id -u)" != 0 ] || exit 0
command -v pkcheck >/dev/null || exit 215
pkcheck --action-id org.freedesktop.systemd1.manage-units --process $$ >/dev/null 2>&1 || exit 240`;

/**
 * Arguments: state directory, file|match, pid file or "", seconds until SIGKILL, then pids that must not be touched.
 * Prints "already", "stopped PID…" or "killed PID…".
 *
 * SIGTERM is sent once: before and after it a mark is left, and whoever finds the mark of the same process (pid and
 * time of birth) only waits. The time until SIGKILL counts from the mark, so that a second try does not begin anew.
 * SIGKILL goes to what the process started as well: nobody is left who would end it.
 */
export const STOP = String.raw`
set -u
dir=$1; how=$2; what=$3; limit=$4; shift 4
${FIND}
under() {
  ps -eo pid=,ppid= 2>/dev/null | ROOTS="$*" awk '
    { parent[$1] = $2; all[++count] = $1 }
    END {
      split(ENVIRON["ROOTS"], given, " ")
      for (i in given) root[given[i]] = 1
      for (i = 1; i <= count; i++)
        for (up = parent[all[i]]; up > 1; up = parent[up]) if (up in root) { print all[i]; break }
    }'
}
umask 027
mkdir -p "$dir/stops" || exit 206
found=$(pids) || { code=$?; echo "$found"; exit $code; }
[ -n "$found" ] || { echo already; exit 0; }
for pid in $found; do
  for other do [ "$pid" != "$other" ] || { echo "$pid"; exit 214; }; done
done
waiting=$(for pid in $found; do born "$pid"; echo "$pid ${'$'}{life#* }"; done)
first=
while read -r pid start; do
  mark=$dir/stops/$pid.$start
  if ! grep -q sent "$mark" 2>/dev/null; then
    date +%s >"$mark" && [ -s "$mark" ] || exit 206
    if ! kill -TERM "$pid" 2>/dev/null && alive "$pid" "$start"; then
      rm -f "$mark"
      echo "$pid"
      exit 215
    fi
    echo sent >>"$mark"
  fi
  sent=$(head -n 1 "$mark")
  if [ -z "$first" ] || [ "$sent" -lt "$first" ]; then first=$sent; fi
done <<END
$waiting
END
result=stopped
killing=
while :; do
  left=$(printf '%s\n' "$waiting" | while read -r pid start; do alive "$pid" "$start" && echo "$pid"; done)
  [ -n "$left" ] || break
  now=$(date +%s)
  if [ "$now" -ge $((first + limit)) ]; then
    [ -n "$killing" ] || killing=$now
    [ "$now" -lt $((killing + 10)) ] || exit 210
    result=killed
    kill -KILL $left $(under $left) 2>/dev/null
  fi
  sleep 0.05
done
printf '%s\n' "$waiting" | while read -r pid start; do rm -f "$dir/stops/$pid.$start"; done
again=$(pids) || again=
[ -z "$again" ] || { echo $again; exit 219; }
echo "$result" $found`;

const PROGRAM = String.raw`
program() {
  case $1 in */*) [ -f "$1" ] && [ -x "$1" ] ;; *) command -v "$1" >/dev/null ;; esac
}`;

/**
 * Arguments: state directory, file|match, pid file or "", working directory or "", command and its arguments.
 * Prints "already" or "started".
 *
 * Starts it in a session of its own, without the lock that guards this script. It is waited for just long enough to
 * see a command that fails at once; whether it is well is asked over HTTP. A mark keeps a second try from starting it
 * twice while it has not yet written its pid file.
 */
export const START = String.raw`
set -u
dir=$1; how=$2; what=$3; cwd=$4; shift 4
${FIND}
${PROGRAM}
found=$(pids)
code=$?
case $code in 0) ;; 212) found= ;; *) exit $code ;; esac
[ -z "$found" ] || { echo already; exit 0; }
if [ -n "$cwd" ]; then cd "$cwd" || exit 216; fi
program "$1" || exit 217
mkdir -p "$dir/starts" || exit 206
mark=$dir/starts/$(printf '%s\n' "$cwd" "$@" | cksum | cut -d' ' -f1)
if [ -f "$mark" ]; then
  read -r pid start <"$mark"
  if alive "$pid" "$start"; then echo already; exit 0; fi
fi
log=$dir/start.log
true >>"$log" || exit 206
size=$(wc -c <"$log")
setsid "$@" </dev/null >>"$log" 2>&1 9>&- &
child=$!
born "$child"
echo "$child ${'$'}{life#* }" >"$mark"
tries=0
while [ $tries -lt 20 ]; do
  born "$child"
  case $life in
    ''|Z*|X*)
      wait "$child"
      code=$?
      [ $code -ne 0 ] || break
      echo $code
      tail -c +$((size + 1)) "$log" | tail -n 5 | tail -c 2000
      exit 218 ;;
  esac
  sleep 0.05
  tries=$((tries + 1))
done
echo started`;

/** Arguments: working directory or "", command. Succeeds when there is such a program. */
export const HAS_PROGRAM = String.raw`
${PROGRAM}
if [ -n "$1" ]; then cd "$1" || exit 216; fi
program "$2" || exit 217`;
