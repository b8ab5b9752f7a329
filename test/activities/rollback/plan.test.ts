/** The plan that people agree to: its steps word for word, what its hash covers, and how long it will take. */
import { expect, test } from 'vitest';
import { policyFor } from '../../../src/domain/approval/policy.ts';
import { assemblePlan } from '../../../activities/rollback/plan.ts';
import type { TargetPlan } from '../../../activities/targets/driver.ts';
import type { PlanInput } from '../../../activities/types.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import { rollbackRequestSchema } from '../../../src/domain/request.ts';
import type { RollbackRequestInput } from '../../../src/domain/request.ts';
import type { ServiceEnvironment } from '../../../src/domain/service.ts';
import { verificationSchema } from '../../../src/domain/verification.ts';
import { at, CONFIG, OBSERVED } from '../../support/records.ts';

const shift: PlannedStep = {
  name: 'shift-traffic',
  title: 'Send all traffic to blue (1.4.0)',
  commands: ['nginx -t', 'nginx -s reload'],
  changes: 'traffic',
  budgetSeconds: 60,
  expectedSeconds: 1.5,
};
const start: PlannedStep = {
  name: 'start-previous',
  title: 'Start blue (1.4.0)',
  commands: ['systemctl start blue.service'],
  changes: 'processes',
  budgetSeconds: 120,
  expectedSeconds: 10,
  notNeeded: 'blue runs already',
};

const TARGET: TargetPlan = {
  target: 'nginx upstream listings on web-1 (/etc/nginx/sites-available/listings)',
  from: { name: 'green', version: '1.5.0' },
  to: { name: 'blue', version: '1.4.0' },
  observed: { at: at(0.2), releases: [OBSERVED.blue, OBSERVED.green], notes: ['X-Green-Weight: 100'] },
  steps: [start, shift],
  warnings: ['green answers no request'],
  continues: null,
};

const inputOf = (
  request: Partial<RollbackRequestInput> = {},
  rollback: Partial<PlanInput['rollback']> = {},
): PlanInput => ({
  kind: 'traffic-only',
  environment: 'production',
  request: rollbackRequestSchema.parse({ service: 'listings', reason: '5xx since 1.5.0', ...request }),
  rollback: {
    workflowId: 'rollback-listings-42',
    runId: 'r1',
    startedAt: at(0),
    requestedBy: 'anna',
    ...rollback,
  },
});

const POLICY = policyFor(null, { environment: 'production', severity: 'P1', kind: 'traffic-only' });
const NO_DATABASE = { database: undefined, policy: POLICY };

type Parts = {
  input?: PlanInput;
  target?: Partial<TargetPlan>;
  config?: Partial<ServiceEnvironment>;
  madeAt?: string;
};
const planOf = ({ input = inputOf(), target, config, madeAt = at(0.3) }: Parts = {}) =>
  assemblePlan(input, {
    target: { ...TARGET, ...target },
    config: { ...CONFIG, ...config },
    madeAt,
    ...NO_DATABASE,
  });

const verifying = (verify: Parameters<typeof verificationSchema.parse>[0]) => {
  const plan = planOf({ config: { verify: verificationSchema.parse(verify) } });
  const step = plan.steps.find(({ name }) => name === 'verify');
  return { commands: step?.commands, expectedSeconds: step?.expectedSeconds };
};

const PROMETHEUS = { url: 'http://prometheus:9090' };
const METRICS = { prometheus: PROMETHEUS, requests: 'sum(rate(r{c="$release"}[$window]))' };

test('after the target’s own steps come verify, report and announce', () => {
  const plan = planOf();
  expect(plan.steps).toEqual([
    start,
    shift,
    {
      name: 'verify',
      title: 'Verify blue (1.4.0)',
      commands: ['health: /health healthy for 5 s without a break'],
      changes: 'nothing',
      budgetSeconds: 300,
      expectedSeconds: 6,
    },
    {
      name: 'report',
      title: 'Write the incident report',
      commands: [],
      changes: 'records',
      budgetSeconds: 60,
      expectedSeconds: 1,
    },
    {
      name: 'announce',
      title: 'Tell everybody how it ended',
      commands: [
        'Slack message to the incidents channel',
        'Slack message to the deployments channel',
        'Slack message to the engineering channel',
      ],
      changes: 'nothing',
      budgetSeconds: 60,
      expectedSeconds: 1,
    },
  ]);
});

test('the plan holds what was asked, read and chosen, and the configuration as it is now', () => {
  const input = inputOf({ severity: 'P0', detectedAt: at(-60) });
  const { steps: _, hash, ...plan } = planOf({ input });
  expect(hash).toMatch(/^[0-9a-f]{12}$/);
  expect(plan).toEqual({
    kind: 'traffic-only',
    service: 'listings',
    environment: 'production',
    request: input.request,
    target: TARGET.target,
    from: TARGET.from,
    to: TARGET.to,
    observed: TARGET.observed,
    warnings: ['green answers no request'],
    // 1.5 for the switch, 6 for verify, 1 each for report and announce. The start is not needed.
    expectedSeconds: 9.5,
    deadline: { severity: 'P0', minutes: 5, from: at(-60), at: at(240) },
    policy: POLICY,
    continues: null,
    config: CONFIG,
    madeAt: at(0.3),
  });
});

test('the deadline counts from the start where nobody said when it was noticed', () => {
  expect(planOf().deadline).toEqual({ severity: 'P1', minutes: 15, from: at(0), at: at(900) });
});

test('without Slack, nobody is told, and that takes no time', () => {
  const { slack: _, ...config } = CONFIG;
  const plan = assemblePlan(inputOf(), { target: TARGET, config, madeAt: at(0.3), ...NO_DATABASE });
  expect(plan.steps.at(-1)).toMatchObject({ commands: [], notNeeded: 'no Slack channel is configured' });
  expect(plan.expectedSeconds).toBe(8.5);
});

test('the budgets are those of the configuration', () => {
  const budgets = { ...CONFIG.budgets, verifySeconds: 301, reportSeconds: 61, announceSeconds: 62 };
  expect(
    planOf({ config: { budgets } })
      .steps.slice(-3)
      .map(({ budgetSeconds }) => budgetSeconds),
  ).toEqual([301, 61, 62]);
});

test('every check of the verification is in the plan with its limit', () => {
  expect(
    verifying({
      health: { paths: ['/health', '/ready'], steadySeconds: 2.5 },
      smoke: {
        urls: [
          { url: 'https://listings/' },
          { url: 'http://127.0.0.1/login', hostHeader: 'listings', status: 302, bodyContains: 'Sign in' },
        ],
        command: ['./smoke.sh', '--fast'],
      },
      metrics: {
        ...METRICS,
        minRequestsPerSecond: 0.5,
        errorShare: { query: 'e[$window]', below: 0.0007 },
        p95: { query: 'p[$window]', belowSeconds: 0.8 },
        uptime: { query: 'avg_over_time(up[$window])', above: 0.995 },
      },
      logErrors: { pattern: 'ERROR|FATAL', max: 3 },
    }).commands,
  ).toEqual([
    'health: /health, /ready healthy for 2.5 s without a break',
    'smoke: GET https://listings/ answers 200',
    'smoke: GET http://127.0.0.1/login (Host: listings) answers 302 and holds "Sign in"',
    'smoke: ./smoke.sh --fast',
    'metrics: at least 0.5 requests/s, else nothing counts as good',
    'metrics: share of 5xx below 0.07 %',
    'metrics: 95th percentile of the response time below 800 ms',
    'metrics: up for more than 99.5 % of the time',
    'metrics: all good at the same time within 120 s',
    'log: at most 3 lines matching ERROR|FATAL since the switch',
  ]);
});

test('a baseline and a time to settle are said too', () => {
  expect(
    verifying({
      metrics: {
        ...METRICS,
        settleSeconds: 45,
        withinSeconds: 90,
        p95: { query: 'p', baseline: { query: 'b', factor: 1.5 } },
      },
    }).commands?.slice(1),
  ).toEqual([
    'metrics: at least 0.1 requests/s, else nothing counts as good',
    'metrics: 95th percentile of the response time below 1.5 × its baseline',
    'metrics: all good at the same time within 90 s, not before 45 s after the switch',
  ]);
});

test.each([
  ['health alone', { health: { steadySeconds: 2.5 } }, 4],
  ['metrics, which need two samples', { metrics: METRICS }, 31],
  ['metrics that settle for longer', { metrics: { ...METRICS, settleSeconds: 60 } }, 61],
  ['metrics that need not settle', { metrics: { ...METRICS, settleSeconds: 0 } }, 6],
  ['metrics with little time', { metrics: { ...METRICS, withinSeconds: 20 } }, 21],
  ['health that takes longer than metrics', { health: { steadySeconds: 50 }, metrics: METRICS }, 51],
])('the time that verification takes is that of %s', (_, verify, seconds) => {
  expect(verifying(verify).expectedSeconds).toBe(seconds);
});

const HASH = planOf().hash;

test.each<[string, Parts]>([
  ['made later', { madeAt: at(60) }],
  ['asked for by another run', { input: inputOf({}, { runId: 'r2', workflowId: 'w2', startedAt: at(30) }) }],
  ['with another reason or name', { input: inputOf({ reason: 'slow', requestedBy: 'bob', severity: 'P0' }) }],
  ['on another reading of the same state', { target: { observed: { at: at(9), releases: [], notes: [] } } }],
  ['with another warning', { target: { warnings: [] } }],
  [
    'with other expectations and budgets',
    { target: { steps: [start, { ...shift, expectedSeconds: 9, budgetSeconds: 99 }] } },
  ],
])('a plan %s keeps its hash', (_, parts) => {
  expect(planOf(parts).hash).toBe(HASH);
});

test.each<[string, Parts]>([
  ['for another service', { input: inputOf({ service: 'search' }) }],
  ['in another environment', { input: { ...inputOf(), environment: 'staging' } }],
  ['on another host', { target: { target: TARGET.target.replace('web-1', 'web-2') } }],
  ['from another release', { target: { from: { name: 'red', version: '1.5.0' } } }],
  ['from another version', { target: { from: { name: 'green', version: '1.5.1' } } }],
  ['to another release', { target: { to: { name: 'red', version: '1.4.0' } } }],
  ['to another version', { target: { to: { name: 'blue', version: null } } }],
  ['with another command', { target: { steps: [start, { ...shift, commands: ['nginx -t'] }] } }],
  [
    'with the commands in another order',
    { target: { steps: [start, { ...shift, commands: [...shift.commands].reverse() }] } },
  ],
  ['without a step', { target: { steps: [shift] } }],
  [
    'with a step that has become needed',
    { target: { steps: [{ ...start, notNeeded: 'blue is told to stay down' }, shift] } },
  ],
])('a plan %s has another hash', (_, parts) => {
  expect(planOf(parts).hash).not.toBe(HASH);
  expect(planOf(parts).hash).toMatch(/^[0-9a-f]{12}$/);
});
