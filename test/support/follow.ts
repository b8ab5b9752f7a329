/** A rollback as its caller sees it: status, and how it ended. */
import { WorkflowFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RollbackResult, RollbackStatus } from '../../src/domain/rollback.ts';
import { statusQuery } from '../../workflows/messages.ts';
import { until } from './until.ts';

export type StartedRollback = {
  handle: WorkflowHandle;
  /** Its result, or its failure. */
  ended(): Promise<Ended>;
  status(): Promise<RollbackStatus>;
  /** Waits until the status is as wanted. */
  until(what: string, isSo: (status: RollbackStatus) => boolean): Promise<RollbackStatus>;
};

/** How a rollback ended, in the words that its caller sees. */
export type Ended =
  { result: RollbackResult; failure: null } | { result: RollbackResult | null; failure: Failure };
export type Failure = { type: string; message: string };

/** Follows a rollback that runs. */
export function follow(handle: WorkflowHandle): StartedRollback {
  const status = () => handle.query(statusQuery);
  return {
    handle,
    ended: () => ended(handle),
    status,
    until: async (what, isSo) => {
      let last: RollbackStatus | undefined;
      await until(
        what,
        async () => {
          last = await status();
          return isSo(last);
        },
        { timeoutMs: 60_000 },
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${JSON.stringify(last)}`);
      });
      return last as unknown as RollbackStatus;
    },
  };
}

async function ended(handle: WorkflowHandle): Promise<Ended> {
  try {
    return { result: (await handle.result()) as RollbackResult, failure: null };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (!(cause instanceof ApplicationFailure)) {
      return {
        result: null,
        failure: { type: cause?.name ?? 'unknown', message: cause?.message ?? error.message },
      };
    }
    const result = (cause.details?.[0] ?? null) as RollbackResult | null;
    return { result, failure: { type: cause.type ?? 'unknown', message: cause.message } };
  }
}
