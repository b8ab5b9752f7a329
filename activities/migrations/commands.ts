/** How a migration tool's command is run in a release's folder, and its files are listed. Pure. */
import type { Release } from '../../src/domain/plan.ts';

export const NO_FOLDER = 216;
export const NO_PROGRAM = 217;
const NO_INPUT = 218;

/**
 * Arguments: the folder or "", how many variables, their names, then the command. Their values come on standard input, a
 * line each: as arguments they would show in `ps`.
 */
export const RUN_IN = String.raw`
folder=$1 left=$2; shift 2
while [ "$left" -gt 0 ]; do
  IFS= read -r value || exit ${NO_INPUT}
  export "$1=$value"; shift; left=$((left - 1))
done
if [ -n "$folder" ]; then cd "$folder" || exit ${NO_FOLDER}; fi
command -v "$1" >/dev/null || exit ${NO_PROGRAM}
exec "$@" </dev/null`;

/** Argument: the folder. */
export const LIST_FILES = String.raw`
cd "$1" || exit ${NO_FOLDER}
exec ls -1A`;

export type Run = {
  argv: readonly string[];
  folder?: string | undefined;
  environment?: Record<string, string>;
};

export function runIn({ argv, folder = '', environment = {} }: Run): { argv: string[]; stdin: string } {
  const names = Object.keys(environment);
  return {
    argv: ['sh', '-c', RUN_IN, 'backout', folder, String(names.length), ...names, ...argv],
    stdin: names.map((name) => `${environment[name]}\n`).join(''),
  };
}

export function listFiles(folder: string): string[] {
  return ['sh', '-c', LIST_FILES, 'backout', folder];
}

/** What may stand in a path: it can't lead out of the folder that the configuration means. */
const FIT = /^(?!\.\.?$)[\w.+@-]+$/;

/** What is known of a release; a backup may be told its version alone. */
export type Named = Partial<Release>;

/**
 * The text with $release and $version replaced.
 * @returns why not, where the release has no version, or none that can be part of a path
 */
export function forRelease(text: string, release: Named): { text: string } | { why: string } {
  const wanted: [string, string | null | undefined][] = [
    ['$release', release.name],
    ['$version', release.version],
  ];
  let replaced = text;
  for (const [placeholder, value] of wanted) {
    if (!text.includes(placeholder)) continue;
    if (value == null) return { why: `${placeholder} in ${text} is not known` };
    if (!FIT.test(value)) return { why: `${placeholder} in ${text} is "${value}", which no path may hold` };
    replaced = replaced.replaceAll(placeholder, () => value);
  }
  return { text: replaced };
}
