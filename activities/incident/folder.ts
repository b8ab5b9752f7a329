/** The incident folder: one per rollback, on the worker's disk, with evidence written as it is captured. */
import type { EvidenceFile } from '../../src/domain/rollback.ts';

/** Where evidence goes. Writing a name again replaces it, so that a repeated step leaves one copy. */
export type EvidenceSink = {
  /** Absolute path of the folder. */
  readonly folder: string;
  /** Writes text (or bytes) as `name`, readable by the owner and group only. */
  write(name: string, content: string | Uint8Array): Promise<EvidenceFile>;
  /** Absolute path to stream into; `add` it afterwards. */
  path(name: string): string;
  /** Records a file that was streamed to `path(name)`. With `gzip`, it is compressed first and gets `.gz`. */
  add(name: string, options?: { gzip?: boolean; note?: string }): Promise<EvidenceFile>;
};
