/** Signs a decision with the user's own SSH key, or with what their agent holds. The key never leaves ssh-keygen. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  SIGNATURE_NAMESPACE,
  challengeSchema,
  challengeText,
  makeChallenge,
  signedContent,
} from '../../domain/approval/challenge.ts';
import type { Challenge, ToSign } from '../../domain/approval/challenge.ts';
import { listProblems } from '../../domain/request.ts';
import { CliError, usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { describeKey } from './key.ts';
import type { SigningKey } from './key.ts';

/** `text` is a file of ours: on standard input, ssh-keygen would take it for the passphrase of a locked key. */
export function signCommand(key: string, text: string): string[] {
  return ['ssh-keygen', '-q', '-Y', 'sign', '-f', key, '-n', SIGNATURE_NAMESPACE, text];
}

/**
 * The content of the message that carries the decision, signed. Asks for a passphrase or a touch where the key wants it.
 * @throws CliError; then nothing has been sent
 */
export async function signDecision(
  toSign: ToSign,
  { key, io }: { key: SigningKey; io: Pick<Io, 'err' | 'env' | 'signal'> },
): Promise<Record<string, unknown>> {
  const challenge = makeChallenge(toSign, {
    nonce: randomBytes(16).toString('hex'),
    at: new Date().toISOString(),
  });
  return signedContent(challenge, await sign(textOf(challenge), { key, io }));
}

function textOf(challenge: Challenge): string {
  const { error } = challengeSchema.safeParse(challenge);
  if (error) throw usageError(`This can't be signed: ${listProblems(error).join('; ')}.`);
  return challengeText(challenge);
}

async function sign(
  text: string,
  { key, io }: { key: SigningKey; io: Pick<Io, 'err' | 'env' | 'signal'> },
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'backout-sign-'));
  try {
    const file = join(folder, 'decision');
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
    const { exitCode, stderr } = await run(signCommand(await keyFile(key, folder), file), io);
    if (exitCode !== 0) throw notSigned(whySaid(stderr, describeKey(key)));
    return await readFile(`${file}.sig`, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** ssh-keygen finds the private half of a public key in the agent. */
async function keyFile(key: SigningKey, folder: string): Promise<string> {
  if ('path' in key) return key.path;
  const file = join(folder, 'key.pub');
  await writeFile(file, `${key.held}\n`, { mode: 0o600, flag: 'wx' });
  return file;
}

/** What it asks and says is shown at once: a key on a token waits for a touch. */
async function run(
  [program = '', ...args]: string[],
  { err, env, signal }: Pick<Io, 'err' | 'env' | 'signal'>,
): Promise<{ exitCode: number | null; stderr: string }> {
  // What is not a terminal may never end, and nobody would type a passphrase there.
  const stdin = process.stdin.isTTY ? 'inherit' : 'ignore';
  const child = spawn(program, args, { stdio: [stdin, 'ignore', 'pipe'], env, signal });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (said: string) => {
    stderr += said;
    err(said);
  });
  return await new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(notSigned(error.code === 'ENOENT' ? 'ssh-keygen is not installed' : error.message)),
    );
    child.once('close', (exitCode) => resolve({ exitCode, stderr }));
  });
}

function whySaid(stderr: string, key: string): string {
  if (/Couldn't load public key .*No such file/.test(stderr)) return `there is no key ${key}`;
  if (/incorrect passphrase/.test(stderr)) return `the passphrase of ${key} was not given, or is wrong`;
  if (/UNPROTECTED PRIVATE KEY FILE/.test(stderr)) return `others may read ${key}: run chmod 600 on it`;
  if (/No private key found/.test(stderr)) {
    return `neither beside ${key} nor in an SSH agent (SSH_AUTH_SOCK) is its private half`;
  }
  return `ssh-keygen says: ${stderr.trim().split('\n').at(-1) || 'nothing'}`;
}

function notSigned(why: string): CliError {
  return new CliError(EXIT.failed, `The decision was not signed: ${why}. Nothing was sent.`);
}
