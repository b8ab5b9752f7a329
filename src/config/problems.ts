/** What is wrong with a configuration file, and how it is said: all at once, each with its place. */
import { relative } from 'node:path';
import { BackoutFailure, NOTHING_CHANGED } from '../domain/failure.ts';

export type ConfigPath = readonly PropertyKey[];

export type Problem = {
  path: ConfigPath;
  /** What is wrong, and after a semicolon what to do. */
  message: string;
  /** Point at the key itself, not at its value. */
  atKey?: boolean;
};

/** A problem with its place in the file; both count from 1. */
export type PlacedProblem = Problem & { file: string; line: number; column: number };

/** `backout.yaml:12:7: services.listings.target: what is wrong; what to do` */
export function formatProblem({ file, line, column, path, message }: PlacedProblem): string {
  const where = formatPath(path);
  return `${file}:${line}:${column}: ${where === '' ? '' : `${where}: `}${message}`;
}

/** `services.listings.environments.production.smoke.urls[0]` */
export function formatPath(path: ConfigPath): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** The file is wrong: lists every problem. */
export class ConfigurationError extends BackoutFailure {
  readonly problems: PlacedProblem[];

  constructor(file: string, problems: PlacedProblem[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super('InvalidConfiguration', {
      what: `${shortPath(file)} has ${count}:\n${problems.map((problem) => `  ${formatProblem(problem)}`).join('\n')}\n`,
      changed: NOTHING_CHANGED,
      next: 'Correct the file, then run `backout check`.',
    });
    // The problems have lines of their own: what follows them must not run into the last one.
    this.message = Object.values(this.parts).join(' ');
    this.problems = problems;
  }
}

/** Relative to the working directory where that is shorter to read. */
export function shortPath(file: string): string {
  const near = relative(process.cwd(), file);
  return near === '' || near.startsWith('..') ? file : near;
}
