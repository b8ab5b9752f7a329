/** Times of day as the live view shows them: in UTC, as in the report. */

/** `04:15:02` */
export const clock = (iso: string): string => new Date(iso).toISOString().slice(11, 19);

/** Milliseconds between two ISO 8601 times; 0 where clocks differ the wrong way round. */
export function between(from: string, to: string): number {
  return Math.max(0, new Date(to).getTime() - new Date(from).getTime());
}
