/** The constant scripts that measure and count a release's logs on its host, and how their output reads. Pure. */
import type { LogMark } from '../../src/domain/verification.ts';

/** GNU and BusyBox `stat` know -c, BSD's and macOS' -f. */
const STAT = String.raw`
if stat -c %i / >/dev/null 2>&1; then measure() { stat -L -c '%i %s' -- "$1"; }
else measure() { stat -L -f '%i %z' -- "$1"; }
fi`;

/** Arguments: files. Prints, for each, "INODE SIZE", or "-" where there is none. */
const MARK = String.raw`${STAT}
for file do measure "$file" 2>/dev/null || echo -; done`;

/**
 * Arguments: a pattern, then FILE INODE SIZE for each file ("-" as inode: it did not exist).
 * Prints, for each, "STATE COUNT". Exits 3 when grep refuses the pattern.
 *
 * A log that was rotated since is followed: the rest of the old file is found by its inode, beside the new one.
 */
const COUNT = String.raw`${STAT}
pattern=$1; shift
LC_ALL=C; export LC_ALL
count() { grep -a -c -E -e "$pattern"; }
echo | count >/dev/null; [ $? -le 1 ] || exit 3
while [ $# -gt 0 ]; do
  file=$1 inode=$2 size=$3; shift 3
  if [ ! -e "$file" ]; then echo 'missing 0'; continue; fi
  if [ ! -r "$file" ] || [ ! -f "$file" ]; then echo 'unreadable 0'; continue; fi
  read -r now_inode now_size <<END
$(measure "$file")
END
  if [ "$inode" = - ]; then
    echo "new $(count <"$file")"
  elif [ "$now_inode" != "$inode" ]; then
    folder=$(dirname -- "$(readlink -f -- "$file" || echo "$file")")
    old() { find "$folder" -maxdepth 1 -type f -inum "$inode" "$@" 2>/dev/null; }
    if [ -z "$(old)" ]; then echo "lost $(count <"$file")"; continue; fi
    rest=$(old -exec tail -c "+$((size + 1))" {} \; | count)
    echo "rotated $((rest + $(count <"$file")))"
  elif [ "$now_size" -lt "$size" ]; then
    echo "truncated $(count <"$file")"
  else
    echo "same $(tail -c "+$((size + 1))" -- "$file" | count)"
  fi
done`;

/**
 * Arguments: a pattern, seconds to look back, units. Prints, for each unit, "STATE COUNT". Exits 3 when grep refuses
 * the pattern, 4 without journalctl.
 *
 * The time is given as "so many seconds ago", so that a host whose clock differs from the worker's counts right.
 * Who may not read a journal sees an empty one, without an error: a unit with no entry at all is therefore no zero.
 */
const COUNT_JOURNAL = String.raw`
pattern=$1 ago=$2; shift 2
LC_ALL=C; export LC_ALL
count() { grep -a -c -E -e "$pattern"; }
echo | count >/dev/null; [ $? -le 1 ] || exit 3
command -v journalctl >/dev/null || exit 4
for unit do
  if [ -z "$(journalctl -q --unit="$unit" -n 1 -o cat 2>/dev/null)" ]; then echo 'empty 0'; continue; fi
  echo "same $(journalctl -q --unit="$unit" --since="-$ago"s -o cat | count)"
done`;

/** The host printed what the scripts never print, such as a greeting of its login shell. */
export class UnexpectedOutput extends Error {
  override readonly name = 'UnexpectedOutput';
}

/** Measures where each file ends now. */
export function markCommand(files: string[]): string[] {
  return ['sh', '-c', MARK, 'backout', ...files];
}

/** Counts the lines that match the extended regular expression and were written since the marks. */
export function countCommand(pattern: string, marks: LogMark[]): string[] {
  const triples = marks.flatMap(({ file, inode, size }) => [file, inode ?? '-', String(size)]);
  return ['sh', '-c', COUNT, 'backout', pattern, ...triples];
}

/** Counts the journal's lines of each unit that match and are at most this many seconds old. */
export function countJournalCommand(
  pattern: string,
  { units, secondsAgo }: { units: string[]; secondsAgo: number },
) {
  return [
    'sh',
    '-c',
    COUNT_JOURNAL,
    'backout',
    pattern,
    String(Math.max(1, Math.ceil(secondsAgo))),
    ...units,
  ];
}

/** One mark per file, in order. @throws UnexpectedOutput */
export function readMarks(files: string[], stdout: string): LogMark[] {
  const lines = outputLines(stdout, files.length);
  return files.map((file, index) => {
    const match = /^(?:-|(\d+) (\d+))$/.exec(lines[index] ?? '');
    if (!match) throw new UnexpectedOutput(`measuring ${file} printed ${JSON.stringify(lines[index])}`);
    return { file, inode: match[1] ?? null, size: Number(match[2] ?? 0) };
  });
}

/**
 * - `same`: counted from the mark.
 * - `new`: it did not exist at the switch; counted from its start.
 * - `rotated`: the rest of the old file and the new one.
 * - `lost`: rotated, and the old file is gone; only the new one is counted.
 * - `truncated`: emptied since; counted from its start.
 * - `missing`, `unreadable`, `empty`: nothing can be said.
 */
const STATES = ['same', 'new', 'rotated', 'lost', 'truncated', 'missing', 'unreadable', 'empty'] as const;
export type LogCount = { source: string; state: (typeof STATES)[number]; lines: number };

/** One count per file or unit, in order. @throws UnexpectedOutput */
export function readCounts(sources: string[], stdout: string): LogCount[] {
  const lines = outputLines(stdout, sources.length);
  return sources.map((source, index) => {
    const [word, digits] = (lines[index] ?? '').split(' ');
    const state = STATES.find((known) => known === word);
    if (!state || !/^\d+$/.test(digits ?? '')) {
      throw new UnexpectedOutput(`counting ${source} printed ${JSON.stringify(lines[index])}`);
    }
    return { source, state, lines: Number(digits) };
  });
}

function outputLines(stdout: string, expected: number): string[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  if (lines.length !== expected)
    throw new UnexpectedOutput(`${expected} lines expected, but ${lines.length} printed: ${stdout}`);
  return lines;
}
