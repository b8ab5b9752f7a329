/** The steps of a full rollback that concern the database, as people see them in the plan. Pure. */
import { describeRelease } from '../../src/domain/plan.ts';
import type { DatabasePlan, PlannedStep, Release } from '../../src/domain/plan.ts';
import { formatBytes } from '../../src/domain/report/format.ts';
import type { ServiceEnvironment } from '../../src/domain/service.ts';

/** A guess for what people see, from what `pg_restore` does on ordinary disks. */
const RESTORED_BYTES_PER_SECOND = 20_000_000;

type Parts = { database: DatabasePlan; config: ServiceEnvironment };

export function databaseSteps(to: Release, { database, config }: Parts): PlannedStep[] {
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
  ];
}
