/** Which configuration file is meant. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { BackoutFailure, NOTHING_CHANGED } from '../domain/failure.ts';

export const FILE_NAME = 'backout.yaml';
const SYSTEM_FILE = '/etc/backout/backout.yaml';

export type Search = {
  /** What `--config` says. */
  path?: string | undefined;
  env: NodeJS.ProcessEnv;
  /** Default: the process's working directory. */
  cwd?: string;
};

/**
 * The absolute path of the file: `--config`, else BACKOUT_CONFIG, else ./backout.yaml, else /etc/backout/backout.yaml.
 * @returns null when nothing was named and there is none
 * @throws BackoutFailure InvalidConfiguration when the file that was named is not there
 */
export function findConfigFile({ path, env, cwd = process.cwd() }: Search): string | null {
  const named = path ?? (env['BACKOUT_CONFIG'] || undefined);
  if (named !== undefined) {
    const file = resolve(cwd, named);
    if (existsSync(file)) return file;
    throw noFile(
      `There is no configuration file ${file} (named by ${path === undefined ? 'BACKOUT_CONFIG' : '--config'}).`,
    );
  }
  return searchedFiles(cwd).find((file) => existsSync(file)) ?? null;
}

/** Where a file is looked for that nobody named, the first one first. */
export function searchedFiles(cwd = process.cwd()): string[] {
  return [resolve(cwd, FILE_NAME), SYSTEM_FILE];
}

/** @throws BackoutFailure InvalidConfiguration when there is no file */
export function requireConfigFile(search: Search): string {
  const file = findConfigFile(search);
  if (file !== null) return file;
  const looked = searchedFiles(search.cwd).join(' and ');
  throw noFile(
    `There is no configuration file: neither --config nor BACKOUT_CONFIG names one, and ${looked} are not there.`,
  );
}

function noFile(what: string): BackoutFailure {
  return new BackoutFailure('InvalidConfiguration', {
    what,
    changed: NOTHING_CHANGED,
    next: 'Name it with `--config FILE`, or write one with `backout init`.',
  });
}
