/** What was read of a file, as text that is byte for byte the same when it is written again. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { ReadFile } from '../../files/driver.ts';

/** @throws BackoutFailure FileUnusable when it is not UTF-8: other bytes would change by themselves */
export function textOf({ path, bytes }: Pick<ReadFile, 'path' | 'bytes'>, host: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BackoutFailure('FileUnusable', {
      what: `${path} on ${host} is not UTF-8 text.`,
      changed: 'This file was not changed. Traffic and data were not changed.',
      next: 'Correct the path or `format` in the configuration, or change it by hand.',
    });
  }
}
