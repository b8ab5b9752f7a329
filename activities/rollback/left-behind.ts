/** What another rollback has left beside the live database, before this one begins with its own. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { Deps } from '../deps.ts';
import type { Postgres } from '../postgres/client.ts';
import { find, readFacts } from '../postgres/restore/facts.ts';
import { isEnded } from './steps.ts';

type Looking = { postgres: Postgres; run: string; takenOver: string | undefined; signal: AbortSignal };

/**
 * Another rollback that has ended and left its restore beside the live database. One that still runs keeps it.
 * @throws BackoutFailure AlreadyRunning where another's freeze holds its writes: only that freeze's lift may free them
 */
export async function leftBehind(
  deps: Deps,
  { postgres, run, takenOver, signal }: Looking,
): Promise<string | null> {
  const live = find(await readFacts(postgres, signal), postgres.settings.name);
  const marker = live?.marker;
  if (marker?.is !== 'live' || marker.run === run) return null;
  if (marker.held !== null) throw frozenBy(postgres, marker.run);
  return (await isEnded(deps, takenOver)(marker.run)) ? marker.run : null;
}

/** Read from the database itself: also where the requests of the service are let through again. */
function frozenBy(postgres: Postgres, run: string): BackoutFailure {
  return new BackoutFailure('AlreadyRunning', {
    what: `It is frozen: the writes of ${postgres.describe()} are held by the freeze ${run}, and are not proved to be lifted.`,
    changed: 'No data was changed, and its writes stay held.',
    next:
      `If ${run} still waits, answer it (\`backout status\`). Else lift the freeze with \`backout unfreeze SERVICE\`, ` +
      'or go on with it and restore: `backout freeze SERVICE`, then decide `full`.',
  });
}
