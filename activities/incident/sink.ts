/** Writing into an incident folder: whole files only, under safe names, readable by owner and group. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { EvidenceFile } from '../../src/domain/rollback.ts';
import { formatBytes } from '../../src/domain/report/format.ts';
import { evidenceNotWritten } from './failures.ts';
import type { EvidenceSink } from './folder.ts';
import { safeFileName } from './names.ts';

const FILE_MODE = 0o640;

/** Beginning of the names of files that are not whole yet. Hidden, so that no list or manifest has them. */
export const PARTIAL = '.partial-';

/** A sink for an existing folder. Two sinks may write at once, in one process or two: the last whole file stays. */
export function createSink(folder: string): EvidenceSink {
  const token = randomBytes(6).toString('hex');
  const final = (name: string) => join(folder, safeFileName(name));
  const beside = (name: string) => join(folder, `${PARTIAL}${token}-${safeFileName(name)}`);

  /** Moves a whole file into its place, or leaves nothing behind. */
  const put = async (name: string, write: (path: string) => Promise<Measured>): Promise<EvidenceFile> => {
    const partial = beside(name);
    try {
      const measured = await write(partial);
      await chmod(partial, FILE_MODE);
      await rename(partial, final(name));
      return { name: safeFileName(name), ...measured };
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined);
      throw evidenceNotWritten(error, final(name));
    }
  };

  return {
    folder,
    write: (name, content) =>
      put(name, async (path) => {
        const bytes = Buffer.from(content);
        await writeFile(path, bytes, { mode: FILE_MODE });
        return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
      }),
    path: beside,
    add: async (name, { gzip = false, note } = {}) => {
      const file = gzip
        ? await put(`${safeFileName(name)}.gz`, (path) => compress(beside(name), path))
        : await put(name, measure);
      if (gzip) await rm(beside(name), { force: true });
      const notes = [note, file.note].filter((each) => each !== undefined);
      return notes.length === 0 ? file : { ...file, note: notes.join('; ') };
    },
  };
}

type Measured = Omit<EvidenceFile, 'name'>;

/** Size and SHA-256 of a file, read in pieces. */
export async function measure(path: string): Promise<Measured> {
  const meter = createMeter();
  await pipeline(createReadStream(path), meter.stream, async (pieces) => {
    for await (const _ of pieces) continue;
  });
  return meter.result();
}

async function compress(from: string, to: string): Promise<Measured> {
  const [raw, packed] = [createMeter(), createMeter()];
  await pipeline(
    createReadStream(from),
    raw.stream,
    createGzip(),
    packed.stream,
    createWriteStream(to, { mode: FILE_MODE }),
  );
  return { ...packed.result(), note: `${formatBytes(raw.result().bytes)} before compression` };
}

function createMeter(): { stream: Transform; result(): { bytes: number; sha256: string } } {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length;
      hash.update(piece);
      done(null, piece);
    },
  });
  return { stream, result: () => ({ bytes, sha256: hash.digest('hex') }) };
}
