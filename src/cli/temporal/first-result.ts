/** For a run that nobody watches: what its first steps come to, so that one that is refused at once is not called started. */
import { setTimeout as wait } from 'node:timers/promises';
import type { RollbackStatus } from '../../domain/rollback.ts';
import type { Session } from './connect.ts';
import type { Ending } from './ending.ts';
import { follow } from './follow.ts';

/** Reading a large backup takes longer: then the run goes on, and its status says the rest. */
const WITHIN_MS = 10_000;

/** How it ended, where it did so at once; null when it is under way, or its plan takes longer to be made. */
export async function firstResult(
  { client }: Session,
  started: { workflowId: string; runId: string },
  signal: AbortSignal,
): Promise<Ending | null> {
  const enough = new AbortController();
  void wait(WITHIN_MS, undefined, { signal: enough.signal, ref: false }).then(
    () => enough.abort(),
    () => undefined,
  );
  try {
    return await follow({
      client,
      ...started,
      signal: AbortSignal.any([signal, enough.signal]),
      onStatus: (status) => (isUnderWay(status) ? enough.abort() : undefined),
      onSilence: () => undefined,
    });
  } finally {
    enough.abort();
  }
}

/** It has its lock and its plan; or, where there is no plan to make, its lock and something to hold. */
function isUnderWay({ plan, freeze }: RollbackStatus): boolean {
  return plan !== null || (freeze?.holds.some(({ state }) => state !== 'pending') ?? false);
}
