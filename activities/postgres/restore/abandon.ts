/** Taking back everything of a restore that has not become live. */
import type { RestoreJob } from './job.ts';
import { releaseWrites, resetMarker } from './marker.ts';
import { dropLeftovers } from './prepare.ts';
import { change, look } from './server.ts';
import type { Context } from './server.ts';
import { lock, stillAsRead } from './switch.ts';

export type Abandoned = {
  /** The restored database is live already: that is not taken back. */
  swapped: boolean;
  dropped: string[];
};

/**
 * The live database is as if there had been no restore: its marker is gone, nothing is beside it. Safe to run again.
 * `run` is another rollback's, where that one has ended without doing this itself. Writes that a freeze holds stay held,
 * and its marker stays, unless `liftFreeze`: people lift a freeze.
 */
export async function abandon(
  context: Context,
  run = context.job.run,
  { liftFreeze = false } = {},
): Promise<Abandoned> {
  // Of a run that has ended no attempt is a later one than ours.
  const token = run === context.job.run ? context.job.token : Number.MAX_SAFE_INTEGER;
  const job: RestoreJob = { ...context.job, run, token };
  const its: Context = { ...context, job };
  const { stage } = await look(its);
  const held = 'marker' in stage ? stage.marker.held : null;
  const isKept = held !== null && !liftFreeze;
  if (!isKept && (stage.is === 'begun' || stage.is === 'ready')) {
    const { live, marker } = stage;
    await change(its, [
      lock(live.name),
      stillAsRead([live]),
      ...(marker.held === null ? [] : [releaseWrites(live.name, marker.held.before)]),
      resetMarker(live.name),
    ]);
  }
  const dropped = await dropLeftovers(its);
  return { swapped: stage.is === 'swapped', dropped };
}
