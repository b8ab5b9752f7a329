/** The faulty version's tag, with real git and a real repository. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLocalHost } from '../../activities/commands/local.ts';
import { pushFaultyTag } from '../../activities/git/tag.ts';
import type { FaultyTag } from '../../src/domain/git.ts';

const HOST = createLocalHost('local', { sudo: false });
const SIGNAL = new AbortController().signal;

let folder: string;
let remote: string;
const git = async (...args: string[]) =>
  (
    await promisify(execFile)('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args])
  ).stdout.trim();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backout-git-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  const clone = await mkdtemp(join(folder, 'clone-'));
  remote = `${clone}.git`;
  await git('init', '--quiet', '--bare', remote);
  await git('init', '--quiet', clone);
  for (const version of ['1.4.0', '1.5.0']) {
    await writeFile(join(clone, 'VERSION'), version);
    await git('-C', clone, 'add', 'VERSION');
    await git('-C', clone, 'commit', '--quiet', '-m', version);
    await git('-C', clone, 'tag', `v${version}`);
  }
  await git('-C', clone, 'push', '--quiet', '--all', remote);
  await git('-C', clone, 'push', '--quiet', '--tags', remote);
});

const NAME = 'rollback/listings/1.5.0/20261121T031500Z';
const tagOf = (change: Partial<FaultyTag> = {}): FaultyTag => ({
  remote,
  ref: 'v1.5.0',
  name: NAME,
  at: '2026-11-21T03:15:00.000Z',
  message: 'Rolled back: listings in production\n\n# Reason: 5xx',
  ...change,
});
const push = (change: Partial<FaultyTag> = {}) => pushFaultyTag(HOST, tagOf(change), SIGNAL);
const inRemote = (...args: string[]) => git('-C', remote, ...args);

describe('a faulty version', () => {
  it('is tagged in the remote with an annotated tag on its commit, and nothing is left on the worker', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('backout-tag-'));
    expect(await push()).toEqual({
      outcome: 'done',
      proof: `Tag ${NAME} in ${remote} marks v1.5.0 as rolled back`,
    });
    expect(await inRemote('cat-file', '-t', NAME)).toBe('tag');
    expect(await inRemote('rev-parse', `${NAME}^{commit}`)).toBe(await inRemote('rev-parse', 'v1.5.0'));
    expect(
      await inRemote('for-each-ref', '--format=%(contents)|%(taggerdate:iso-strict)', `refs/tags/${NAME}`),
    ).toBe('Rolled back: listings in production\n\n# Reason: 5xx|2026-11-21T03:15:00+00:00');
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('backout-tag-'))).toEqual(before);
  });

  it('is tagged once, however often that is tried and by however many at once', async () => {
    const outcomes = await Promise.all([push(), push(), push()]);
    expect(outcomes.map(({ outcome }) => outcome)).toContain('done');
    const object = await inRemote('rev-parse', NAME);
    expect(await push()).toEqual({ outcome: 'already', proof: `Tag ${NAME} in ${remote} was there` });
    expect(await inRemote('rev-parse', NAME)).toBe(object);
    expect(await inRemote('tag', '--list', 'rollback/*')).toBe(NAME);
  });

  it('leaves nothing of a worker that was killed a day ago, and lets one that works just now alone', async () => {
    const [old, young] = await Promise.all(
      ['old-', 'young-'].map((name) => mkdtemp(join(tmpdir(), `backout-tag-${name}`))),
    );
    await writeFile(join(old ?? '', 'FETCH_HEAD'), '');
    const longAgo = new Date(Date.now() - 25 * 3_600_000);
    await utimes(old ?? '', longAgo, longAgo);
    expect(await push()).toMatchObject({ outcome: 'done' });
    expect((await readdir(tmpdir())).filter((name) => /^backout-tag-(old|young)-/.test(name))).toEqual([
      basename(young ?? ''),
    ]);
    await rm(young ?? '', { recursive: true });
  });

  it('that the repository does not know is told from a repository that does not answer', async () => {
    await expect(push({ ref: 'v9.9.9' })).rejects.toMatchObject({
      type: 'InvalidConfiguration',
      message: `The faulty version was not tagged: ${remote} knows no v9.9.9. Traffic and data were not changed by this. Correct \`git.ref\`, and tag it by hand.`,
    });
    const nowhere = join(folder, 'nowhere.git');
    await expect(push({ remote: nowhere })).rejects.toMatchObject({
      type: 'CommandFailed',
      message: expect.stringContaining(
        `The faulty version was not tagged in ${nowhere}: it could not be asked (exit 128)`,
      ),
    });
  });

  it('that may not be pushed is said with what git says', async () => {
    await mkdir(join(remote, 'hooks'), { recursive: true });
    await writeFile(join(remote, 'hooks', 'pre-receive'), '#!/bin/sh\necho "tags are closed"; exit 1\n', {
      mode: 0o755,
    });
    await expect(push()).rejects.toMatchObject({
      type: 'CommandFailed',
      message: expect.stringContaining('tags are closed'),
    });
    expect(await inRemote('tag', '--list', 'rollback/*')).toBe('');
  });
});
