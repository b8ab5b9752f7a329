/**
 * Ending a command that is given up before it is known to run: it may begin only afterwards, because a daemon or a server
 * that was asked for it begins it whether or not we are still there. Every such command bears a mark that is its own, and looks,
 * before it does anything, for a file of that name. Who ends it first leaves the file, then kills what bears the mark: what
 * began before is found, and what begins later finds the file. Pure.
 */

/** Where a file can be left; the first that lets us. */
const FOLDERS = '/dev/shm /tmp /var/tmp';

/** The name of the file, before a hyphen and the mark. */
const ENDED = 'backout-ended';

/** Of sh: ends it when the command whose mark is `mark` has been given up. `mark` may be a variable, such as $1. */
export function unlessEnded(mark: string): string {
  return `for folder in ${FOLDERS}; do [ ! -e "$folder/${ENDED}-${mark}" ] || exit 1; done`;
}

/** Of sh: leaves the file for the mark `$1`; those of another day are taken away. */
export const LEAVE_WORD = String.raw`
told=
for folder in ${FOLDERS}; do
  [ -d "$folder" ] || continue
  find "$folder" -maxdepth 1 -name '${ENDED}-*' -mmin +1440 -exec rm -f {} +
  if true >"$folder/${ENDED}-$1"; then told=1; break; fi
done 2>/dev/null`;

/**
 * Argument: the mark. Ends the command whose shell has it in its command line, with its process group. The brackets keep grep
 * from finding itself.
 * @returns exit code 0 when the command runs no more, and will not
 */
const END_GROUP = String.raw`
${LEAVE_WORD}
for file in $(grep -ls "${ENDED}[-]$1" /proc/[0-9]*/cmdline 2>/dev/null); do
  pid=${'$'}{file#/proc/}; pid=${'$'}{pid%/cmdline}
  kill -s KILL -- "-$pid" 2>/dev/null && told=1
done
[ -n "$told" ]`;

export function endGroup(mark: string): string[] {
  return ['sh', '-c', END_GROUP, 'backout', mark];
}
