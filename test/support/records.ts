/** Records of rollbacks as the workflow leaves them, for tests of reports and messages. */
import { emptyApprovals } from '../../src/domain/approval/state.ts';
import { deadlineFor } from '../../src/domain/deadline.ts';
import type { DecideStep } from '../../src/domain/messages.ts';
import { TRAFFIC_ONLY_STEPS } from '../../src/domain/plan.ts';
import type { ObservedRelease, Plan, PlannedStep, StepName } from '../../src/domain/plan.ts';
import { rollbackRequestSchema } from '../../src/domain/request.ts';
import type { RollbackRequestInput } from '../../src/domain/request.ts';
import { pendingStep } from '../../src/domain/rollback.ts';
import type { EvidenceFile, IncidentRecord, StepRecord, StepResult } from '../../src/domain/rollback.ts';
import type { RollbackStatus, TimelineEntry } from '../../src/domain/rollback.ts';
import { serviceEnvironmentSchema } from '../../src/domain/service.ts';
import { SAMPLE_TITLES } from '../../src/domain/templates/sample-record.ts';
import type { Verdict } from '../../src/domain/verification.ts';

/** `at(9.5)` is 9.5 s after the rollback started, at 04:15:00. */
export const at = (seconds: number): string =>
  new Date(Date.UTC(2026, 10, 21, 4, 15, 0) + seconds * 1000).toISOString();

export const CONFIG = serviceEnvironmentSchema.parse({
  target: {
    kind: 'nginx-blue-green',
    site: '/etc/nginx/sites-available/listings',
    upstream: 'listings',
    probe: { url: 'http://127.0.0.1/', identityHeader: 'X-Release' },
    colours: {
      blue: {
        servers: ['127.0.0.1:8080'],
        url: 'http://127.0.0.1:8080',
        process: { systemd: 'blue.service' },
      },
      green: {
        servers: ['127.0.0.1:8081'],
        url: 'http://127.0.0.1:8081',
        process: { systemd: 'green.service' },
      },
    },
  },
  slack: {
    incidents: { env: 'SLACK_INCIDENTS' },
    deployments: { env: 'SLACK_DEPLOYMENTS' },
    engineering: { file: '/run/secrets/slack-engineering' },
  },
});

const TITLES: Record<StepName, string> = {
  ...SAMPLE_TITLES,
  'start-database': 'Start PostgreSQL',
  'switch-flags': 'Switch off new-checkout',
  'put-back-configuration': 'Put back blue-env',
  'prepare-restore': 'Restore listings-0312.dump beside the live database',
};

const COMMANDS: Partial<Record<StepName, string[]>> = {
  'capture-before': ['keep a copy of /etc/nginx/sites-available/listings'],
  'shift-traffic': [
    '- server 127.0.0.1:8080 down;',
    '+ server 127.0.0.1:8080;',
    'nginx -t',
    'nginx -s reload',
  ],
  'capture-logs': ['/var/log/listings/green.log', '/var/log/nginx/error.log'],
  'stop-faulty': ['systemctl stop green.service'],
  verify: ['health: /health healthy for 5 s without a break'],
};

export const OBSERVED = {
  blue: {
    name: 'blue',
    version: '1.4.0',
    configured: 'down',
    answerShare: 0,
    process: 'running',
    health: 'healthy',
    detail: 'process running, pid 812; /health answers 200',
  },
  green: {
    name: 'green',
    version: '1.5.0',
    configured: 'active',
    answerShare: 1,
    process: 'running',
    health: 'unhealthy',
    detail: 'process running, pid 997; /health answers 500',
  },
} as const satisfies Record<string, ObservedRelease>;

export const AFTER = {
  at: at(12),
  releases: [
    { ...OBSERVED.blue, configured: 'active', answerShare: 1 },
    {
      ...OBSERVED.green,
      configured: 'down',
      answerShare: 0,
      process: 'stopped',
      health: 'unknown',
      detail: 'process stopped',
    },
  ] satisfies ObservedRelease[],
  notes: ['X-Blue-Weight: 100'],
};

function plannedStep(name: StepName): PlannedStep {
  return {
    name,
    title: TITLES[name],
    commands: COMMANDS[name] ?? [],
    changes: 'nothing',
    budgetSeconds: 60,
    expectedSeconds: 2,
    ...(name === 'start-previous' ? { notNeeded: 'blue runs already' } : {}),
  };
}

export function makePlan(request: Partial<RollbackRequestInput> = {}, change: Partial<Plan> = {}): Plan {
  const full = rollbackRequestSchema.parse({
    service: 'listings',
    environment: 'production',
    reason: '5xx since 1.5.0',
    requestedBy: 'anna',
    incidentCommander: 'carol',
    detectedAt: at(-200),
    ...request,
  });
  return {
    hash: '0123456789ab',
    kind: 'traffic-only',
    service: 'listings',
    environment: 'production',
    request: full,
    target: 'nginx upstream listings on web-1 (/etc/nginx/sites-available/listings)',
    from: { name: 'green', version: '1.5.0' },
    to: { name: 'blue', version: '1.4.0' },
    steps: TRAFFIC_ONLY_STEPS.map(plannedStep),
    observed: { at: at(0.2), releases: [OBSERVED.blue, OBSERVED.green], notes: ['X-Green-Weight: 100'] },
    warnings: [],
    expectedSeconds: 14,
    deadline: deadlineFor(full.severity, full.detectedAt ?? at(0)),
    continues: null,
    config: CONFIG,
    madeAt: at(0.3),
    ...change,
  };
}

export const evidence = (name: string, bytes = 1234): EvidenceFile => ({
  name,
  bytes,
  sha256: name.length.toString(16).padStart(2, '0').repeat(32),
});

export function proved(proof: string, seconds: number, change: Partial<StepResult> = {}): StepResult {
  return { outcome: 'done', proof, details: [], provedAt: at(seconds), ...change };
}

export function makeVerdict(passed: boolean): Verdict {
  return {
    passed,
    checks: [
      { name: 'health /health', passed: true, detail: 'answered 200 for 5 s' },
      {
        name: '5xx share',
        passed,
        detail: passed ? '0 % is below 1 %' : '3 % is not below 1 %',
      },
      {
        name: 'traffic at http://127.0.0.1/',
        passed: true,
        detail: '10 answers in a row came from blue (1.4.0)',
      },
    ],
    startedAt: at(3.2),
    finishedAt: at(9.5),
  };
}

export function stepRecord(name: StepName, change: Partial<StepRecord> = {}): StepRecord {
  return { ...pendingStep(name, TITLES[name]), ...change };
}

/** A step that was done between two moments, in seconds after the start. */
export function doneStep(name: StepName, from: number, result: StepResult): StepRecord {
  const finishedAt = result.provedAt;
  return stepRecord(name, { state: result.outcome, startedAt: at(from), finishedAt, rounds: 1, result });
}

export function decided(
  step: StepName,
  decision: DecideStep['decision'],
  change: { by?: string; note?: string; seconds?: number } = {},
): StepRecord['decision'] {
  const { by = 'bob', note, seconds = 30 } = change;
  return { step, decision, by, at: at(seconds), ...(note === undefined ? {} : { note }) };
}

/** Every step of a rollback that went well. */
export function goodSteps(): StepRecord[] {
  return [
    doneStep(
      'capture-before',
      0.4,
      proved('state-before.json, releases-before.txt and a copy of the site file are kept', 0.6, {
        evidence: [evidence('state-before.json', 2048), evidence('state-before.txt', 512)],
      }),
    ),
    stepRecord('start-previous', { state: 'not-needed' }),
    doneStep(
      'shift-traffic',
      0.6,
      proved('10 answers in a row came from blue (1.4.0)', 1.8, {
        details: ['- server 127.0.0.1:8080 down;'],
      }),
    ),
    doneStep(
      'capture-logs',
      1.8,
      proved('2 of 2 logs of green (1.5.0) and its host are kept', 2.4, {
        evidence: [
          { ...evidence('faulty-green-listings.log.gz', 50_321), note: '412.0 kB before compression' },
        ],
      }),
    ),
    doneStep('stop-faulty', 2.4, proved('green (1.5.0) ended; its process is stopped', 3.1)),
    doneStep('verify', 3.1, proved('blue (1.4.0) passed all 3 checks', 9.5, { verdict: makeVerdict(true) })),
    doneStep(
      'report',
      9.6,
      proved('INCIDENT_REPORT.md is written', 9.8, { evidence: [evidence('INCIDENT_REPORT.md')] }),
    ),
    doneStep('announce', 9.8, proved('Slack took the message', 10.1)),
  ];
}

/** The same steps with some replaced. */
export function withSteps(...changed: StepRecord[]): StepRecord[] {
  return goodSteps().map((step) => changed.find(({ name }) => name === step.name) ?? step);
}

export function makeRecord(
  parts: { plan?: Plan; status?: Partial<RollbackStatus>; timeline?: TimelineEntry[] } = {},
): IncidentRecord {
  const plan = parts.plan ?? makePlan();
  const { config: _frozen, ...summary } = plan;
  const status: RollbackStatus = {
    workflowId: 'rollback-listings-42',
    runId: '7a1c3f52-0b1d-4f6e-9d3c-2f8e5a6b7c8d',
    kind: 'traffic-only',
    phase: 'running',
    outcome: 'rolled-back',
    traffic: 'All traffic is on blue (1.4.0): 10 answers in a row came from blue (1.4.0)',
    plan: summary,
    steps: goodSteps(),
    awaiting: null,
    approvals: emptyApprovals('7a1c3f52-0b1d-4f6e-9d3c-2f8e5a6b7c8d'),
    acknowledgements: [],
    resolution: null,
    refusedMessages: [],
    incidentFolder: '/var/lib/backout/incidents/rollback-20261121-041500',
    startedAt: at(0),
    trafficSafeAt: at(1.8),
    endedAt: at(9.6),
    ...parts.status,
  };
  return { plan, status, timeline: parts.timeline ?? timelineOf(plan, status) };
}

function timelineOf(plan: Plan, { steps, outcome }: RollbackStatus): TimelineEntry[] {
  const ended: TimelineEntry[] = outcome === null ? [] : [{ at: at(9.6), what: `Outcome: ${outcome}` }];
  return [
    { at: at(0), what: `Rollback requested: ${plan.request.reason}`, by: 'anna', assurance: 'declared' },
    { at: at(0.3), what: `Plan ${plan.hash} made: from green (1.5.0) to blue (1.4.0)` },
    { at: at(0.7), what: 'Slack took the message for the incidents channel (started)', announced: 'started' },
    ...steps.flatMap((step): TimelineEntry[] => {
      const name = step.result?.evidence?.[0]?.name;
      if (step.result === null) return [];
      return [
        {
          at: step.result.provedAt,
          what: `${step.title}: ${step.result.proof}`,
          step: step.name,
          ...(name === undefined ? {} : { evidence: name }),
        },
      ];
    }),
    ...ended,
  ];
}
