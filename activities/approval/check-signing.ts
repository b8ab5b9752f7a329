/** Could signed answers be verified on this worker, and has everybody a key who would be asked? Changes nothing. */
import { readFile } from 'node:fs/promises';
import type { Person } from '../../src/domain/approval/people.ts';
import { describePerson, listed } from '../../src/domain/approval/words.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { Finding } from '../../src/domain/readiness.ts';
import { execute } from '../commands/execute.ts';
import { matchPrincipalsCommand } from './commands.ts';
import type { Signers } from './commands.ts';

const TIMEOUT_MS = 10_000;
const NAME = 'signatures';

/** @param people those who answer with a signature or not at all; never empty */
export async function checkSigning(signers: Signers, people: Person[]): Promise<Finding> {
  const problem = await whyUnverifiable(signers);
  if (problem !== null) return { name: NAME, ok: false, ...problem };
  const { allowedSignersFile: file } = signers;
  try {
    const known = await Promise.all(people.map(async (person) => await hasKey(signers, person)));
    const without = people.filter((_, index) => known[index] === false);
    if (without.length === 0) return { name: NAME, ok: true, detail: `verified with ${file}` };
    const names = listed(
      without.map(({ id }) => describePerson(people, id)),
      'and',
    );
    return {
      name: NAME,
      ok: false,
      // Somebody else can answer, unless nobody can.
      ...(without.length < people.length ? { optional: true } : {}),
      detail: `${file} has no key of ${names}, who can not answer without`,
      fix: `Add their public keys: ${without[0]?.principal} namespaces="backout-decision" ssh-ed25519 AAAA…`,
    };
  } catch (error) {
    if (!(error instanceof BackoutFailure)) throw error;
    return { name: NAME, ok: false, detail: error.parts.what, fix: error.parts.next };
  }
}

async function whyUnverifiable(signers: Signers): Promise<Pick<Finding, 'detail' | 'fix'> | null> {
  for (const file of [signers.allowedSignersFile, signers.revokedKeysFile]) {
    if (file === undefined) continue;
    try {
      await readFile(file);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      return {
        detail: `${file} can't be read (${code}), so no signed answer counts`,
        fix: 'Put the file there, on every worker, readable by the worker.',
      };
    }
  }
  return null;
}

/** Null where ssh-keygen is older than 8.9, which can't be asked. */
async function hasKey(signers: Signers, { principal }: Person): Promise<boolean | null> {
  const { exitCode, stderr } = await execute(matchPrincipalsCommand(signers, principal), {
    timeoutMs: TIMEOUT_MS,
  });
  if (exitCode === 0) return true;
  return /No principal matched/.test(stderr) ? false : null;
}
