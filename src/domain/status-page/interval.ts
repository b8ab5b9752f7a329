/** When the next update is due. Pure; times in milliseconds. */
import type { StatusPageSettings } from './settings.ts';

/** An update is posted this long before the time that was promised, so that it stands there by then. */
export const LEAD_MS = 60_000;

type Intervals = Pick<StatusPageSettings, 'everyMinutes' | 'slowAfterMinutes' | 'slowEveryMinutes'>;

/** By when customers are promised the next update. */
export function promisedAt(
  settings: Intervals,
  { now, startedAt }: { now: number; startedAt: number },
): number {
  const isSlow = now - startedAt >= settings.slowAfterMinutes * 60_000;
  return now + (isSlow ? settings.slowEveryMinutes : settings.everyMinutes) * 60_000;
}
