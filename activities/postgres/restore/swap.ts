/** The restored database becomes the live one: the one transaction that everything else leads to. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { carryOver, wantedOf } from './carry-over.ts';
import type { Session } from './facts.ts';
import { DAY_MS } from './job.ts';
import type { MarkerOf } from './marker.ts';
import { oldName } from './names.ts';
import { dropLeftovers, refused } from './prepare.ts';
import { refusalsOfLive } from './refusals.ts';
import { look } from './server.ts';
import type { Context, Seen } from './server.ts';
import type { Stage } from './stage.ts';
import { switchStatements } from './switch.ts';
import { runSwitch } from './switching.ts';

export type Swapped = {
  /** It had been done by an earlier attempt. */
  already: boolean;
  /** The database as it was before, and when it may be dropped (UTC). */
  kept: { database: string; until: string };
  /** Whose sessions were ended. */
  sessions: Session[];
  /** How long the switch took, from its first statement on: no session could be opened for a part of that. */
  switchMs: number;
};

const TRIES = 3;

/**
 * Swaps them. Safe to run again, and to be killed at any instant: either nothing or all of it has happened.
 * @throws BackoutFailure RestoreRefused with nothing changed; DatabaseBusy when sessions could not be ended
 */
export async function swap(context: Context): Promise<Swapped> {
  for (let attempt = 1; ; attempt++) {
    const seen = await look(context);
    if (seen.stage.is === 'swapped') return await already(context, seen.stage);
    try {
      const switchMs = await attemptSwap(context, seen);
      const { stage } = await look(context);
      if (stage.is !== 'swapped') throw unproved(context);
      await dropLeftovers(context);
      return { already: false, kept: keptOf(stage), sessions: seen.facts.live.sessions, switchMs };
    } catch (error) {
      const again = error instanceof BackoutFailure && error.type === 'DatabaseBusy' && attempt < TRIES;
      if (!again) throw error;
    }
  }
}

async function already(context: Context, stage: Extract<Stage, { is: 'swapped' }>): Promise<Swapped> {
  await dropLeftovers(context);
  return { already: true, kept: keptOf(stage), sessions: [], switchMs: 0 };
}

function keptOf({ kept }: Extract<Stage, { is: 'swapped' }>): Swapped['kept'] {
  return { database: kept.name, until: kept.marker?.is === 'kept' ? kept.marker.until : '' };
}

/** @returns milliseconds */
async function attemptSwap(context: Context, { facts, stage }: Seen): Promise<number> {
  const { postgres, job } = context;
  const { name, connection, restore } = postgres.settings;
  if (stage.is !== 'ready') {
    throw refused(postgres.describe(), ['The backup has not been restored beside it, or not wholly.']);
  }
  const { maintenanceDatabase } = connection;
  const reasons = refusalsOfLive(facts, { live: name, run: job.run, maintenanceDatabase });
  if (reasons.length > 0) throw refused(postgres.describe(), reasons);
  const until = new Date(Date.parse(`${facts.now}Z`) + restore.keepOldDays * DAY_MS).toISOString();
  const took = stage.restored.marker?.is === 'new' ? stage.restored.marker.took : undefined;
  const kept: MarkerOf<'kept'> = {
    ...{ is: 'kept', run: job.run, backup: job.backup.sha256, live: name, until },
    ...(job.purpose === undefined ? {} : { purpose: job.purpose }),
    ...(took === undefined ? {} : { took }),
    restored: { oid: stage.restored.oid, at: new Date(`${facts.now}Z`).toISOString() },
  };
  const { live, restored } = stage;
  const carried = carryOver(wantedOf(live), restored);
  const statements = switchStatements({ live, restored, kept, carried, oldName: oldName(name, facts.now) });
  return await runSwitch(context, {
    statements,
    oids: [live.oid, restored.oid],
    sessions: facts.live.sessions,
  });
}

function unproved({ postgres }: Context): BackoutFailure {
  return new BackoutFailure('DatabaseBusy', {
    what: `The swap of ${postgres.describe()} was committed, but what is there now is something else.`,
    changed: 'The databases were swapped as a whole; the one before is kept.',
    next: 'See who else renames databases there. Backout looks again by itself.',
  });
}
