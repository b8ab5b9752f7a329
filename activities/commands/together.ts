/**
 * Reads that are wanted at the same moment, as one command: over SSH one session instead of many, and everywhere one
 * process of ours. It is only a shortcut: whatever does not go that way is run by itself.
 */
import { randomUUID } from 'node:crypto';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { Executed } from './execute.ts';
import { DEFAULT_TIMEOUT_MS, MAX_OUTPUT_BYTES } from './host.ts';
import type { CommandResult, Host, RunOptions } from './host.ts';
import { checked } from './outcome.ts';

/**
 * Arguments: boundary, then for each command the number of its words and the words. They run side by side; what each
 * wrote comes out one after the other: standard output, the boundary, standard error, the boundary with the exit code.
 * In memory where there is such a folder. Whatever goes wrong here shows as a missing boundary.
 */
const TOGETHER = String.raw`
umask 077
boundary=$1; shift
dir=$(mktemp -d /dev/shm/backout.XXXXXX 2>/dev/null || mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
perform() {
  words=$1; shift
  rest=$(($# - words))
  while [ "$words" -gt 0 ]; do first=$1; shift; set -- "$@" "$first"; words=$((words - 1)); done
  shift "$rest"
  ("$@") >"$out" 2>"$err" </dev/null
  printf '\n%s %s\n' "$boundary" "$?" >>"$err"
  printf '\n%s\n' "$boundary" >>"$out"
}
list= number=0
while [ $# -gt 0 ]; do
  number=$((number + 1)) out=$dir/$number.out err=$dir/$number.err
  perform "$@" &
  list="$list $out $err"
  shift "$(($1 + 1))"
done
wait
cat $list`;

/** What must be quick goes alone, so that it is not given up because of slower company, nor the company because of it. */
const AT_LEAST_MS = 10_000;

type Wanted = {
  argv: readonly string[];
  options: RunOptions;
  resolve: (result: CommandResult | Promise<CommandResult>) => void;
  reject: (reason: unknown) => void;
};

/**
 * The same host for commands that only read: those asked for in one go are run by one command. A command that changes
 * anything must not be given to it, because it may be run twice.
 */
export function together(host: Host): Host {
  let waiting: Wanted[] = [];
  const flush = () => {
    const wanted = waiting;
    waiting = [];
    for (const group of groups(wanted)) void runGroup(host, group);
  };
  return {
    name: host.name,
    warm: () => host.warm(),
    close: () => host.close(),
    run: (argv, options = {}) => {
      if (!fits(options)) return host.run(argv, options);
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) queueMicrotask(flush);
        waiting.push({ argv, options, resolve, reject });
      });
    },
  };
}

function fits({ stdin = '', outputFile, timeoutMs = DEFAULT_TIMEOUT_MS }: RunOptions): boolean {
  return stdin === '' && outputFile === undefined && timeoutMs >= AT_LEAST_MS;
}

/** What runs with other rights, or ends for another reason, is no company. */
function groups(wanted: Wanted[]): Wanted[][] {
  const found: Wanted[][] = [];
  for (const one of wanted) {
    const { sudo, signal } = one.options;
    const group = found.find(([first]) => first?.options.sudo === sudo && first?.options.signal === signal);
    if (group) group.push(one);
    else found.push([one]);
  }
  return found;
}

async function runGroup(host: Host, group: Wanted[]): Promise<void> {
  try {
    const results = group.length > 1 ? await runTogether(host, group) : null;
    for (const [index, { argv, options, resolve }] of group.entries()) {
      const result = results?.[index];
      resolve(
        result
          ? settled(() => checked(result, { host: host.name, argv, sudo: false }))
          : host.run(argv, options),
      );
    }
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}

const settled = async (look: () => CommandResult): Promise<CommandResult> => look();

/**
 * Null when the shortcut does not work there: each command then says for itself what is wrong.
 * @throws whatever would be the same for each of them: time is up, the host is out of reach, the caller gave up
 */
async function runTogether(host: Host, group: Wanted[]): Promise<Executed[] | null> {
  const boundary = randomUUID();
  const words = group.flatMap(({ argv }) => [String(argv.length), ...argv]);
  const limits = group.map(({ options }) => options.maxOutputBytes ?? MAX_OUTPUT_BYTES);
  const { sudo, signal } = group[0]?.options ?? {};
  try {
    const whole = await host.run(['sh', '-c', TOGETHER, 'backout', boundary, ...words], {
      ...(sudo === undefined ? {} : { sudo }),
      ...(signal === undefined ? {} : { signal }),
      timeoutMs: Math.max(...group.map(({ options }) => options.timeoutMs ?? DEFAULT_TIMEOUT_MS)),
      maxOutputBytes: limits.reduce((total, limit) => total + limit, 0),
    });
    const results = readTogether(whole, boundary);
    const isWhole = ({ stdout }: Executed, index: number) => stdout.length <= (limits[index] ?? 0);
    return results.length === group.length && results.every(isWhole) ? results : null;
  } catch (error) {
    const type = error instanceof BackoutFailure ? error.type : null;
    if (type === 'ProgramMissing' || type === 'PermissionDenied') return null;
    throw error;
  }
}

/** What each command said; fewer than there were when something is missing. */
function readTogether({ stdout, durationMs }: CommandResult, boundary: string): Executed[] {
  const parts = stdout.split(`\n${boundary}`);
  // Standard output; "\n" and standard error; " code\n" and the next one's standard output; and so on.
  const rest = { durationMs, timedOut: false, aborted: false, stderrBeginning: '' };
  const results: Executed[] = [];
  let out = parts[0] ?? '';
  for (let index = 1; index + 1 < parts.length; index += 2) {
    const end = /^ (\d+)\n/.exec(parts[index + 1] ?? '');
    if (!end) break;
    const stderr = (parts[index] ?? '').slice(1);
    results.push({ ...rest, exitCode: Number(end[1]), stdout: out, stderr });
    out = (parts[index + 1] ?? '').slice(end[0].length);
  }
  return results;
}
