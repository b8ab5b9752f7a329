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
  from: release,
  to: release,
  planHash: z.string(),
  /** Workflow ID of the unfinished rollback that this one continued. */
  continues: z.string().nullable(),
  reason: z.string(),
  requestedBy: z.string().nullable(),
  incidentCommander: z.string().nullable(),
  customerFacing: z.boolean(),
  detectedAt: time.nullable(),
  startedAt: time,
  trafficSafeAt: time.nullable(),
  faultyStoppedAt: time.nullable(),
  verifiedAt: time.nullable(),
  endedAt: time.nullable(),
  durationsMs: z.object({
    detectionToStart: milliseconds,
    startToTrafficSafe: milliseconds,
    startToFaultyStopped: milliseconds,
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
    from: plan.from,
    to: plan.to,
    planHash: plan.hash,
    continues: plan.continues?.owner ?? null,
    reason: request.reason,
    requestedBy: request.requestedBy ?? null,
    incidentCommander: request.incidentCommander ?? null,
    customerFacing: request.customerFacing,
    detectedAt: inUtc(moments.detected),
    startedAt: moments.started,
    trafficSafeAt: moments.trafficSafe,
    faultyStoppedAt: moments.faultyStopped,
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
    proof: result?.proof ?? null,
    failure,
    decision: decision === null ? null : { decision: decision.decision, by: decision.by, at: decision.at },
  };
}
