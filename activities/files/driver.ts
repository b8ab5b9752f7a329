/** Configuration files on their host: read as a whole, replaced as a whole. */
import { createHash } from 'node:crypto';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import { explained } from '../lock/lock.ts';
import type { Guard } from '../lock/lock.ts';
import { failureOf } from './failures.ts';
import { MAY_REPLACE, READ, REPLACE } from './scripts.ts';

export type ReadFile = {
  /** As it was asked for. */
  path: string;
  /** Where it is once symlinks are followed. */
  realPath: string;
  /** "root:root 644" */
  ownerAndMode: string;
  sha256: string;
  bytes: Buffer;
};

export type Replacement = {
  file: Pick<ReadFile, 'path' | 'realPath' | 'sha256'>;
  bytes: Buffer;
  /** The path under which the file of now is kept. */
  kept: string;
  guard: Guard;
};

export type Files = {
  /** @throws BackoutFailure FileUnusable when it is missing or too large, PermissionDenied */
  read(path: string, signal?: AbortSignal): Promise<ReadFile>;
  /**
   * Replaces the whole file at once; owner and mode stay. Safe to run again, and to be killed at any instant.
   * @returns whether it was changed by this call
   * @throws BackoutFailure FileChanged when it is not as it was read any more; PermissionDenied
   */
  replace(replacement: Replacement): Promise<boolean>;
  /** Could `replace` do it? Looks only. @throws BackoutFailure PermissionDenied */
  requireReplaceable(file: ReadFile): Promise<void>;
};

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'backout', ...args];

export function createFiles(host: Host): Files {
  const judged = (path: string, result: CommandResult): CommandResult => {
    const failure = failureOf(host.name, path, result);
    if (failure !== null) throw failure;
    return explained(host, path, result);
  };
  return {
    read: async (path, signal) => {
      const result = await host.run(sh(READ, path), signal ? { signal } : {});
      const [realPath = '', ownerAndMode = '', digest = '', ...lines] = judged(path, result).stdout.split(
        '\n',
      );
      const bytes = Buffer.from(lines.join(''), 'base64');
      if (sha256(bytes) !== digest) throw readWhileWritten(host.name, path);
      return { path, realPath, ownerAndMode, sha256: digest, bytes };
    },
    replace: async ({ file, bytes, kept, guard }) => {
      const args = [file.realPath, file.sha256, sha256(bytes), kept];
      const stdin = `${bytes.toString('base64')}\n`;
      const { stdout } = judged(file.path, await host.run(guard(sh(REPLACE, ...args)), { stdin }));
      return stdout.trim() === 'changed';
    },
    requireReplaceable: async ({ path, realPath }) => {
      judged(path, await host.run(sh(MAY_REPLACE, realPath)));
    },
  };
}

/** Two reads of it, the sum and the content, saw two different files. */
function readWhileWritten(host: string, path: string): BackoutFailure {
  return new BackoutFailure('FileChanged', {
    what: `${path} on ${host} was changed while it was read.`,
    changed: 'Nothing was changed by this: it only reads.',
    next: 'See who writes it, and start again.',
  });
}
