/**
 * Restoring while the application is stopped, also where no second copy fits: then the old database is dropped before the
 * backup is restored, and a safety copy of it lies beside. It goes out of reach first, by its name, and a database comes
 * back under that name only as a whole: the restored one or the old one, itself where there was room to keep it.
 *
 * What was noted before anything was changed stands in an empty database of its own (the ledger), so that a run that was
 * killed goes on from there whatever else exists at that moment.
 */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { databaseFailure } from '../failures.ts';
import { carryOver, createDatabase, wantedOf } from './carry-over.ts';
import { runChecks } from './checks.ts';
import { extensionOwners } from './extensions.ts';
import { find, readFacts } from './facts.ts';
import type { Database, Facts } from './facts.ts';
import { inPlaceStageOf, ledgerName } from './in-place-stage.ts';
import type { InPlaceStage } from './in-place-stage.ts';
import { DAY_MS } from './job.ts';
import type { RestoreBackup, RestoreJob } from './job.ts';
import { frozenAgain, resetMarker, setMarker } from './marker.ts';
import type { MarkerOf } from './marker.ts';
import { newName, oldName } from './names.ts';
import { readNeeds } from './needs.ts';
import { fillFrom, refused, refuse, signalOf } from './prepare.ts';
import { isRoomy } from './refusals.ts';
import { freeBytes } from './room.ts';
import { change, drop, onFiles } from './server.ts';
import type { Context } from './server.ts';
import { ident } from './sql.ts';
import { leftovers } from './stage.ts';
import { lock, stillAsRead } from './switch.ts';
import { runSwitch } from './switching.ts';

export type InPlaceJob = RestoreJob & {
  /**
   * A copy of the live database, taken after its application was stopped, and checked end to end. Best in an archive
   * format: of a plain one, put back, nothing can be left out that no longer works.
   */
  safety: Pick<RestoreBackup, 'path' | 'format'>;
};

export type InPlaceResult = {
  /** It had been done by an earlier attempt. */
  already: boolean;
  /** What is live now. */
  is: 'restored' | 'put-back';
  /** Why the backup was not taken, when the safety copy was put back. */
  because: string | null;
  details: string[];
  warnings: string[];
};

export type InPlace = {
  stage(): Promise<InPlaceStage['is']>;
  /** Could it be done? Changes nothing. @throws BackoutFailure RestoreRefused with all reasons */
  check(): Promise<void>;
  /**
   * Restores. Returns when a database is live again: the restored one or, where the backup did not fit, the one before.
   * Whatever is thrown before, running again goes on; meanwhile nobody can connect.
   */
  restore(): Promise<InPlaceResult>;
  /** The one before is live again: from itself where it is still there, else from the safety copy. */
  putBack(): Promise<InPlaceResult>;
  /** Removes what tells that it was done. To be called last. */
  settle(): Promise<void>;
};

type InPlaceContext = Context & { job: InPlaceJob };
type Away = Extract<InPlaceStage, { is: 'away' }>;
type Seen<Stage extends InPlaceStage = InPlaceStage> = { facts: Facts; stage: Stage };

export function createInPlace(postgres: Context['postgres'], job: InPlaceJob): InPlace {
  const context: InPlaceContext = { postgres, job };
  return {
    stage: async () => (await see(context)).stage.is,
    check: () => check(context),
    restore: () => restore(context),
    putBack: () => putBack(context),
    settle: () => settle(context),
  };
}

async function check(context: InPlaceContext): Promise<void> {
  const { facts, stage } = await see(context);
  if (stage.is !== 'untouched') return;
  await refuse(context, { facts, stage }, 'in-place');
}

async function restore(context: InPlaceContext): Promise<InPlaceResult> {
  let seen = await see(context);
  if (seen.stage.is === 'done') return doneBefore(seen.stage.marker);
  if (seen.stage.is === 'untouched') seen = await begin(context, seen.facts, seen.stage.live);
  if (seen.stage.is === 'begun') seen = await takeAway(context, seen.facts, seen.stage);
  const { stage } = seen;
  if (stage.is !== 'away') throw changedMeanwhile(context);
  await fence(context, stage);
  if (stage.old !== null && !stage.marker.keepsOld) await drop(context, stage.old.name);
  try {
    const { details, warnings } = await fill(context, 'backup');
    await bringBack(context, 'restored');
    return { already: false, is: 'restored', because: null, details, warnings };
  } catch (error) {
    const doesNotFit = error instanceof BackoutFailure && error.type === 'RestoreFailed';
    if (!doesNotFit) throw asAway(error);
    return { ...(await putBack(context)), because: error.parts.what };
  }
}

async function putBack(context: InPlaceContext): Promise<InPlaceResult> {
  const { facts, stage } = await see(context);
  const { name } = context.postgres.settings;
  switch (stage.is) {
    case 'done':
      return doneBefore(stage.marker);
    case 'untouched':
    case 'begun': {
      const { marker } = stage.live;
      // What a freeze holds is lifted by people, who find it by its marker.
      if (marker?.is === 'live' && marker.run === context.job.run && marker.held === null) {
        await change(context, [lock(name), stillAsRead([stage.live]), resetMarker(name)]);
      }
      await dropAttempts(context, facts);
      await drop(context, ledgerName(name, context.job.run));
      return { already: stage.is === 'untouched', is: 'put-back', because: null, details: [], warnings: [] };
    }
    case 'away':
      return stage.old === null ? await putBackAway(context) : await renameBack(context, facts, stage);
  }
}

const doneBefore = ({ done }: MarkerOf<'ledger'>): InPlaceResult => ({
  ...{ already: true, is: done ?? 'restored', because: null, details: [], warnings: [] },
});

async function settle(context: InPlaceContext): Promise<void> {
  const { facts, stage } = await see(context);
  if (stage.is === 'begun' || stage.is === 'away') {
    throw refused(context.postgres.describe(), ['Its restore in place has not come to its end.']);
  }
  await dropAttempts(context, facts);
  if (stage.is === 'done') await drop(context, stage.ledger.name);
}

/** @throws BackoutFailure DatabaseMissing; Fenced */
async function see({ postgres, job }: InPlaceContext): Promise<Seen> {
  const facts = await readFacts(postgres, job.signal);
  const { run, token, planned, backup } = job;
  const asked = { live: postgres.settings.name, run, token, sha256: backup.sha256, planned };
  const stage = inPlaceStageOf(facts, asked);
  if (stage === null) {
    throw new BackoutFailure('DatabaseMissing', {
      what: `There is no ${postgres.describe()}, and nothing of this rollback's that tells where it is.`,
      changed: 'No data was changed.',
      next: 'Correct `database.name`, or see who removed or renamed it.',
    });
  }
  if (stage.is === 'untouched' || stage.marker.token <= job.token) return { facts, stage };
  throw new BackoutFailure('Fenced', {
    what: `A later attempt of this rollback restores ${postgres.describe()}.`,
    changed: 'This attempt changed nothing.',
    next: 'Nothing is to be done here: look at the rollback that goes on.',
  });
}

/** Refuses what can't work, then notes everything that the live database is. */
async function begin(context: InPlaceContext, facts: Facts, live: Database): Promise<Seen> {
  const { postgres, job } = context;
  await refuse(context, { facts, stage: { is: 'untouched', live } }, 'in-place');
  const name = ledgerName(live.name, job.run);
  const attempt = { run: job.run, backup: job.backup.sha256, token: job.token };
  const held = live.marker?.is === 'live' ? live.marker.held : null;
  await change(context, [
    lock(live.name),
    stillAsRead([live]),
    setMarker(live.name, { is: 'live', ...attempt, database: name, held }),
  ]);
  await dropAttempts(context, facts);
  await drop(context, name);
  await onFiles(context, createDatabase(name, { ...live, connectionLimit: -1 }, facts.version));
  const { marker: _marker, markerText: _text, ...like } = { ...live, ...wantedOf(live) };
  const owners = await extensionOwners(postgres, live.name);
  const free = await freeBytes(postgres, facts.live.dataDirectory, job.signal);
  const ledger: MarkerOf<'ledger'> = {
    ...{ is: 'ledger', ...attempt, live: live.name, like, owners, done: null },
    keepsOld: isRoomy(facts, free) === true,
    ...(held === null ? {} : { held }),
    ...(job.purpose === undefined ? {} : { purpose: job.purpose }),
  };
  await change(context, [lock(live.name), setMarker(name, ledger)]);
  return await see(context);
}

/** From here on nobody can connect, until a whole database is there again. */
async function takeAway(
  context: InPlaceContext,
  facts: Facts,
  { live, ledger }: Extract<InPlaceStage, { is: 'begun' }>,
): Promise<Seen> {
  const { job } = context;
  await proveReadable(context, job.safety);
  const days = context.postgres.settings.restore.keepOldDays;
  const until = new Date(Date.parse(`${facts.now}Z`) + days * DAY_MS).toISOString();
  const statements = [
    lock(live.name),
    stillAsRead([live, ledger]),
    setMarker(live.name, { is: 'kept', run: job.run, backup: job.backup.sha256, live: live.name, until }),
    `ALTER DATABASE ${ident(live.name)} RENAME TO ${ident(oldName(live.name, facts.now))}`,
  ];
  await runSwitch(context, { statements, oids: [live.oid], sessions: facts.live.sessions });
  return await see(context);
}

/** The safety copy is all that is left of the database after the next step, so it is read once more, to its end. */
async function proveReadable(
  { postgres, job }: InPlaceContext,
  { path, format }: InPlaceJob['safety'],
): Promise<void> {
  const options = { timeoutMs: job.timeoutMs ?? DAY_MS, ...signalOf({ postgres, job }) };
  const { complete } = await readNeeds(postgres, job.safety, options);
  if (!complete) throw refused(postgres.describe(), [`The safety copy ${path} is not complete.`]);
  if (format !== 'custom' && format !== 'directory') return;
  const argv = ['pg_restore', '-f', '/dev/null'];
  const result =
    format === 'directory'
      ? await postgres.run([...argv, path], options)
      : await postgres.feed({ file: path, unpack: 'cat' }, argv, options);
  if (result.exitCode === 0) return;
  const failure = databaseFailure({ where: postgres.describe(), program: 'pg_restore', result });
  throw refused(postgres.describe(), [`The safety copy ${path} can't be read: ${failure.parts.what}`]);
}

/** Keeps off attempts before this one, and notes what is restored: an earlier one may have begun with another backup. */
async function fence(context: InPlaceContext, { ledger, marker }: Away): Promise<void> {
  const { token, backup } = context.job;
  if (marker.token === token && marker.backup === backup.sha256) return;
  const fenced = setMarker(ledger.name, { ...marker, token, backup: backup.sha256 });
  await change(context, [lock(marker.live), stillAsRead([ledger]), fenced]);
}

async function fill(
  context: InPlaceContext,
  which: 'backup' | 'safety',
): Promise<{ details: string[]; warnings: string[] }> {
  const { facts, stage } = await see(context);
  if (stage.is !== 'away') throw changedMeanwhile(context);
  const { marker } = stage;
  const database = newName(marker.live, context.job);
  await dropAttempts(context, facts);
  await onFiles(context, createDatabase(database, asDatabase(marker), facts.version));
  const its: Context = {
    ...context,
    job: { ...context.job, backup: { ...context.job.backup, ...context.job[which] } },
  };
  const isSafety = which === 'safety';
  const warnings = await fillFrom(its, { database, owners: marker.owners, facts, lenient: isSafety });
  const restored = find((await see(context)).facts, database);
  if (restored === null) throw changedMeanwhile(context);
  await change(context, [lock(marker.live), ...carryOver(marker.like, restored)]);
  const details = isSafety ? [] : await runChecks(context.postgres, database, signalOf(context));
  return { details, warnings };
}

const asDatabase = ({ like }: MarkerOf<'ledger'>): Database => ({ ...like, marker: null, markerText: null });

/** The database is there again, under its name: together with the note that it is. */
async function bringBack(context: InPlaceContext, done: 'restored' | 'put-back'): Promise<void> {
  const { facts, stage } = await see(context);
  if (stage.is !== 'away' || stage.restoring === null) throw changedMeanwhile(context);
  const { restoring, ledger, marker } = stage;
  const at = new Date(`${facts.now}Z`).toISOString();
  const restored = done === 'restored' ? { restored: { oid: restoring.oid, at } } : {};
  await runSwitch(context, {
    statements: [
      lock(marker.live),
      stillAsRead([ledger, restoring]),
      ...(done === 'put-back' && marker.held !== undefined ? frozenAgain(restoring.name, marker) : []),
      setMarker(ledger.name, { ...marker, ...restored, done }),
      `ALTER DATABASE ${ident(restoring.name)} RENAME TO ${ident(marker.live)}`,
    ],
    oids: [restoring.oid],
    sessions: facts.live.sessions,
  });
}

async function putBackAway(context: InPlaceContext): Promise<InPlaceResult> {
  try {
    const { warnings } = await fill(context, 'safety');
    await bringBack(context, 'put-back');
    return { already: false, is: 'put-back', because: null, details: [], warnings };
  } catch (error) {
    throw asAway(error);
  }
}

/** It has not been dropped yet. */
async function renameBack(context: InPlaceContext, facts: Facts, stage: Away): Promise<InPlaceResult> {
  const { old, ledger, marker } = stage;
  if (old === null) throw changedMeanwhile(context);
  await runSwitch(context, {
    statements: [
      lock(marker.live),
      stillAsRead([ledger, old]),
      ...frozenAgain(old.name, marker),
      setMarker(ledger.name, { ...marker, done: 'put-back' }),
      `ALTER DATABASE ${ident(old.name)} RENAME TO ${ident(marker.live)}`,
    ],
    oids: [old.oid],
    sessions: facts.live.sessions,
  });
  return { already: false, is: 'put-back', because: null, details: [], warnings: [] };
}

/** What earlier attempts have half restored. */
async function dropAttempts(context: InPlaceContext, facts: Facts): Promise<void> {
  const { postgres, job } = context;
  const asked = { live: postgres.settings.name, run: job.run, sha256: job.backup.sha256, token: job.token };
  const ledger = ledgerName(asked.live, asked.run);
  for (const { name } of leftovers(facts, { ...asked, except: ledger })) await drop(context, name);
}

/** The same failure; while the database is away, what it says of a live one is not so. */
function asAway(error: unknown): unknown {
  if (!(error instanceof BackoutFailure)) return error;
  const changed =
    'The database is out of reach, and nobody can connect: neither the old nor the restored one is there yet. The safety copy is whole.';
  return new BackoutFailure(error.type, { ...error.parts, changed }, { cause: error });
}

function changedMeanwhile({ postgres }: Context): BackoutFailure {
  return new BackoutFailure('DatabaseBusy', {
    what: `Something else has changed ${postgres.describe()} or what is beside it at the same moment.`,
    changed: 'What was there is not lost: the safety copy is whole.',
    next: 'Backout tries again by itself, from the state as it is then.',
  });
}
