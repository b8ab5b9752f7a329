import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findConfigFile, requireConfigFile } from '../../src/config/find.ts';
import { newFolder } from './support.ts';

function folderWith(...names: string[]): string {
  const folder = newFolder();
  for (const name of names) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), '');
  }
  return folder;
}

describe('the configuration file', () => {
  it('is the one that --config names, before all others', () => {
    const cwd = folderWith('backout.yaml', 'env.yaml', 'flag.yaml');
    expect(findConfigFile({ path: 'flag.yaml', env: { BACKOUT_CONFIG: 'env.yaml' }, cwd })).toBe(
      join(cwd, 'flag.yaml'),
    );
  });

  it('is else the one that BACKOUT_CONFIG names', () => {
    const cwd = folderWith('backout.yaml', 'env.yaml');
    expect(findConfigFile({ env: { BACKOUT_CONFIG: 'env.yaml' }, cwd })).toBe(join(cwd, 'env.yaml'));
  });

  it('is else backout.yaml in the working directory, also when BACKOUT_CONFIG is empty', () => {
    const cwd = folderWith('backout.yaml');
    expect(findConfigFile({ env: { BACKOUT_CONFIG: '' }, cwd })).toBe(join(cwd, 'backout.yaml'));
  });

  it('is refused when it was named and is not there, even where another one is', () => {
    const cwd = folderWith('backout.yaml');
    expect(() => findConfigFile({ path: 'gone.yaml', env: {}, cwd })).toThrow(
      `There is no configuration file ${join(cwd, 'gone.yaml')} (named by --config). ` +
        'Nothing was changed: traffic and data are as they were. Name it with `--config FILE`, or write one with `backout init`.',
    );
  });

  it('may be missing for a client, and must be there for a worker', () => {
    const cwd = newFolder();
    expect(findConfigFile({ env: {}, cwd })).toBeNull();
    expect(() => requireConfigFile({ env: {}, cwd })).toThrow(
      `There is no configuration file: neither --config nor BACKOUT_CONFIG names one, and ${join(cwd, 'backout.yaml')} and /etc/backout/backout.yaml are not there.`,
    );
  });
});
