/** The steps of a full rollback that concern the database, as people see them in the plan. Pure. */
import { describeRelease } from '../../src/domain/plan.ts';
import type { DatabasePlan, PlannedStep, Release } from '../../src/domain/plan.ts';
import { formatBytes } from '../../src/domain/report/format.ts';
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
  const { database, config } = parts;
  const { budgets, verify } = config;
  return [
    {
      name: 'check-release',
      title: `See that ${describeRelease(to)} is healthy`,
      commands: verify.health.paths.map((path) => `health: ${path}`),
      changes: 'nothing',
      budgetSeconds: budgets.verifySeconds,
      expectedSeconds: Math.ceil(verify.health.steadySeconds),
    },
    {
      name: 'prepare-restore',
      title: `Restore ${database.backup} beside the live database`,
      commands: [
        `${database.path} (${formatBytes(database.sizeBytes)}) into a new database; the live one goes on serving`,
        'the checks under `restore.checks`, ANALYZE',
      ],
      changes: 'records',
      budgetSeconds: budgets.prepareRestoreSeconds,
      expectedSeconds: 5 + Math.ceil(database.sizeBytes / RESTORED_BYTES_PER_SECOND),
    },
    {
      name: 'confirm-restore',
      title: 'Wait until a person has typed RESTORE',
      commands: [],
      changes: 'nothing',
      // A person's time is not the machine's: how long RESTORE is waited for is the policy's.
      budgetSeconds: 60,
      expectedSeconds: 60,
    },
    {
      name: 'stop-application',
      title: `Stop ${describeRelease(to)}`,
      commands: [],
      changes: 'processes',
      budgetSeconds: budgets.stopFaultySeconds,
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
      budgetSeconds: budgets.restoreDatabaseSeconds,
      expectedSeconds: 2,
    },
    restartStep(to, parts),
  ];
}

/** It is the only release that serves: while it restarts, requests fail. */
function restartStep(to: Release, { config, application }: DatabaseParts): PlannedStep {
  const { stop, start } = application;
  const why = whyNotRestarted({ config, application });
  return {
    name: 'restart-application',
    title: `Restart ${describeRelease(to)} on the restored database`,
    commands: [
      ...stop,
      ...start,
      `until it is healthy (${config.verify.health.paths.join(', ')}) and answers; requests fail meanwhile`,
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

/** What is odd about it, and does not stop the rollback. */
export function databaseWarnings(to: Release, { config, application }: DatabaseParts): string[] {
  const { whyNotStartable } = application;
  if (whyNotStartable === null || config.database?.restore.restartApplication === false) return [];
  return [
    `${describeRelease(to)} will not be restarted on the restored database, since it could not be started again: ` +
      `${asSentence(whyNotStartable)} What it remembers of the database before may be wrong: restart it by hand.`,
  ];
}
