/** Reads secrets where the configuration says they are. Their values appear in no message, whatever goes wrong. */
import { readFile } from 'node:fs/promises';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { SecretRef } from '../../src/domain/secret.ts';

/** Where a secret is, as people read it: `environment variable SLACK_INCIDENTS`, `file /run/secrets/slack`. */
export function describeSecret(ref: SecretRef): string {
  return 'env' in ref ? `environment variable ${ref.env}` : `file ${ref.file}`;
}

/**
 * The secret's value, read anew each time, without the line break that editors put at the end of a file.
 * @throws BackoutFailure InvalidConfiguration, which names the variable or file
 */
export async function readSecret(ref: SecretRef, env: NodeJS.ProcessEnv): Promise<string> {
  const value = 'env' in ref ? fromEnvironment(env[ref.env]) : await fromFile(ref.file);
  if ('problem' in value) {
    throw new BackoutFailure('InvalidConfiguration', {
      what: `The worker has no secret in the ${describeSecret(ref)}: ${value.problem}.`,
      changed: 'Traffic and data were not changed by this.',
      next:
        'env' in ref
          ? `Set ${ref.env} for the worker and start it again.`
          : `Put the secret into ${ref.file}, readable by the worker.`,
    });
  }
  return value.secret;
}

type Read = { secret: string } | { problem: string };

function fromEnvironment(value: string | undefined): Read {
  if (value === undefined) return { problem: 'it is not set' };
  return notEmpty(value);
}

async function fromFile(file: string): Promise<Read> {
  try {
    return notEmpty((await readFile(file, 'utf8')).replace(/(\r?\n)+$/, ''));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { problem: 'there is no such file' };
    return {
      problem: code === 'EACCES' ? 'the worker may not read it' : `it can't be read (${code ?? 'unknown'})`,
    };
  }
}

function notEmpty(value: string): Read {
  return value.trim() === '' ? { problem: 'it is empty' } : { secret: value };
}
