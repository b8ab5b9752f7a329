/** What a rollback leaves on its target, so that the next one can read it and continue, whatever became of the first. */
import * as z from 'zod';

const releaseSchema = z.object({ name: z.string(), version: z.string().nullable() });

export const markerSchema = z.object({
  /** The workflow ID of the rollback that wrote it. */
  owner: z.string(),
  /** An earlier one whose restore it took as it was, or that it went on with, and that had kept the release out till then. */
  heirOf: z.string().optional(),
  from: releaseSchema,
  to: releaseSchema,
  /** `shifting` is written before traffic is touched, `ended` when the rollback has ended in whatever way. */
  phase: z.enum(['shifting', 'shifted', 'stopped', 'ended']),
  outcome: z.string().nullable(),
  /** ISO 8601, by the worker's clock. */
  at: z.string(),
  /** Where the logs of the release returned to ended when traffic came to it. */
  logMarks: z.array(z.object({ file: z.string(), inode: z.string().nullable(), size: z.number() })),
});
export type Marker = z.infer<typeof markerSchema>;

/** Name of the record in the target's state directory. */
export const MARKER = 'rollback';

/** The marker, or null where there is none. Text that is not a marker is an error: it must not be overlooked. */
export function parseMarker(json: string | null): Marker | null {
  return json === null ? null : markerSchema.parse(JSON.parse(json));
}
