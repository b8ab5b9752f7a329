/** Where the `temporal` program is: it holds the dev server. */
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where `npm run setup` puts what it had to build or download. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env['BACKOUT_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'backout');
}

/** The program: named by BACKOUT_TEMPORAL_CLI, on PATH, or in the cache. @throws Error that says how to get it */
export function findTemporalCli(env: NodeJS.ProcessEnv = process.env): string {
  const named = env['BACKOUT_TEMPORAL_CLI'];
  const onPath = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'temporal'));
  const candidates = [
    ...(named === undefined ? [] : [named]),
    ...onPath,
    join(cacheFolder(env), 'bin', 'temporal'),
  ];
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(
    'The Temporal CLI (`temporal`) was not found: not on PATH, not in the cache. ' +
      'Get it with `npm run setup` in a checkout of Backout, or from https://docs.temporal.io/cli, ' +
      'or name it in BACKOUT_TEMPORAL_CLI. Nothing was changed.',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
