/** What ssh-keygen says of a signature that it does not take. It says it in words only: its exit code is always the same. */

/** Why a signature does not count. */
export type SignatureProblem =
  /** The signed text does not fit the message, the run, the plan or the time, or was used before. */
  | 'challenge'
  | 'not-a-signature'
  | 'wrong-namespace'
  | 'tampered'
  | 'unknown-signer'
  | 'key-expired'
  | 'key-not-yet-valid'
  | 'key-not-for-decisions'
  | 'key-revoked';

type Said = { pattern: RegExp; problem: SignatureProblem; why: string };

const SAYINGS: Said[] = [
  {
    pattern: /namespace does not match/,
    problem: 'wrong-namespace',
    why: 'the signature was made for something else, not for decisions in Backout',
  },
  {
    pattern: /incorrect signature/,
    problem: 'tampered',
    why: 'the signature is not of this text: one of the two was changed',
  },
  {
    pattern: /couldn't parse signature|invalid format|sshsig_armor|sshsig_dearmor/i,
    problem: 'not-a-signature',
    why: 'it is no SSH signature',
  },
  { pattern: /key has expired/, problem: 'key-expired', why: 'the key has expired' },
  { pattern: /key is not yet valid/, problem: 'key-not-yet-valid', why: 'the key is not valid yet' },
  {
    pattern: /not permitted for use in signature namespace/,
    problem: 'key-not-for-decisions',
    why: 'the key may sign other things, but not decisions',
  },
];

/** What is wrong with the signature, where ssh-keygen says it; it says nothing of a key that is not this person's. */
export function problemIn(stderr: string): { problem: SignatureProblem; why: string } | null {
  const found = SAYINGS.find(({ pattern }) => pattern.test(stderr));
  return found === undefined ? null : { problem: found.problem, why: found.why };
}

/** `SHA256:…` of the key that made a good signature. */
export function fingerprintIn(stdout: string): string | null {
  return /^Good "[^"]+" signature .* key (SHA256:\S+)$/m.exec(stdout)?.[1] ?? null;
}
