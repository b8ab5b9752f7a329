/** The immutable plan of one rollback: made from live state, shown to people, followed by the workflow. */
import type { Policy } from './approval/policy.ts';
import type { BackupFormat } from './backup.ts';
import type { Deadline } from './deadline.ts';
import type { MigrationsPlan } from './migrations/plan.ts';
import type { PartialPlan } from './partial/plan.ts';
import type { Recovery } from './recovery.ts';
import type { RollbackRequest } from './request.ts';
import type { ServiceEnvironment } from './service.ts';

/** The kinds of rollback. `full` restores the database too. `partial` changes flags and configuration, and no release. */
export const ROLLBACK_KINDS = ['traffic-only', 'full', 'partial'] as const;
export type RollbackKind = (typeof ROLLBACK_KINDS)[number];

/** What has a plan, steps and an end. `recover` rolls nothing back: it starts what is down. */
export type RunKind = RollbackKind | 'recover';

/** The steps of a full rollback, in the order of the runbook. */
export const FULL_STEPS = [
  'capture-before',
  'start-previous',
  'shift-traffic',
  'capture-logs',
  'stop-faulty',
  'check-release',
  'prepare-restore',
  'confirm-restore',
  'stop-application',
  'restore-database',
  'restart-application',
  'verify',
  'report',
  'announce',
] as const;

/** The steps of a recovery, in the order of the runbook. */
export const RECOVER_STEPS = [
  'capture-before',
  'start-database',
  'start-previous',
  'restart-application',
  'shift-traffic',
  'verify',
  'report',
  'announce',
] as const;

/** The steps of a partial rollback, in the order of the runbook. */
export const PARTIAL_STEPS = [
  'capture-before',
  'switch-flags',
  'put-back-configuration',
  'restart-application',
  'verify',
  'report',
  'announce',
] as const;

/** Every step that there is. */
export type StepName =
  (typeof FULL_STEPS)[number] | (typeof RECOVER_STEPS)[number] | (typeof PARTIAL_STEPS)[number];

/** The steps that only a rollback with a database has. */
const DATABASE_STEPS: readonly StepName[] = [
  'check-release',
  'prepare-restore',
  'confirm-restore',
  'stop-application',
  'restore-database',
  'restart-application',
];

/** The steps of a traffic-only rollback, in the order of the runbook. */
export const TRAFFIC_ONLY_STEPS: readonly StepName[] = FULL_STEPS.filter(
  (name) => !DATABASE_STEPS.includes(name),
);

/** The steps of each kind, in the order of its runbook. */
export const STEPS: Record<RunKind, readonly StepName[]> = {
  'traffic-only': TRAFFIC_ONLY_STEPS,
  full: FULL_STEPS,
  partial: PARTIAL_STEPS,
  recover: RECOVER_STEPS,
};

/** One deployed thing that can serve: a colour, a container, a Helm revision, a Fly release. */
export type Release = {
  /** What the target calls it, e.g. `green` or `revision 12`. */
  name: string;
  /** The version it says it runs, or null where nothing tells. */
  version: string | null;
};

/** What one step will do, as people see it before it happens. */
export type PlannedStep = {
  name: StepName;
  /** A verb phrase: "Send all traffic to blue". */
  title: string;
  /** The commands or requests, one line each, ready to read (never to paste into a shell unread). */
  commands: string[];
  /** What is different afterwards. */
  changes: 'nothing' | 'traffic' | 'processes' | 'configuration' | 'records' | 'data';
  /** Seconds after which a person is asked. */
  budgetSeconds: number;
  /** Seconds it usually takes. */
  expectedSeconds: number;
  /** Set when this target has no such step: the reason, shown instead of the step's outcome. */
  notNeeded?: string;
};

/** What the target said when the plan was made. */
export type ObservedRelease = Release & {
  /** From the target's configuration, e.g. the site file. */
  configured: 'active' | 'backup' | 'down' | 'absent';
  /** Share of the plan's probe requests that it answered, 0 to 1; null when no answer says who gave it. */
  answerShare: number | null;
  process: 'running' | 'stopped' | 'failed' | 'unknown';
  health: 'healthy' | 'unhealthy' | 'unknown';
  /** What was seen, in words: pids, statuses, errors. */
  detail: string;
};

export type Observation = {
  at: string;
  releases: ObservedRelease[];
  /** Other things worth keeping, as short lines: weight headers, file hash, nginx version. */
  notes: string[];
};

/** An earlier rollback of the same service that ended before it was done. */
export type UnfinishedRollback = {
  owner: string;
  from: Release;
  to: Release;
  phase: string;
  at: string;
};

/** What a full rollback restores, as a person sees it before typing RESTORE. */
export type DatabasePlan = {
  /** One line: "PostgreSQL database listings on db-1". */
  database: string;
  strategy: 'swap' | 'in-place';
  /** The backup's file name: what RESTORE is bound to. */
  backup: string;
  /** Where it is, on the host or in the container. */
  path: string;
  /** ISO 8601: the moment whose data it holds, and who says so. */
  madeAt: string;
  madeAtSource: 'manifest' | 'dump' | 'file time';
  sizeBytes: number;
  /** What tells it from any other: a backup that has changed since is not restored. */
  sha256: string;
  format: BackupFormat;
  /** ISO 8601: until when changes were seen in the live database; null where nothing tells. */
  lastChangeAt: string | null;
  /** Rows newer than the backup, where the configuration says how to count them: they will be lost. */
  newerRows: { table: string; rows: number | null; problem: string | null }[];
  /** The ids of the migrations that were applied when it was made, where its manifest lists them. */
  migrations?: string[];
  /** What the last restore of this database took: the expected time comes from it. */
  lastRestore?: { bytes: number; seconds: number };
  /** This very backup has been restored here already: when (ISO 8601), by which rollback, and what is kept since. */
  restoredBefore?: { at: string; run: string; kept: string };
  /**
   * The live database is the restored copy of this very backup already, put there for the same fault: when (ISO 8601), by
   * which rollback, and where the one before is. Nothing is restored then, and what was written since is kept.
   */
  alreadyRestored?: { at: string; run: string; kept: string };
  /** The live database's OID, where it is to be restored in place: another one is live by then. */
  replaces?: number;
  /** Newer or other backups that are not taken, each with why: "listings-3.dump is truncated". */
  passedOver: string[];
};

export type Plan = {
  /** 12 hexadecimal digits over everything that a person agrees to: from, to, commands. */
  hash: string;
  kind: RunKind;
  service: string;
  environment: string;
  request: RollbackRequest;
  /** One line: "nginx upstream listings on web-1 (/etc/nginx/sites-available/listings)". */
  target: string;
  from: Release;
  to: Release;
  steps: PlannedStep[];
  observed: Observation;
  /** Only where the kind of rollback restores a database. */
  database?: DatabasePlan;
  /** Only of a partial rollback: what is switched off or put back, or put as it was before that. */
  partial?: PartialPlan;
  /** Only of a recovery: what was found broken, and what mends it. */
  recovery?: Recovery;
  /** Only where the service's migrations are configured. */
  migrations?: MigrationsPlan;
  /** Things that are odd but don't stop the rollback. */
  warnings: string[];
  expectedSeconds: number;
  deadline: Deadline;
  /** Who must agree, frozen when the plan is made. Missing in plans of versions before 0.2. */
  policy?: Policy;
  /** Set when this plan finishes what an earlier rollback began. */
  continues: UnfinishedRollback | null;
  /** The service's configuration as it was when the plan was made. Holds no secret, only where secrets are. */
  config: ServiceEnvironment;
  madeAt: string;
};

/** What a dry run returns and a person reads before saying yes: the plan without the frozen configuration. */
export type PlanSummary = Omit<Plan, 'config'>;

/** The planned step of that name. */
export function plannedStep(plan: Pick<Plan, 'steps'>, name: StepName): PlannedStep {
  const step = plan.steps.find((candidate) => candidate.name === name);
  if (!step) throw new Error(`the plan has no step ${name}`);
  return step;
}

/** The database of a plan that restores one. */
export function databaseOf({ database }: Pick<Plan, 'database'>): DatabasePlan {
  if (!database) throw new Error('the plan restores no database');
  return database;
}

/** "green (2.4.1)", or just "green" where the version is not known. */
export function describeRelease(release: Release): string {
  return release.version === null ? release.name : `${release.name} (${release.version})`;
}
