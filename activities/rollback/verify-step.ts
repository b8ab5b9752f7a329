/** The verification as people see it in the plan: every check with its limit, and how long it usually takes. Pure. */
import type { MetricsSettings } from '../../src/domain/metrics.ts';
import type { PlannedStep, Release } from '../../src/domain/plan.ts';
import { describeRelease } from '../../src/domain/plan.ts';
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import type { SmokeUrl, VerificationSettings } from '../../src/domain/verification.ts';
import { milliseconds, percent, perSecond } from '../verification/format.ts';

/** A rate needs two samples from after the switch, and Prometheus usually takes one every 15 s. */
const TWO_SAMPLES_SECONDS = 30;

/** With the path that tells whether the release reaches its database, where there is one. */
export function withDatabaseHealth(config: ServiceEnvironment): ServiceEnvironment {
  const path = config.database?.restore.healthPath;
  const { health } = config.verify;
  if (path === undefined || health.paths.includes(path)) return config;
  return { ...config, verify: { ...config.verify, health: { ...health, paths: [...health.paths, path] } } };
}

export function verifyStep(to: Release, { verify, budgets }: ServiceEnvironment): PlannedStep {
  return {
    name: 'verify',
    title: `Verify ${describeRelease(to)}`,
    commands: describeChecks(verify),
    changes: 'nothing',
    budgetSeconds: budgets.verifySeconds,
    expectedSeconds: usualSeconds(verify),
  };
}

/** Health and metrics are watched side by side; one second is for what is asked once. */
function usualSeconds({ health, metrics }: VerificationSettings): number {
  const metricsSeconds = metrics
    ? Math.min(metrics.settleSeconds ?? TWO_SAMPLES_SECONDS, metrics.withinSeconds)
    : 0;
  return Math.ceil(Math.max(health.steadySeconds, metricsSeconds)) + 1;
}

function describeChecks({ health, smoke, metrics, logErrors }: VerificationSettings): string[] {
  return [
    `health: ${health.paths.join(', ')} healthy for ${health.steadySeconds} s without a break`,
    ...smoke.urls.map(describeSmoke),
    ...(smoke.command ? [`smoke: ${smoke.command.join(' ')}`] : []),
    ...(metrics ? describeMetrics(metrics) : []),
    ...(logErrors
      ? [`log: at most ${logErrors.max} lines matching ${logErrors.pattern} since the switch`]
      : []),
  ];
}

function describeSmoke({ url, hostHeader, status, bodyContains }: SmokeUrl): string {
  const host = hostHeader === undefined ? '' : ` (Host: ${hostHeader})`;
  const body = bodyContains === undefined ? '' : ` and holds "${bodyContains}"`;
  return `smoke: GET ${url}${host} answers ${status}${body}`;
}

function describeMetrics(metrics: MetricsSettings): string[] {
  const { errorShare, p95, uptime, settleSeconds, withinSeconds, minRequestsPerSecond } = metrics;
  const limits = [
    `at least ${perSecond(minRequestsPerSecond)}, else nothing counts as good`,
    ...(errorShare ? [`share of 5xx below ${percent(errorShare.below)}`] : []),
    ...(p95 ? [`95th percentile of the response time below ${describeP95(p95)}`] : []),
    ...(uptime ? [`up for more than ${percent(uptime.above)} of the time`] : []),
    `all good at the same time within ${withinSeconds} s` +
      (settleSeconds === undefined ? '' : `, not before ${settleSeconds} s after the switch`),
  ];
  return limits.map((limit) => `metrics: ${limit}`);
}

function describeP95({ belowSeconds, baseline }: NonNullable<MetricsSettings['p95']>): string {
  return baseline ? `${baseline.factor} × its baseline` : milliseconds(belowSeconds);
}
