/** Commands of OpenSSH's ssh-keygen that verify signatures. The signed text is given on standard input. */
import { SIGNATURE_NAMESPACE } from '../../src/domain/approval/challenge.ts';

/** Who may sign, on this worker, as ssh-keygen(1) has it under ALLOWED SIGNERS. */
export type Signers = {
  allowedSignersFile: string;
  revokedKeysFile?: string | undefined;
};

/** Exit code 0: the signature is of this text, for our namespace, by a key of this principal that is valid now. */
export function verifyCommand(
  { allowedSignersFile, revokedKeysFile }: Signers,
  { principal, signatureFile }: { principal: string; signatureFile: string },
): string[] {
  const revoked = revokedKeysFile === undefined ? [] : ['-r', revokedKeysFile];
  const who = ['-f', allowedSignersFile, '-I', principal];
  return ['ssh-keygen', '-Y', 'verify', ...who, '-n', SIGNATURE_NAMESPACE, '-s', signatureFile, ...revoked];
}

/** Prints whose key it is, one principal a line. Says nothing of what was signed. */
export function findPrincipalsCommand(
  { allowedSignersFile }: Signers,
  { signatureFile }: { signatureFile: string },
): string[] {
  return ['ssh-keygen', '-Y', 'find-principals', '-f', allowedSignersFile, '-s', signatureFile];
}

/** Exit code 0: the file has a line for this principal. */
export function matchPrincipalsCommand({ allowedSignersFile }: Signers, principal: string): string[] {
  return ['ssh-keygen', '-Y', 'match-principals', '-f', allowedSignersFile, '-I', principal];
}
