/** Configuration files for tests: the smallest good one, and ways to write one into a folder of its own. */
import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, formatProblem } from '../../src/config/problems.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { LoadOptions } from '../../src/config/load.ts';

export const SMALL = `version: 1
services:
  listings:
    environments:
      production:
        target:
          kind: nginx-blue-green
          site: /etc/nginx/listings
          upstream: listings
          probe: { url: 'http://127.0.0.1/', identityHeader: X-Colour }
          colours:
            blue:
              servers: ['127.0.0.1:8080']
              url: http://127.0.0.1:8080
              version: { header: X-Version }
              process: { systemd: blue.service }
            green:
              servers: ['127.0.0.1:8081']
              url: http://127.0.0.1:8081
              version: { header: X-Version }
              process: { systemd: green.service }
`;

export function newFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'backout-config-')));
}

/** Writes backout.yaml into a new folder and returns its path. */
export function writeConfig(text: string, folder = newFolder()): string {
  const file = join(folder, 'backout.yaml');
  writeFileSync(file, text);
  return file;
}

/** The problems of a file as they are printed, with `FILE` for its path. */
export async function problemsIn(text: string, options: Partial<LoadOptions> = {}): Promise<string[]> {
  const path = writeConfig(text);
  try {
    await loadConfig({ path, env: {}, ...options });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map((problem) => formatProblem(problem).replace(path, 'FILE'));
  }
}
