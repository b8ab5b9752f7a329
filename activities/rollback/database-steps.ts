/** The steps of a full rollback that concern the database, as people see them in the plan. Pure. */
import { BackoutFailure, NOTHING_CHANGED } from '../../src/domain/failure.ts';
import { describeRelease } from '../../src/domain/plan.ts';
import type { DatabasePlan, PlannedStep, Release } from '../../src/domain/plan.ts';
import { formatBytes, formatDuration, formatTime } from '../../src/domain/report/format.ts';
import { outageSeconds } from '../../src/domain/report/outage.ts';
import { asSentence } from '../../src/domain/report/plain.ts';
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import type { ApplicationCommands } from '../targets/driver.ts';

/** A guess for what people see, from what `pg_restore` does on ordinary disks. */
const RESTORED_BYTES_PER_SECOND = 20_000_000;

/** A guess: to end, to start, and to be healthy. */
const RESTART_SECONDS = 10;

export type DatabaseParts = {
  database: DatabasePlan;
  config: ServiceEnvironment;
  application: ApplicationCommands;
};

export function databaseSteps(to: Release, parts: DatabaseParts): PlannedStep[] {
  return [checkStep(to, parts), ...restoreSteps(to, parts).map((step) => afterRestore(step, parts.database))];
}

const restoreSteps = (to: Release, parts: DatabaseParts): PlannedStep[] =>
  parts.database.strategy === 'in-place' ? inPlaceSteps(to, parts) : swapSteps(to, parts);

/** Where an earlier rollback has restored it: that is proved, and the release restarted if it has not been since. */
function afterRestore(step: PlannedStep, { database, backup, alreadyRestored }: DatabasePlan): PlannedStep {
  if (alreadyRestored === undefined || step.name === 'restart-application') return step;
  const { run, at } = alreadyRestored;
  const title = `See that ${database} is the one that ${run} restored`;
  if (step.name === 'restore-database')
    return { ...step, title, commands: [], changes: 'nothing', expectedSeconds: 1 };
  const who = step.name === 'confirm-restore' ? '; who typed RESTORE stands in its record' : '';
  return { ...step, notNeeded: `${run} restored the database at ${formatTime(at)} from ${backup}${who}` };
}

function checkStep(to: Release, { config: { budgets, verify } }: DatabaseParts): PlannedStep {
  return {
    name: 'check-release',
    title: `See that ${describeRelease(to)} is healthy`,
    commands: verify.health.paths.map((path) => `health: ${path}`),
    changes: 'nothing',
    budgetSeconds: budgets.verifySeconds,
    expectedSeconds: Math.ceil(verify.health.steadySeconds),
  };
}

const confirmStep = (): PlannedStep => ({
  name: 'confirm-restore',
  title: 'Wait until a person has typed RESTORE',
  commands: [],
  changes: 'nothing',
  // A person's time is not the machine's: how long RESTORE is waited for is the policy's.
  budgetSeconds: 60,
  expectedSeconds: 60,
});

function swapSteps(to: Release, parts: DatabaseParts): PlannedStep[] {
  const { database, config } = parts;
  return [
    {
      name: 'prepare-restore',
      title: `Restore ${database.backup} beside the live database`,
      commands: [
        `${database.path} (${formatBytes(database.sizeBytes)}) into a new database; the live one goes on serving`,
        'the checks under `restore.checks`, ANALYZE',
        ...earlierRestore(database),
      ],
      changes: 'records',
      budgetSeconds: config.budgets.prepareRestoreSeconds,
      expectedSeconds: restoreSeconds(database),
    },
    confirmStep(),
    {
      name: 'stop-application',
      title: `Stop ${describeRelease(to)}`,
      commands: [],
      changes: 'processes',
      budgetSeconds: config.budgets.stopFaultySeconds,
      expectedSeconds: 0,
      notNeeded: 'it serves on until both databases are swapped',
    },
    {
      name: 'restore-database',
      title: `Put the restored database in the place of ${database.database}`,
      commands: [
        'end the sessions, and two renames in one transaction',
        'the database of now is kept under a dated name',
      ],
      changes: 'data',
      budgetSeconds: config.budgets.restoreDatabaseSeconds,
      expectedSeconds: 2,
    },
    restartStep(to, parts),
  ];
}

function inPlaceSteps(to: Release, parts: DatabaseParts): PlannedStep[] {
  const { database, config, application } = parts;
  return [
    {
      name: 'prepare-restore',
      title: `See that ${database.backup} can be restored in place`,
      commands: ['the backup, the server, and the room for a safety copy; the live database goes on serving'],
      changes: 'nothing',
      budgetSeconds: config.budgets.prepareRestoreSeconds,
      expectedSeconds: 5,
    },
    confirmStep(),
    {
      name: 'stop-application',
      title: 'Stop every release of the service, for as long as the restore takes',
      commands: [...application.stopAll, 'reads and writes fail from here on'],
      changes: 'processes',
      budgetSeconds: config.budgets.stopFaultySeconds,
      expectedSeconds: 2,
    },
    {
      name: 'restore-database',
      title: `Restore ${database.backup} in the place of ${database.database}`,
      commands: [
        `pg_dump of the database of now into ${config.database?.backups.folder ?? ''}, read to its end: the safety copy`,
        'rename it, so that nobody can connect; drop it where there is no room for both',
        `${database.path} (${formatBytes(database.sizeBytes)}) into a new database, the checks under \`restore.checks\`, ANALYZE`,
        'give that the live name; where the backup does not fit, the database before is put back',
      ],
      changes: 'data',
      budgetSeconds: config.budgets.prepareRestoreSeconds,
      // The safety copy is made and read, then the backup restored.
      expectedSeconds: 2 * restoreSeconds(database),
    },
    {
      ...restartStep(to, parts),
      title: `Start ${describeRelease(to)} on the restored database`,
      commands: [...application.start, `until it is healthy (${healthPaths(config)}) and answers`],
    },
  ];
}

const earlierRestore = ({ lastRestore: last }: DatabasePlan): string[] =>
  last === undefined
    ? []
    : [
        `the last restore of this database took ${formatDuration(last.seconds * 1000)}, of ${formatBytes(last.bytes)}`,
      ];

/** From what the last one took, where that is known; a backup of another size takes in proportion. */
function restoreSeconds({ sizeBytes, lastRestore }: DatabasePlan): number {
  if (lastRestore === undefined || lastRestore.bytes <= 0)
    return 5 + Math.ceil(sizeBytes / RESTORED_BYTES_PER_SECOND);
  return Math.max(1, Math.ceil((lastRestore.seconds * sizeBytes) / lastRestore.bytes));
}

const healthPaths = ({ verify }: ServiceEnvironment): string => verify.health.paths.join(', ');

/** It is the only release that serves: while it restarts, requests fail. */
function restartStep(to: Release, { config, application }: DatabaseParts): PlannedStep {
  const { stop, start } = application;
  const why = isInPlace(config) ? null : whyNotRestarted({ config, application });
  return {
    name: 'restart-application',
    title: `Restart ${describeRelease(to)} on the restored database`,
    commands: [
      ...stop,
      ...start,
      `until it is healthy (${healthPaths(config)}) and answers; requests fail meanwhile`,
    ],
    changes: 'processes',
    budgetSeconds: config.budgets.restartApplicationSeconds,
    expectedSeconds: RESTART_SECONDS,
    ...(why === null ? {} : { notNeeded: why }),
  };
}

function whyNotRestarted({ config, application }: Omit<DatabaseParts, 'database'>): string | null {
  if (config.database?.restore.restartApplication === false) return '`restore.restartApplication` is false';
  const { whyNotStartable } = application;
  return whyNotStartable === null ? null : `it could not be started again: ${whyNotStartable}`;
}

/** What is odd about it, or hurts, and does not stop the rollback. */
export function databaseWarnings(to: Release, parts: DatabaseParts): string[] {
  return [
    ...alreadyWarning(parts.database),
    ...secondRestoreWarning(parts.database),
    ...applicationWarnings(to, parts),
  ];
}

function alreadyWarning({ backup, database, alreadyRestored }: DatabasePlan): string[] {
  if (alreadyRestored === undefined) return [];
  const { at, run, kept } = alreadyRestored;
  return [
    `${database} was restored from ${backup} already at ${formatTime(at)}, by ${run}: it is not restored again, and what was written since is kept. ` +
      `The one before is ${kept}. To restore it again all the same, and lose what was written since: \`--restore-again\` (\`restoreAgain\`).`,
  ];
}

/** Whoever starts an ended rollback again may not know how far it came. */
function secondRestoreWarning({ backup, restoredBefore }: DatabasePlan): string[] {
  if (restoredBefore === undefined) return [];
  const { at, run, kept } = restoredBefore;
  return [
    `${backup} was restored already at ${formatTime(at)}, by ${run}. Restoring it again also loses what was written since then. ` +
      `The rows from before ${formatTime(at)} are in the database "${kept}".`,
  ];
}

function applicationWarnings(to: Release, parts: DatabaseParts): string[] {
  const { config, application } = parts;
  const { whyNotStartable } = application;
  if (isInPlace(config))
    return parts.database.alreadyRestored === undefined ? [outageWarning(to, parts)] : [];
  if (whyNotStartable === null || config.database?.restore.restartApplication === false) return [];
  return [
    `${describeRelease(to)} will not be restarted on the restored database, since it could not be started again: ` +
      `${asSentence(whyNotStartable)} What it remembers of the database before may be wrong: restart it by hand.`,
  ];
}

const isInPlace = ({ database }: ServiceEnvironment): boolean => database?.restore.strategy === 'in-place';

function outageWarning(to: Release, parts: DatabaseParts): string {
  const seconds = outageSeconds(inPlaceSteps(to, parts));
  return (
    `In place, reads and writes fail from RESTORE until the database is restored: about ${formatDuration(seconds * 1000)}, ` +
    'by the size of the backup. Nobody can connect to the database meanwhile, other services neither.'
  );
}

/**
 * What is stopped must be startable.
 * @throws BackoutFailure InvalidConfiguration
 */
export function refuseUnstartable(
  to: Release,
  { config, application }: Omit<DatabaseParts, 'database'>,
): void {
  const { whyNotStartable } = application;
  if (!isInPlace(config) || whyNotStartable === null) return;
  throw new BackoutFailure('InvalidConfiguration', {
    what: `A restore in place stops ${describeRelease(to)}, which could not be started again: ${asSentence(whyNotStartable)}`,
    changed: NOTHING_CHANGED,
    next: 'Correct how it is started, or make room for a second copy and set `restore.strategy: swap`.',
  });
}
