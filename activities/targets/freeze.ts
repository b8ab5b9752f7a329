/** What a freeze leaves on its target, so that whoever comes next knows of it and can lift it. */
import * as z from 'zod';

export const freezeRecordSchema = z.object({
  /** The workflow ID of the freeze that holds it now: a later one goes on with what an earlier one has left. */
  owner: z.string(),
  /** Who froze it first, why and when. */
  by: z.string(),
  reason: z.string(),
  /** Lets the requests through that carry it. Worth no more than the site file that it stands in. */
  token: z.string(),
  /**
   * `holding` is written before anything is touched, `requests-lifted` when requests are proved to be let through again and
   * writes are not, `lifted` when nothing is held any more.
   */
  phase: z.enum(['holding', 'held', 'requests-lifted', 'lifted']),
  /** ISO 8601, by the worker's clock. Kept by those that go on with it. */
  at: z.string(),
});
export type FreezeRecord = z.infer<typeof freezeRecordSchema>;

/** Name of the record in the target's state directory. */
export const FREEZE = 'freeze';

/** The freeze that has not been lifted, or null. Text that is not such a record is an error: it must not be overlooked. */
export function parseFreeze(json: string | null | undefined): FreezeRecord | null {
  if (json === null || json === undefined) return null;
  const record = freezeRecordSchema.parse(JSON.parse(json));
  return record.phase === 'lifted' ? null : record;
}
