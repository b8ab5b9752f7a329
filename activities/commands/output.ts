/** What a program writes: kept up to a limit, written to a file, and never waited for by a full pipe. */
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BackoutFailure } from '../../src/domain/failure.ts';

const BEGINNING_BYTES = 4096;

/** Keeps the first or the last bytes of a stream and counts them all. */
export class Bounded {
  total = 0;
  /** The first 4 KiB, whatever else is kept. */
  beginning = '';
  readonly #limit: number;
  readonly #keep: 'first' | 'last';
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(stream: Readable, { limit, keep }: { limit: number; keep: 'first' | 'last' }) {
    this.#limit = limit;
    this.#keep = keep;
    stream.on('data', (chunk: Buffer) => this.#add(chunk));
  }

  get truncated(): boolean {
    return this.total > this.#limit;
  }

  text(): string {
    const all = Buffer.concat(this.#chunks);
    const kept = this.#keep === 'first' ? all.subarray(0, this.#limit) : all.subarray(-this.#limit);
    return kept.toString('utf8');
  }

  #add(chunk: Buffer): void {
    if (this.total < BEGINNING_BYTES)
      this.beginning += chunk.subarray(0, BEGINNING_BYTES - this.total).toString();
    this.total += chunk.length;
    if (this.#keep === 'first' && this.#size >= this.#limit) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#keep === 'last' && this.#size - (this.#chunks[0]?.length ?? 0) >= this.#limit) {
      this.#size -= this.#chunks.shift()?.length ?? 0;
    }
  }
}

/**
 * Streams into a local file, readable by owner and group only.
 * @returns the number of bytes
 * @throws BackoutFailure EvidenceNotWritten when the file can't be written
 */
export async function intoFile(stream: Readable, path: string): Promise<number> {
  const file = createWriteStream(path, { mode: 0o640 });
  try {
    await pipeline(stream, file);
  } catch (error) {
    throw new BackoutFailure(
      'EvidenceNotWritten',
      {
        what: `${path} could not be written: ${error instanceof Error ? error.message : String(error)}.`,
        changed: 'This command only reads: it changed nothing.',
        next: "See the worker's disk: space, and permissions of the folder.",
      },
      { cause: error },
    );
  }
  return file.bytesWritten;
}
