/** Tags a commit in a remote repository, with nothing but git on the worker: no clone is kept. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import { withoutSignIn } from '../../src/domain/git.ts';
import type { FaultyTag } from '../../src/domain/git.ts';
import { cutAt, oneLine } from '../../src/domain/report/plain.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import { fetchCommit, findTag, initEmpty, makeTag, pushTag } from './commands.ts';
import { inFolder } from './folder.ts';

const MAX_SAID = 300;

/**
 * Idempotent: a tag that is there is left alone, and what each try makes is the same.
 * @param host the worker's own machine
 * @throws BackoutFailure CommandFailed (worth another try) or InvalidConfiguration
 */
export async function pushFaultyTag(
  host: Host,
  tag: FaultyTag,
  signal: AbortSignal,
): Promise<{ outcome: 'done' | 'already'; proof: string }> {
  const run = async (argv: string[], stdin?: string) =>
    await host.run(argv, { signal, sudo: false, ...(stdin === undefined ? {} : { stdin }) });
  const isThere = async () => checked(await run(findTag(tag)), tag, 'be asked').stdout.trim() !== '';
  const said = `Tag ${tag.name} in ${tag.remote}`;
  if (await isThere()) return { outcome: 'already', proof: `${said} was there` };
  const pushed = await inFolder(async (folder) => {
    checked(await run(initEmpty(folder)), tag, 'be prepared');
    fetched(await run(fetchCommit(folder, tag)), tag);
    checked(await run(makeTag(folder, tag), tag.message), tag, 'be tagged');
    return await run(pushTag(folder, tag));
  });
  // An earlier try that nobody waits for any more was quicker.
  if (pushed.exitCode !== 0 && (await isThere())) return { outcome: 'already', proof: `${said} was there` };
  checked(pushed, tag, 'be pushed to');
  if (!(await isThere())) throw failed(tag, 'it took the tag, but does not have it');
  return { outcome: 'done', proof: `${said} marks ${tag.ref} as rolled back` };
}

function fetched(result: CommandResult, tag: FaultyTag): void {
  if (!/couldn't find remote ref|not our ref/i.test(result.stderr))
    return void checked(result, tag, 'be read');
  throw new BackoutFailure('InvalidConfiguration', {
    what: `The faulty version was not tagged: ${tag.remote} knows no ${tag.ref}.`,
    changed: 'Traffic and data were not changed by this.',
    next: 'Correct `git.ref`, and tag it by hand.',
  });
}

function checked(result: CommandResult, tag: FaultyTag, what: string): CommandResult {
  if (result.exitCode === 0) return result;
  throw failed(
    tag,
    `it could not ${what} (exit ${result.exitCode}): ${cutAt(oneLine(withoutSignIn(result.stderr)), MAX_SAID)}`,
  );
}

const failed = ({ remote }: FaultyTag, why: string): BackoutFailure =>
  new BackoutFailure('CommandFailed', {
    what: `The faulty version was not tagged in ${remote}: ${why}.`,
    changed: 'Traffic and data were not changed by this.',
    next: 'See whether the worker may push there, and tag it by hand.',
  });
