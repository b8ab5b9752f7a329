/** Whether a decision was really signed by the person whom it names. OpenSSH's own ssh-keygen says so; nothing is changed. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readChallenge } from '../../src/domain/approval/challenge.ts';
import type { Expected } from '../../src/domain/approval/challenge.ts';
import type { Proof } from '../../src/domain/approval/state.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { execute } from '../commands/execute.ts';
import type { Executed } from '../commands/execute.ts';
import { findPrincipalsCommand, verifyCommand } from './commands.ts';
import type { Signers } from './commands.ts';
import { fingerprintIn, problemIn } from './said.ts';
import type { SignatureProblem } from './said.ts';

export type SignatureVerdict =
  | { verified: true; proof: Extract<Proof, { assurance: 'signed' }> }
  /** `why`: a sentence without a full stop, for who sent it. */
  | { verified: false; problem: SignatureProblem; why: string };

export type SignatureQuestion = {
  expected: Expected;
  /** The name of the person that the message names, in the allowed-signers file. */
  principal: string;
  signers: Signers;
};

const TIMEOUT_MS = 10_000;

/**
 * Verifies a signed message. Safe to repeat: only the time changes the answer.
 * @returns for every signature, good or bad
 * @throws BackoutFailure InvalidConfiguration when a file of the configuration can't be read; ProgramMissing,
 * CommandFailed. The decision is then neither taken nor refused on its merits
 */
export async function verifySignature(
  { expected, principal, signers }: SignatureQuestion,
  options: { signal?: AbortSignal } = {},
): Promise<SignatureVerdict> {
  const read = readChallenge(expected);
  const { signed } = expected.message;
  if ('why' in read || signed === undefined) {
    return { verified: false, problem: 'challenge', why: 'why' in read ? read.why : 'it has no signature' };
  }
  await mustBeReadable([signers.allowedSignersFile, signers.revokedKeysFile]);
  return await withSignatureFile(signed.signature, async (signatureFile) => {
    const run = (argv: string[]) =>
      execute(argv, { stdin: signed.challenge, timeoutMs: TIMEOUT_MS, ...options });
    const result = await run(verifyCommand(signers, { principal, signatureFile }));
    options.signal?.throwIfAborted();
    const fingerprint = result.exitCode === 0 ? fingerprintIn(result.stdout) : null;
    if (fingerprint !== null) {
      return { verified: true, proof: { assurance: 'signed', nonce: read.challenge.nonce, fingerprint } };
    }
    mustHaveJudged(result);
    const said = problemIn(result.stderr);
    if (said !== null) return { verified: false, ...said };
    return { verified: false, ...(await whyNotTheirs({ principal, signers, signatureFile, run })) };
  });
}

/** In a folder of our own that is removed again, whatever happens. */
async function withSignatureFile<Result>(
  signature: string,
  use: (signatureFile: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'backout-signature-'));
  try {
    const file = join(folder, 'signature');
    await writeFile(file, signature, { mode: 0o600, flag: 'wx' });
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function mustBeReadable(files: (string | undefined)[]): Promise<void> {
  for (const file of files) {
    if (file === undefined) continue;
    try {
      await readFile(file);
    } catch (error) {
      throw unreadable(`${file} can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
    }
  }
}

/** ssh-keygen looked at the signature, and did not fail for a reason of its own. */
function mustHaveJudged(result: Executed): void {
  if (!result.timedOut && /^Could not verify signature/m.test(result.stdout)) return;
  const said = result.stderr.trim().split('\n').at(-1) || `exit code ${result.exitCode}`;
  throw new BackoutFailure('CommandFailed', {
    what: result.timedOut
      ? `ssh-keygen did not verify a signature within ${TIMEOUT_MS / 1000} s.`
      : `ssh-keygen could not verify a signature: ${said}.`,
    changed: UNCHANGED,
    next: 'See whether `ssh-keygen -Y verify` works on the worker (OpenSSH 8.2 or newer).',
  });
}

const UNCHANGED = 'The decision was not taken; traffic and data were not changed by this.';

function unreadable(what: string): BackoutFailure {
  return new BackoutFailure('InvalidConfiguration', {
    what: `Signatures can't be verified: ${what}`,
    changed: UNCHANGED,
    next: 'Put the file there, readable by the worker, then sign again.',
  });
}

type Tried = {
  principal: string;
  signers: Signers;
  signatureFile: string;
  run: (argv: string[]) => Promise<Executed>;
};

/** The signature is good, but not by a key that counts for this person. ssh-keygen does not say which of the two it is. */
async function whyNotTheirs(tried: Tried): Promise<{ problem: SignatureProblem; why: string }> {
  const { principal, signers, signatureFile, run } = tried;
  const { allowedSignersFile, revokedKeysFile } = signers;
  if (revokedKeysFile !== undefined) {
    const unrevoked = await run(verifyCommand({ allowedSignersFile }, { principal, signatureFile }));
    if (unrevoked.exitCode === 0) {
      return {
        problem: 'key-revoked',
        why: `the key is revoked in ${revokedKeysFile}, or that is no list of keys`,
      };
    }
  }
  const { stdout } = await run(findPrincipalsCommand(signers, { signatureFile }));
  const owners = stdout.split('\n').filter((line) => line !== '');
  const why =
    owners.length === 0
      ? `no line of ${allowedSignersFile} has the key that signed it`
      : `it was signed with a key of ${owners.join(', ')}, not of ${principal}`;
  return { problem: 'unknown-signer', why };
}
