/** What partial rollbacks leave on the target: how everything was before, so that it can be put back. */
import * as z from 'zod';

const common = {
  name: z.string(),
  /** The workflow ID of the rollback that changed it. */
  by: z.string(),
  /** ISO 8601, by the worker's clock. */
  at: z.string(),
  /**
   * `changing` is written before it is touched, `changed` when the rollback has ended well, `restoring` before it is put back.
   * Whoever finds another phase than `changed` goes on with it.
   */
  phase: z.enum(['changing', 'changed', 'restoring']),
};

const flagEntrySchema = z.object({
  kind: z.literal('flag'),
  ...common,
  where: z.string(),
  /** `on` and `off`, or values as they stand in the flag's file. */
  before: z.string(),
  after: z.string(),
});

const fileEntrySchema = z.object({
  kind: z.literal('configuration'),
  ...common,
  file: z.string(),
  /** Where the file of before is kept. */
  kept: z.string(),
  /** SHA-256. */
  before: z.string(),
  after: z.string(),
});

const entrySchema = z.discriminatedUnion('kind', [flagEntrySchema, fileEntrySchema]);
export type FlagEntry = z.infer<typeof flagEntrySchema>;
export type FileEntry = z.infer<typeof fileEntrySchema>;
export type PartialEntry = z.infer<typeof entrySchema>;

export const partialRecordSchema = z.object({
  entries: z.array(entrySchema),
  /** Which processes the rollback `by` found before it restarted each release: one that is none of them was started since. */
  restarts: z.object({ by: z.string(), processes: z.record(z.string(), z.array(z.number())) }).optional(),
  /** Where the logs of the release that serves ended when the rollback `by` last changed what it reads. */
  logs: z
    .object({
      by: z.string(),
      marks: z.array(z.object({ file: z.string(), inode: z.string().nullable(), size: z.number() })),
    })
    .optional(),
});
export type PartialRecord = z.infer<typeof partialRecordSchema>;

/** Name of the record in the target's state directory. */
export const PARTIAL = 'partial';

/** Text that is not such a record is an error: it must not be overlooked. */
export function parsePartial(json: string | null | undefined): PartialRecord {
  return json === null || json === undefined ? { entries: [] } : partialRecordSchema.parse(JSON.parse(json));
}

export function flagEntry({ entries }: PartialRecord, name: string): FlagEntry | null {
  return entries.find((entry): entry is FlagEntry => entry.kind === 'flag' && entry.name === name) ?? null;
}

export function fileEntry({ entries }: PartialRecord, name: string): FileEntry | null {
  return (
    entries.find((entry): entry is FileEntry => entry.kind === 'configuration' && entry.name === name) ?? null
  );
}

/** The record with this entry in the place of the one of the same thing. */
export function withEntry(record: PartialRecord, entry: PartialEntry): PartialRecord {
  return { ...record, entries: [...record.entries.filter((other) => !isOf(entry, other)), entry] };
}

/**
 * What was changed after this in the same file, newest first. Two flags in one file do not touch each other.
 * @param fileOf null for what is in no file
 */
export function newerInTheSameFile(
  { entries }: PartialRecord,
  entry: PartialEntry,
  fileOf: (entry: PartialEntry) => string | null,
): PartialEntry[] {
  const file = fileOf(entry);
  // Whatever is begun is written at the end of the record: its order needs no clock.
  const later = entries
    .slice(entries.findIndex((other) => isOf(entry, other)) + 1)
    .filter((other) => file !== null && fileOf(other) === file)
    .reverse();
  return [entry, ...later].some(({ kind }) => kind === 'configuration') ? later : [];
}

/** What a rollback leaves when it has ended well: it is done, or put back and forgotten. */
export function settled(
  record: PartialRecord,
  { restores, flags, files }: { restores: boolean; flags: { name: string }[]; files: { name: string }[] },
): PartialRecord {
  const isMeant = ({ kind, name }: PartialEntry) =>
    (kind === 'flag' ? flags : files).some((one) => one.name === name);
  const entries = restores
    ? record.entries.filter((entry) => !isMeant(entry))
    : record.entries.map((entry) => (isMeant(entry) ? { ...entry, phase: 'changed' as const } : entry));
  return { ...record, entries };
}

const isOf = (one: PartialEntry, other: PartialEntry): boolean =>
  one.kind === other.kind && one.name === other.name;
