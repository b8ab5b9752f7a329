/** A git repository to push tags to, whose answer can be held back: before it takes a tag, or after. */
import { execFile } from 'node:child_process';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** `pre-receive`: not taken yet. `post-receive`: taken, and nobody knows. */
export type HeldBack = 'pre-receive' | 'post-receive';

export type TagRemote = {
  path: string;
  /** The first push from now on is held there; those after it are not. */
  holdBack(at: HeldBack): Promise<void>;
  isHeld(): Promise<boolean>;
  /** Lets it go on, and waits until it has. */
  letGo(): Promise<void>;
  /** `NAME COMMIT` of each tag whose name begins so, the oldest name first. */
  tags(prefix: string): Promise<string[]>;
  commitOf(ref: string): Promise<string>;
};

/** The first to make the folder is held until `go` is there; its end is told by `gone`. */
const HOLD = `#!/bin/sh
mkdir held 2>/dev/null || exit 0
while [ ! -e go ]; do sleep 0.05; done
touch gone
`;

/** In `folder`, with a commit for each version, tagged `vVERSION`. */
export async function makeTagRemote(folder: string, versions: string[]): Promise<TagRemote> {
  const path = join(folder, 'listings.git');
  const clone = join(folder, 'listings');
  await git('init', '--quiet', '--bare', path);
  await git('init', '--quiet', clone);
  for (const version of versions) {
    await git('-C', clone, 'commit', '--quiet', '--allow-empty', '-m', version);
    await git('-C', clone, 'tag', `v${version}`);
  }
  await git('-C', clone, 'push', '--quiet', path, '--all');
  await git('-C', clone, 'push', '--quiet', path, '--tags');
  const isThere = async (name: string) =>
    await stat(join(path, name)).then(
      () => true,
      () => false,
    );
  return {
    path,
    holdBack: async (at) => {
      for (const name of ['held', 'go', 'gone', 'hooks'])
        await rm(join(path, name), { recursive: true, force: true });
      await mkdir(join(path, 'hooks'));
      await writeFile(join(path, 'hooks', at), HOLD, { mode: 0o755 });
    },
    isHeld: () => isThere('held'),
    letGo: async () => {
      await writeFile(join(path, 'go'), '');
      while ((await isThere('held')) && !(await isThere('gone')))
        await new Promise((resolve) => setTimeout(resolve, 10));
    },
    tags: async (prefix) => {
      const said = await git(
        ...['-C', path, 'for-each-ref', '--format=%(refname:short) %(*objectname)', `refs/tags/${prefix}`],
      );
      return said === '' ? [] : said.split('\n');
    },
    commitOf: (ref) => git('-C', path, 'rev-parse', `${ref}^{commit}`),
  };
}

async function git(...args: string[]): Promise<string> {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@localhost'];
  return (await promisify(execFile)('git', [...who, ...args])).stdout.trim();
}
