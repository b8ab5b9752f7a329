/** Which key signs a decision. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { usageError } from '../errors.ts';

/** As ssh itself looks for them. */
const USUAL = ['id_ed25519', 'id_ed25519_sk', 'id_ecdsa', 'id_ecdsa_sk', 'id_rsa'];

/**
 * `--sign KEY`, else BACKOUT_SIGNING_KEY, else the first of the usual keys that is there.
 * @param named the option's value; true where it has none
 * @throws CliError `usage` when there is no key
 */
export function signingKey(named: string | true, env: NodeJS.ProcessEnv): string {
  if (named !== true) return named;
  const configured = env['BACKOUT_SIGNING_KEY'];
  if (configured) return configured;
  const folder = join(env['HOME'] || homedir(), '.ssh');
  const found = USUAL.flatMap((name) => [join(folder, name), join(folder, `${name}.pub`)]).find((path) =>
    existsSync(path),
  );
  if (found !== undefined) return found;
  throw usageError(
    `No key to sign with: name it (--sign KEY), or set BACKOUT_SIGNING_KEY. ${folder} has none.`,
  );
}
