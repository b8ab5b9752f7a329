/** Why evidence could not be written, in words for an operator. */
import { hostname } from 'node:os';
import { BackoutFailure } from '../../src/domain/failure.ts';

/** Holds for every step that only writes records. */
export const RECORDS_ONLY =
  'Traffic and data were not changed by this: it only keeps records, and what earlier steps did stays done.';

/** The failure for an error of the file system. One that is a BackoutFailure already is returned as it is. */
export function evidenceNotWritten(error: unknown, path: string): BackoutFailure {
  if (error instanceof BackoutFailure) return error;
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
  const { why, next } = explain(code, { message, path });
  return new BackoutFailure('EvidenceNotWritten', {
    what: `${path} could not be written on the worker ${hostname()}: ${why}.`,
    changed: RECORDS_ONLY,
    next: `${next} Then decide \`retry\`; or \`skip\` to go on without it.`,
  });
}

function explain(code: string, { message, path }: { message: string; path: string }) {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return { why: `no space is left (${code})`, next: 'Free space on that disk.' };
    case 'EACCES':
    case 'EPERM':
      return {
        why: `the worker may not write there (${code})`,
        next: `Let the worker's user write to the folder of ${path}.`,
      };
    case 'EROFS':
      return { why: 'the file system is read-only (EROFS)', next: 'Mount it writable.' };
    case 'ENOTDIR':
    case 'EEXIST':
      return {
        why: `something that is no folder stands in its way (${code})`,
        next: 'Correct `incidents.directory` in the configuration, or move that file away.',
      };
    default:
      return { why: message.trim().replace(/\.$/, ''), next: 'See what is wrong with that disk.' };
  }
}
