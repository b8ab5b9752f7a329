/**
 * Restoring a backup beside the live database and swapping the two. Each phase reads the live state first and may be
 * run again, from any worker, after anything was killed: it goes on from the markers (see marker.ts). Until the one
 * transaction of the swap has committed, the live database is what it was; after it, the restored one is live.
 */
import type { Postgres } from '../client.ts';
import { abandon } from './abandon.ts';
import type { Abandoned } from './abandon.ts';
import type { RestoreJob } from './job.ts';
import { prepare, refuse } from './prepare.ts';
import type { Prepared } from './prepare.ts';
import { look } from './server.ts';
import type { Context } from './server.ts';
import type { Stage } from './stage.ts';
import { swap } from './swap.ts';
import type { Swapped } from './swap.ts';

export type Restore = {
  /** How far this run has come. Changes nothing. */
  stage(): Promise<Stage['is']>;
  /** Could it be done? Changes nothing. @throws BackoutFailure RestoreRefused with all reasons */
  check(): Promise<void>;
  /** Restores beside the live database, which serves on; checks and analyzes. Takes as long as a restore takes. */
  prepare(): Promise<Prepared>;
  /** Makes the restored database the live one: all at once. Only after a person has confirmed. */
  swap(): Promise<Swapped>;
  /** Takes back everything that has not become live: also of another run, which must have ended. See `abandon`. */
  abandon(run?: string): Promise<Abandoned>;
};

export function createRestore(postgres: Postgres, job: RestoreJob): Restore {
  const context: Context = { postgres, job };
  return {
    stage: async () => (await look(context)).stage.is,
    check: async () => await refuse(context, await look(context)),
    prepare: () => prepare(context),
    swap: () => swap(context),
    abandon: (run) => abandon(context, run),
  };
}
