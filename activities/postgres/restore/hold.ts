/** Keeping the live database from being written while a restore is prepared: what is written then would be lost. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { mayMark, readOnlySetting } from './facts.ts';
import { holdWrites, setMarker } from './marker.ts';
import { begin, refused } from './prepare.ts';
import { refusalsOfLive, unfit } from './refusals.ts';
import { change, look } from './server.ts';
import type { Context } from './server.ts';
import { lock, RENEW_SESSIONS, stillAsRead } from './switch.ts';

/**
 * New sessions can only read unless they say otherwise; those that were open are ended, so that they begin anew. How
 * it was before is noted in the same transaction: a second hold does not take the first one's for it. The swap and
 * \`abandon\` end it. Safe to run again.
 * @returns false when it was held already
 */
export async function hold(context: Context): Promise<boolean> {
  const { postgres, job } = context;
  const { name, connection } = postgres.settings;
  const { maintenanceDatabase } = connection;
  let { stage, facts } = await look(context);
  if (stage.is === 'swapped') return false;
  const reasons = refusalsOfLive(facts, { live: name, run: job.run, maintenanceDatabase });
  if (!(await mayMark(postgres, facts, job.signal))) reasons.push(unfit(connection.user));
  if (reasons.length > 0) throw refused(postgres.describe(), reasons);
  if (stage.is === 'untouched') {
    await begin(context, { stage, facts });
    ({ stage, facts } = await look(context));
  }
  if (stage.is !== 'begun' && stage.is !== 'ready') throw lost(postgres.describe());
  const { live, marker } = stage;
  const isHeld = marker.held !== null;
  if (!isHeld) {
    await change(context, [
      lock(name),
      stillAsRead([live]),
      setMarker(name, { ...marker, held: { before: readOnlySetting(live) } }),
      holdWrites(name),
    ]);
  }
  await postgres.execute(RENEW_SESSIONS, { database: maintenanceDatabase, variables: { live: name } });
  return !isHeld;
}

function lost(where: string): BackoutFailure {
  return new BackoutFailure('DatabaseBusy', {
    what: `Something else has changed ${where} at the same moment.`,
    changed: 'Its writes are not held.',
    next: 'Backout tries again by itself.',
  });
}
