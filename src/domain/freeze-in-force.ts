/** Which services are frozen, from what the runs that hold and lift have noted of it in Temporal. Pure. */
import * as z from 'zod';
import { HOLDS, isFrozen } from './freeze.ts';
import type { FreezeStatus, HoldName, HoldState } from './freeze.ts';

const STATES = [
  'pending',
  'working',
  'held',
  'failed',
  'lifted',
  'not-needed',
] as const satisfies HoldState[];

/** What a run notes in its memo, which is read where no worker answers, and after its end. */
const freezeMemoSchema = z.object({
  service: z.string(),
  environment: z.string(),
  by: z.string(),
  reason: z.string(),
  since: z.string(),
  holds: z.array(z.object({ name: z.enum(HOLDS), state: z.enum(STATES), at: z.string() })),
});
export type FreezeMemo = z.infer<typeof freezeMemoSchema>;

/** Without proofs and details, which a memo has no room for. */
export function freezeMemo({ service, environment, by, reason, since, holds }: FreezeStatus): FreezeMemo {
  return {
    ...{ service, environment, by, reason, since },
    // A hold that is being worked on has no time of its own yet: it is as new as the run.
    holds: holds.map(({ name, state, at }) => ({ name, state, at: at ?? since })),
  };
}

/** Null for a run that has noted nothing of a freeze. */
export function readFreezeMemo(memo: unknown): FreezeMemo | null {
  const { success, data } = freezeMemoSchema.safeParse(memo);
  return success ? data : null;
}

/** A run that has held or lifted something. */
export type FreezingRun = {
  workflowId: string;
  isRunning: boolean;
  /** It was only ever to lift a freeze. */
  isLift: boolean;
  freeze: FreezeMemo;
};

/** A freeze that is in force: as its newest run has it. */
export type FreezeInForce = Pick<FreezeStatus, 'service' | 'environment' | 'by' | 'reason' | 'since'> & {
  holds: { name: HoldName; state: HoldState }[];
  /** The run that froze it last. */
  workflowId: string;
  /** The run that waits for an answer about it now, or null: then it was left frozen. */
  waiting: string | null;
};

/** Every service and environment of which something is held, or may be: what was done last to each hold counts. */
export function freezesInForce(runs: FreezingRun[]): FreezeInForce[] {
  const placeOf = ({ freeze }: FreezingRun) => JSON.stringify([freeze.service, freeze.environment]);
  return [...new Set(runs.map(placeOf))]
    .flatMap((place) => inForce(runs.filter((run) => placeOf(run) === place)) ?? [])
    .sort((a, b) => (a.since < b.since ? -1 : 1));
}

function inForce(runs: FreezingRun[]): FreezeInForce | null {
  const newestFirst = runs.toSorted((a, b) => (a.freeze.since < b.freeze.since ? 1 : -1));
  const holds = HOLDS.map((name) => ({ name, state: lastOf(name, newestFirst) }));
  const last = newestFirst.find(({ isLift, freeze }) => !isLift && isBegun(freeze)) ?? newestFirst[0];
  if (last === undefined || !isFrozen({ holds })) return null;
  const { service, environment, by, reason, since } = last.freeze;
  const { workflowId } = last;
  const waiting = newestFirst.find(({ isRunning }) => isRunning)?.workflowId ?? null;
  return { service, environment, by, reason, since, holds, workflowId, waiting };
}

const isBegun = ({ holds }: FreezeMemo): boolean => holds.some(({ state }) => state !== 'pending');

function lastOf(name: HoldName, newestFirst: FreezingRun[]): HoldState {
  const seen = newestFirst
    .flatMap(({ freeze }) => freeze.holds.filter((hold) => hold.name === name && hold.state !== 'pending'))
    .toSorted((a, b) => (a.at < b.at ? 1 : -1));
  return seen[0]?.state ?? 'pending';
}
