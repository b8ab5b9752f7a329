/** What a restore loses, counted again after the plan was made: the database is written to until it is replaced. */
import type { DatabasePlan } from './plan.ts';

export type LossCount = {
  /** ISO 8601, by the worker's clock: when it was counted. */
  at: string;
  /** Nobody writes there any more: it was counted in the database that was replaced, or while the service was stopped. */
  isFinal: boolean;
  /** ISO 8601: the newest row; null where nothing tells. */
  lastChangeAt: string | null;
  newerRows: DatabasePlan['newerRows'];
  /** Why nothing could be counted; null where the database answered. */
  problem: string | null;
};

/** The last count, as the status shows it. */
export type Loss = LossCount & {
  /** ISO 8601: when the database was last seen to answer; null where it has not been since RESTORE is awaited. */
  answeredAt: string | null;
};

/** A count that could not be made. */
export const uncounted = (at: string, problem: string): LossCount => ({
  ...{ at, isFinal: false, lastChangeAt: null, newerRows: [], problem },
});
