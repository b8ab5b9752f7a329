/** Which key signs a decision. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { usageError } from '../errors.ts';
import type { Io } from '../io.ts';

/** A file, private or public; or the public half of a key that the SSH agent holds, as `ssh-add -L` prints it. */
export type SigningKey = { path: string } | { held: string };

/** As ssh itself looks for them. */
const USUAL = ['id_ed25519', 'id_ed25519_sk', 'id_ecdsa', 'id_ecdsa_sk', 'id_rsa'];

/** An agent that hangs must not keep a decision from being signed with a file. */
const AGENT_WITHIN_MS = 5000;

/**
 * `--key FILE`, else BACKOUT_SIGNING_KEY, else the first key that the SSH agent holds, else the first usual one that is there.
 * @param named the option's value
 * @throws CliError `usage` when there is no key
 */
export async function signingKey(
  named: string | undefined,
  { env, err }: Pick<Io, 'env' | 'err'>,
): Promise<SigningKey> {
  const path = named ?? env['BACKOUT_SIGNING_KEY'];
  if (path) return { path };
  const held = await heldKeys(env);
  if (held[0] !== undefined) {
    const many = `the first of ${held.length} that your SSH agent holds; --key or BACKOUT_SIGNING_KEY names another`;
    if (held.length > 1) err(`Signing with ${describeKey({ held: held[0] })}, ${many}.\n`);
    return { held: held[0] };
  }
  const folder = join(env['HOME'] || homedir(), '.ssh');
  const found = USUAL.flatMap((name) => [join(folder, name), join(folder, `${name}.pub`)]).find((file) =>
    existsSync(file),
  );
  if (found !== undefined) return { path: found };
  throw usageError(
    `No key to sign with: name it (--key FILE), or set BACKOUT_SIGNING_KEY. No SSH agent holds one, and ${folder} has none.`,
  );
}

/** For messages. */
export function describeKey(key: SigningKey): string {
  if ('path' in key) return key.path;
  const [type = '', , ...comment] = key.held.split(' ');
  return `the agent's key ${comment.join(' ') || type}`;
}

/** One line for each key; none where there is no agent. */
async function heldKeys(env: NodeJS.ProcessEnv): Promise<string[]> {
  if (!env['SSH_AUTH_SOCK']) return [];
  try {
    const { stdout } = await promisify(execFile)('ssh-add', ['-L'], { env, timeout: AGENT_WITHIN_MS });
    return stdout.split('\n').filter((line) => line !== '');
  } catch {
    // It exits with 1 when the agent holds no key.
    return [];
  }
}
