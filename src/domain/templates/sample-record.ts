/** A full rollback that was never there, at each of its moments: for previews and examples. Pure. */
import type { Policy } from '../approval/policy.ts';
import { emptyApprovals, makeTerms } from '../approval/state.ts';
import type { Approvals } from '../approval/state.ts';
import { deadlineFor } from '../deadline.ts';
import type { AnnouncementEvent } from '../notification.ts';
import { FULL_STEPS } from '../plan.ts';
import type { DatabasePlan, ObservedRelease, Plan, Release, StepName } from '../plan.ts';
import { rollbackRequestSchema } from '../request.ts';
import { pendingStep } from '../rollback.ts';
import type { Awaiting, IncidentRecord, RollbackStatus, StepRecord } from '../rollback.ts';
import type { ServiceEnvironment } from '../service.ts';
import { serviceEnvironmentSchema } from '../service.ts';

/** Where it happened, in words and in settings. */
export type Place = { service: string; environment: string; config: ServiceEnvironment };

/** `at(90)` is 90 s after it began. */
export const at = (seconds: number): string =>
  new Date(Date.UTC(2026, 10, 21, 4, 15, 0) + seconds * 1000).toISOString();

export const RUN_ID = '7a1c3f52-0b1d-4f6e-9d3c-2f8e5a6b7c8d';
const FROM = { name: 'green', version: '1.5.0' };
const TO = { name: 'blue', version: '1.4.0' };

export const SAMPLE_TITLES: Record<(typeof FULL_STEPS)[number], string> = {
  'capture-before': 'Keep the state before the rollback',
  'start-previous': 'Start blue (1.4.0)',
  'shift-traffic': 'Send all traffic to blue (1.4.0)',
  'capture-logs': 'Keep the logs of green (1.5.0)',
  'stop-faulty': 'Stop green (1.5.0)',
  'check-release': 'See that blue (1.4.0) is healthy',
  'prepare-restore': 'Restore the backup beside the live database',
  'confirm-restore': 'Wait for RESTORE',
  'stop-application': 'Stop blue (1.4.0)',
  'restore-database': 'Put the restored database in its place',
  'restart-application': 'Restart blue (1.4.0) on the restored database',
  verify: 'Verify blue (1.4.0)',
  report: 'Write the incident report',
  announce: 'Tell everybody how it ended',
};

/** How many steps are done, how the next one stands, and seconds since the start. */
const MOMENTS: Record<AnnouncementEvent, { done: number; next: StepRecord['state']; seconds: number }> = {
  started: { done: 0, next: 'running', seconds: 1 },
  'waiting-for-approval': { done: 0, next: 'pending', seconds: 2 },
  'traffic-shifted': { done: 3, next: 'running', seconds: 40 },
  'waiting-for-decision': { done: 5, next: 'waiting-for-decision', seconds: 120 },
  'waiting-for-restore': { done: 7, next: 'waiting-for-decision', seconds: 180 },
  'database-restored': { done: 10, next: 'running', seconds: 420 },
  ended: { done: 12, next: 'running', seconds: 600 },
};

/** Of no configuration at all. */
export function samplePlace(): Place {
  const colour = (name: string, port: number) => ({
    servers: [`127.0.0.1:${port}`],
    url: `http://127.0.0.1:${port}`,
    process: { systemd: `${name}.service` },
  });
  const config = serviceEnvironmentSchema.parse({
    target: {
      kind: 'nginx-blue-green',
      site: '/etc/nginx/sites-available/listings',
      upstream: 'listings',
      probe: { url: 'http://127.0.0.1/', identityHeader: 'X-Release' },
      colours: { blue: colour('blue', 8080), green: colour('green', 8081) },
    },
  });
  return { service: 'listings', environment: 'production', config };
}

export function sampleRecord(event: AnnouncementEvent, place: Place): IncidentRecord {
  const plan = planOf(place);
  const { config: _frozen, ...summary } = plan;
  const { service, environment } = place;
  const { done, seconds } = MOMENTS[event];
  const hasEnded = event === 'ended';
  const status: RollbackStatus = {
    workflowId: `rollback-${service}-${environment}-20261121-041500`,
    runId: RUN_ID,
    kind: plan.kind,
    phase: hasEnded ? 'ended' : awaitingOf(event, place) === null ? 'running' : 'waiting',
    outcome: hasEnded ? 'rolled-back' : null,
    traffic:
      done >= 3
        ? 'All traffic is on blue (1.4.0): 10 answers in a row came from blue (1.4.0)'
        : 'Traffic is on green (1.5.0)',
    plan: summary,
    steps: stepsOf(event),
    awaiting: awaitingOf(event, place),
    approvals: approvalsOf(plan),
    acknowledgements: [],
    resolution: null,
    refusedMessages: [],
    incidentFolder: '/var/lib/backout/incidents/rollback-20261121-041500',
    startedAt: at(0),
    trafficSafeAt: done >= 3 ? at(30) : null,
    endedAt: hasEnded ? at(seconds) : null,
  };
  return { plan, status, timeline: [] };
}

/** Who may decide, as a team might have it. */
const POLICY: Policy = {
  rule: 'the first rule',
  people: [
    { id: 'anna', name: 'Anna Ax', aliases: [], principal: 'anna' },
    { id: 'ben', name: 'Ben Bo', aliases: [], principal: 'ben' },
  ],
  seats: [{ who: 'a team lead', people: ['ben'] }],
  tell: [],
  requesterMayApprove: false,
  expiresMinutes: 60,
  assurance: 'declared',
  restore: {
    people: ['anna', 'ben'],
    requesterMayConfirm: true,
    expiresMinutes: 240,
    assurance: 'declared',
  },
  breakGlass: ['anna'],
};

function approvalsOf({ hash, request, database }: Plan): Approvals {
  const terms = makeTerms(
    {
      workflowId: 'sample',
      policy: POLICY,
      planHash: hash,
      backup: database?.backup ?? null,
      requestedBy: request.requestedBy,
    },
    at(2),
  );
  return { ...emptyApprovals(RUN_ID), terms };
}

function planOf({ service, environment, config }: Place): Plan {
  const request = rollbackRequestSchema.parse({
    service,
    environment,
    reason: '5xx since 1.5.0',
    requestedBy: 'anna',
    incidentCommander: 'carol',
    detectedAt: at(-120),
    releasedAt: at(-600),
  });
  return {
    hash: '0123456789ab',
    kind: 'full',
    service,
    environment,
    request,
    target: `nginx upstream ${service}`,
    from: FROM,
    to: TO,
    steps: FULL_STEPS.map((name) => ({
      name,
      title: SAMPLE_TITLES[name],
      commands: [],
      changes: 'nothing',
      budgetSeconds: 60,
      expectedSeconds: 30,
    })),
    observed: { at: at(0), releases: [observed(TO, 'backup'), observed(FROM, 'active')], notes: [] },
    database: sampleDatabase(service),
    warnings: [],
    expectedSeconds: 420,
    deadline: deadlineFor(request.severity, at(-120)),
    continues: null,
    config,
    madeAt: at(0),
  };
}

const observed = (release: Release, configured: 'active' | 'backup'): ObservedRelease => ({
  ...release,
  configured,
  answerShare: configured === 'active' ? 1 : 0,
  process: 'running',
  health: configured === 'active' ? 'unhealthy' : 'healthy',
  detail: 'process running',
});

export const sampleDatabase = (service: string): DatabasePlan => ({
  database: `PostgreSQL database ${service}`,
  strategy: 'swap',
  backup: `${service}-0312.dump`,
  path: `/var/backups/${service}-0312.dump`,
  madeAt: at(-3780),
  madeAtSource: 'manifest',
  sizeBytes: 73_012_345,
  sha256: 'ab'.repeat(32),
  format: 'custom',
  lastChangeAt: at(-30),
  newerRows: [{ table: 'orders', rows: 12, problem: null }],
  passedOver: [],
});

function stepsOf(event: AnnouncementEvent): StepRecord[] {
  const { done, next, seconds } = MOMENTS[event];
  return FULL_STEPS.map((name, index): StepRecord => {
    const isDone = index < done;
    const isNext = index === done;
    const provedAt = at((seconds * (index + 1)) / (done + 1));
    return {
      ...pendingStep(name, SAMPLE_TITLES[name]),
      state: isDone ? 'done' : isNext ? next : 'pending',
      startedAt: isDone || (isNext && next !== 'pending') ? provedAt : null,
      finishedAt: isDone ? provedAt : null,
      rounds: isDone || isNext ? 1 : 0,
      result: isDone
        ? { outcome: 'done', proof: `${SAMPLE_TITLES[name]}: it was`, details: [], provedAt }
        : null,
      failure:
        isNext && event === 'waiting-for-decision'
          ? {
              type: 'CommandFailed',
              message: 'The connection to web-1 was lost. Traffic was not changed by this.',
            }
          : null,
    };
  });
}

function awaitingOf(event: AnnouncementEvent, { service, environment }: Place): Awaiting | null {
  const id = `rollback-${service}-${environment}-20261121-041500`;
  const asked = (what: string, step: StepName | null, answers: string[]): Awaiting => ({
    ...{ what, step, answers },
    since: at(MOMENTS[event].seconds),
  });
  switch (event) {
    case 'waiting-for-approval':
      return asked('Approval', null, [`backout approve ${id}`, `backout reject ${id}`]);
    case 'waiting-for-decision':
      return asked('A decision about “See that blue (1.4.0) is healthy”', 'check-release', [
        `backout decide ${id} check-release retry`,
        `backout decide ${id} check-release abort`,
      ]);
    case 'waiting-for-restore':
      return asked('RESTORE, typed by a person', 'confirm-restore', [`backout confirm-restore ${id}`]);
    case 'started':
    case 'traffic-shifted':
    case 'database-restored':
    case 'ended':
      return null;
  }
}
