/** What Prometheus learns about rollbacks, beside the SDK's own metrics. */
import { Counter, Histogram, Registry } from 'prom-client';
import type { Plan } from '../domain/plan.ts';
import type { Outcome, RollbackRef } from '../domain/rollback.ts';

export type RollbackMetrics = {
  /** Counts a rollback that has ended, and how long traffic stayed on the faulty release. */
  ended(plan: Plan, ended: { outcome: Outcome; trafficSafeAt: string | null; rollback: RollbackRef }): void;
  text(): Promise<string>;
};

const SECONDS_TO_SAFETY = [0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600];

export function createMetrics(): RollbackMetrics {
  const registry = new Registry();
  const labelNames = ['service', 'environment', 'kind'] as const;
  const total = new Counter({
    name: 'backout_rollbacks_ended_total',
    help: 'Rollbacks that have ended, by outcome. Only rolled-back and recovered are a success.',
    labelNames: [...labelNames, 'outcome'] as const,
    registers: [registry],
  });
  const safety = new Histogram({
    name: 'backout_seconds_to_traffic_safe',
    help: 'From the start of a rollback until traffic was proved to be off the faulty release.',
    labelNames,
    buckets: SECONDS_TO_SAFETY,
    registers: [registry],
  });
  return {
    ended(plan, { outcome, trafficSafeAt, rollback }) {
      const labels = { service: plan.service, environment: plan.environment, kind: plan.kind };
      total.inc({ ...labels, outcome });
      if (trafficSafeAt === null) return;
      safety.observe(labels, (Date.parse(trafficSafeAt) - Date.parse(rollback.startedAt)) / 1000);
    },
    text: () => registry.metrics(),
  };
}
