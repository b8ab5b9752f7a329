/** The commands that tag a commit in a remote repository. Pure: argument lists, run elsewhere. */
import type { FaultyTag } from '../../src/domain/git.ts';

/** Nobody is there to type a password or to say yes to a host key: such a question would wait for ever. */
const ASKING_NOBODY = ['GIT_TERMINAL_PROMPT=0', 'GIT_SSH_COMMAND=ssh -o BatchMode=yes'];

const git = (...args: string[]): string[] => ['env', ...ASKING_NOBODY, 'git', ...args];

/** Prints a line where the remote has the tag, and nothing where it has not. */
export const findTag = ({ remote, name }: FaultyTag) => git('ls-remote', '--', remote, `refs/tags/${name}`);

/** A repository of nothing, to make the tag in. */
export const initEmpty = (folder: string) => git('init', '--quiet', '--bare', folder);

/** The one commit, without what came before it. */
export const fetchCommit = (folder: string, { remote, ref }: FaultyTag) =>
  git('-C', folder, 'fetch', '--quiet', '--depth=1', '--no-tags', '--', remote, ref);

/** With the time of the rollback: each try makes the same tag, to the byte. The message is standard input. */
export const makeTag = (folder: string, { name, at }: FaultyTag) => [
  ...['env', ...ASKING_NOBODY, `GIT_COMMITTER_DATE=${at}`, 'git', '-C', folder],
  ...['-c', 'user.name=Backout', '-c', 'user.email=backout@localhost', '-c', 'tag.gpgSign=false'],
  ...['tag', '--annotate', '--force', '--file=-', '--cleanup=verbatim', name, 'FETCH_HEAD^{commit}'],
];

/** Without force: a tag of that name that is another one stays. */
export const pushTag = (folder: string, { remote, name }: FaultyTag) =>
  git('-C', folder, 'push', '--quiet', '--', remote, `refs/tags/${name}:refs/tags/${name}`);
