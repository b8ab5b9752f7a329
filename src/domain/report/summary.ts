/**
 * summary.json: one rollback in numbers, for scripts and for `backout history`. A stable contract, described in
 * docs/records.md: fields are only ever added, and `format` changes when one changes its meaning.
 */
import * as z from 'zod';
import { judgeDeadline } from '../deadline.ts';
import type { IncidentRecord, StepRecord } from '../rollback.ts';
import { isRestored } from './data.ts';
import { durationsOf, momentsOf } from './durations.ts';
import { outcomeSentence } from './outcome.ts';
import { findStep } from './steps.ts';
import { trafficSentence } from './traffic.ts';

const time = z.iso.datetime();
const milliseconds = z.number().nullable();
const release = z.object({ name: z.string(), version: z.string().nullable() });

export const incidentSummarySchema = z.object({
  format: z.literal('backout.incident/1'),
  workflowId: z.string(),
  runId: z.string(),
  kind: z.string(),
  service: z.string(),
  environment: z.string(),
  target: z.string(),
  severity: z.string(),
  /** Null while the rollback is running. Only `rolled-back` is a success. */
  outcome: z
    .enum([
      'rolled-back',
      'restored',
      'recovered',
      'unverified',
      'aborted',
      'cancelled',
      'dry-run',
      'released',
      'left-frozen',
    ])
    .nullable(),
  /** What happened and where traffic is, for people. */
  summary: z.string(),
  traffic: z.string(),
  /** True once the database is restored. A traffic-only rollback never changes data. */
  dataChanged: z.boolean(),
  /** What the restore has lost or, where `dataChanged` is false, would have. Null where none is restored, or an earlier rollback did that. */
  dataLoss: z
    .object({
      /** What was written after this is not in the backup. */
      backupMadeAt: time,
      /** When the rest was counted. `isFinal`: once nobody wrote any more. */
      countedAt: time,
      isFinal: z.boolean(),
      lastChangeAt: time.nullable(),
      newerRows: z.array(
        z.object({ table: z.string(), rows: z.number().nullable(), problem: z.string().nullable() }),
      ),
      /** Why nothing could be counted then. */
      problem: z.string().nullable(),
    })
    .nullable()
    .default(null),
  /** Which earlier rollback had restored the database already, when and from what; what was lost then is in its own record. */
  restoredEarlier: z.object({ run: z.string(), at: time, backup: z.string() }).nullable().default(null),
  from: release,
  to: release,
  planHash: z.string(),
  /** Workflow ID of the unfinished rollback that this one continued. */
  continues: z.string().nullable(),
  reason: z.string(),
  requestedBy: z.string().nullable(),
  incidentCommander: z.string().nullable(),
  customerFacing: z.boolean(),
  /** When the faulty release went live, as the request says. */
  releasedAt: time.nullable().default(null),
  detectedAt: time.nullable(),
  startedAt: time,
  approvedAt: time.nullable().default(null),
  trafficSafeAt: time.nullable(),
  faultyStoppedAt: time.nullable(),
  /** When a freeze held requests, where that ended the trouble for users. */
  requestsHeldAt: time.nullable().default(null),
  restoreTypedAt: time.nullable().default(null),
  /** Null where an earlier rollback had restored it, and where none was. */
  databaseRestoredAt: time.nullable().default(null),
  verifiedAt: time.nullable(),
  endedAt: time.nullable(),
  durationsMs: z.object({
    releaseToDetection: milliseconds.default(null),
    askToApproval: milliseconds.default(null),
    detectionToStart: milliseconds,
    startToTrafficSafe: milliseconds,
    startToFaultyStopped: milliseconds,
    startToRequestsHeld: milliseconds.default(null),
    startToRestoreTyped: milliseconds.default(null),
    startToDatabaseRestored: milliseconds.default(null),
    startToVerified: milliseconds,
    total: milliseconds,
    exposure: milliseconds,
  }),
  deadline: z.object({
    at: time,
    minutes: z.number(),
    /** Null while it is open, also where the rollback ended before it without getting traffic safe. */
    kept: z.boolean().nullable(),
    /** Negative when it was missed. */
    secondsLeft: z.number().nullable(),
  }),
  steps: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      startedAt: time.nullable(),
      finishedAt: time.nullable(),
      rounds: z.number(),
      /** On which of Temporal's tries of the last round it was done; null where it was not done. */
      attempt: z.number().nullable().default(null),
      proof: z.string().nullable(),
      failure: z.object({ type: z.string(), message: z.string() }).nullable(),
      decision: z.object({ decision: z.string(), by: z.string(), at: time }).nullable(),
    }),
  ),
  checks: z.array(z.object({ name: z.string(), passed: z.boolean(), detail: z.string() })),
  acknowledgedBy: z.array(z.string()),
  resolution: z.object({ by: z.string(), at: time, resolution: z.string() }).nullable(),
});
export type IncidentSummary = z.infer<typeof incidentSummarySchema>;

/** The summary of a record. All times come out in UTC, whatever zone they came in. */
export function summarise(record: IncidentRecord): IncidentSummary {
  const { plan, status } = record;
  const { request } = plan;
  const moments = momentsOf(record);
  return {
    format: 'backout.incident/1',
    workflowId: status.workflowId,
    runId: status.runId,
    kind: plan.kind,
    service: plan.service,
    environment: plan.environment,
    target: plan.target,
    severity: request.severity,
    outcome: status.outcome,
    summary: outcomeSentence(record),
    traffic: trafficSentence(record),
    dataChanged: isRestored(record),
    dataLoss: dataLossOf(record),
    restoredEarlier: restoredEarlierOf(record),
    from: plan.from,
    to: plan.to,
    planHash: plan.hash,
    continues: plan.continues?.owner ?? null,
    reason: request.reason,
    requestedBy: request.requestedBy ?? null,
    incidentCommander: request.incidentCommander ?? null,
    customerFacing: request.customerFacing,
    releasedAt: inUtc(moments.released),
    detectedAt: inUtc(moments.detected),
    startedAt: moments.started,
    approvedAt: moments.approved,
    trafficSafeAt: moments.trafficSafe,
    faultyStoppedAt: moments.faultyStopped,
    requestsHeldAt: moments.requestsHeld,
    restoreTypedAt: inUtc(moments.restoreTyped),
    databaseRestoredAt: moments.databaseRestored,
    verifiedAt: moments.verified,
    endedAt: moments.ended,
    durationsMs: durationsOf(moments),
    deadline: deadlineOf(record),
    steps: status.steps.map(summariseStep),
    checks: findStep(record, 'verify')?.result?.verdict?.checks ?? [],
    acknowledgedBy: status.acknowledgements.map(({ by }) => by),
    resolution:
      status.resolution === null
        ? null
        : { by: status.resolution.by, at: status.resolution.at, resolution: status.resolution.resolution },
  };
}

/** As counted last; where that was never done, as planned. */
function dataLossOf({ plan, status }: IncidentRecord): IncidentSummary['dataLoss'] {
  if (plan.database === undefined || plan.database.alreadyRestored !== undefined) return null;
  const { madeAt, lastChangeAt, newerRows } = plan.database;
  const planned = { at: plan.madeAt, isFinal: false, lastChangeAt, newerRows, problem: null };
  const { at: countedAt, ...counted } = status.loss ?? planned;
  return {
    backupMadeAt: madeAt,
    countedAt,
    isFinal: counted.isFinal,
    lastChangeAt: counted.lastChangeAt,
    newerRows: counted.newerRows,
    problem: counted.problem,
  };
}

function restoredEarlierOf({ plan: { database } }: IncidentRecord): IncidentSummary['restoredEarlier'] {
  if (database?.alreadyRestored === undefined) return null;
  const { run, at } = database.alreadyRestored;
  return { run, at: new Date(at).toISOString(), backup: database.backup };
}

const inUtc = (iso: string | null): string | null => (iso === null ? null : new Date(iso).toISOString());

function deadlineOf({ plan, status }: IncidentRecord): IncidentSummary['deadline'] {
  const { at, minutes } = plan.deadline;
  const { trafficSafeAt, endedAt } = status;
  if (trafficSafeAt !== null) return { at, minutes, ...judgeDeadline(plan.deadline, trafficSafeAt) };
  const isMissed = endedAt !== null && !judgeDeadline(plan.deadline, endedAt).kept;
  return { at, minutes, kept: isMissed ? false : null, secondsLeft: null };
}

function summariseStep({ result, failure, decision, ...step }: StepRecord): IncidentSummary['steps'][number] {
  return {
    name: step.name,
    state: step.state,
    startedAt: step.startedAt,
    finishedAt: step.finishedAt,
    rounds: step.rounds,
    attempt: result === null ? null : (result.attempt ?? 1),
    proof: result?.proof ?? null,
    failure,
    decision: decision === null ? null : { decision: decision.decision, by: decision.by, at: decision.at },
  };
}
