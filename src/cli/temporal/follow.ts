/** Follows a rollback to its end, through restarts of workers and of the server. */
import { once, setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { RollbackStatus } from '../../domain/rollback.ts';
import { askStatus } from './ask-status.ts';
import { endingOf } from './ending.ts';
import type { Ending } from './ending.ts';

/** Often enough that a step is seen while it runs, and a small load for the worker. */
const EVERY_MS = 150;
const ANSWER_WITHIN_MS = 3000;

export type Follower = {
  client: Client;
  workflowId: string;
  runId?: string | undefined;
  /** Ends the following, never the rollback. */
  signal: AbortSignal;
  /** Without it, only the end is of interest. */
  onStatus?: (status: RollbackStatus) => void | Promise<void>;
  /** Nobody has answered for so many milliseconds. */
  onSilence(milliseconds: number): void | Promise<void>;
};

/**
 * Returns how it ended, or null when the following was ended first. What the callbacks throw ends it, too.
 * @throws WorkflowNotFoundError when there is no such rollback
 */
export async function follow(follower: Follower): Promise<Ending | null> {
  const { client, workflowId, runId, signal } = follower;
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const ending = untilEnd(client, { workflowId, runId }, stop).finally(() => over.abort());
  const ask = () => askStatus(client, { workflowId, runId }, ANSWER_WITHIN_MS);
  const stopped = whenAborted(stop);
  // Awaited below; a callback that throws must not leave it unhandled.
  ending.catch(() => undefined);
  try {
    let silentSince = Date.now();
    while (!stop.aborted) {
      const status = await Promise.race([ask(), stopped]);
      if (status === null) {
        if (!stop.aborted) await follower.onSilence(Date.now() - silentSince);
      } else {
        silentSince = Date.now();
        await follower.onStatus?.(status);
      }
      await wait(EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
    }
    if (signal.aborted) return null;
    if (follower.onStatus !== undefined) {
      const last = await ask().catch(() => null);
      if (last !== null) await follower.onStatus(last);
    }
    return await ending;
  } finally {
    over.abort();
  }
}

/** The end, however often the server is away in between. */
async function untilEnd(
  client: Client,
  rollback: { workflowId: string; runId?: string | undefined },
  stop: AbortSignal,
): Promise<Ending | null> {
  while (!stop.aborted) {
    try {
      return await client.connection.withAbortSignal(listenedToForLong(stop), () =>
        endingOf(client, rollback.workflowId, rollback.runId),
      );
    } catch (error) {
      if (!(error instanceof ServiceError) && !isGrpcServiceError(error)) throw error;
      await wait(EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
    }
  }
  return null;
}

/** The client listens to it anew with each call, which is one a minute, and never takes that back. */
function listenedToForLong(stop: AbortSignal): AbortSignal {
  const signal = AbortSignal.any([stop]);
  setMaxListeners(0, signal);
  return signal;
}

/** One listener for the whole following, however often it is raced against. */
async function whenAborted(signal: AbortSignal): Promise<null> {
  if (!signal.aborted) await once(signal, 'abort');
  return null;
}
