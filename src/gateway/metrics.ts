/** What Prometheus learns about rollbacks, beside the SDK's own metrics. Ready-made panels: docs/grafana/backout.json. */
import { Counter, Histogram, Registry } from 'prom-client';
import { judgeDeadline } from '../domain/deadline.ts';
import type { Plan } from '../domain/plan.ts';
import type { Outcome, RollbackRef } from '../domain/rollback.ts';

/** One try of one activity, as it ended. */
export type Tried = {
  /** The activity's name: `shiftTraffic`. */
  step: string;
  seconds: number;
  /** The failure's type; null when it was done. */
  failure: string | null;
  /** Where it told somebody: how. */
  told: Told | null;
};

export type Told = { kind: 'page' | 'announcement' | 'event'; channel: string };

export type RollbackMetrics = {
  /** Counts a rollback that has ended, how long traffic stayed on the faulty release, and whether that was in time. */
  ended(plan: Plan, ended: { outcome: Outcome; trafficSafeAt: string | null; rollback: RollbackRef }): void;
  /** Counts a try of a step, and how long it took. */
  tried(tried: Tried): void;
  text(): Promise<string>;
};

const SECONDS_TO_SAFETY = [0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600];
const STEP_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

export function createMetrics(): RollbackMetrics {
  const registry = new Registry();
  const registers = [registry];
  const labelNames = ['service', 'environment', 'kind'] as const;
  const total = new Counter({
    name: 'backout_rollbacks_ended_total',
    help: 'Rollbacks that have ended, by outcome. Only rolled-back, restored and recovered are a success.',
    labelNames: [...labelNames, 'outcome'] as const,
    registers,
  });
  const safety = new Histogram({
    name: 'backout_seconds_to_traffic_safe',
    help: 'From the start of a rollback until traffic was proved to be off the faulty release.',
    labelNames,
    buckets: SECONDS_TO_SAFETY,
    registers,
  });
  const deadlines = new Counter({
    name: 'backout_deadlines_total',
    help: 'Rollbacks that made traffic safe, by whether that was within the time that their severity allows.',
    labelNames: [...labelNames, 'severity', 'kept'] as const,
    registers,
  });
  const steps = new Histogram({
    name: 'backout_step_seconds',
    help: 'How long each try of a step took, by the activity that does it.',
    labelNames: ['step', 'result'] as const,
    buckets: STEP_SECONDS,
    registers,
  });
  const failures = new Counter({
    name: 'backout_step_failures_total',
    help: 'Tries of steps that failed, by the type of the failure.',
    labelNames: ['step', 'type'] as const,
    registers,
  });
  const messages = new Counter({
    name: 'backout_messages_total',
    help: 'Tries to tell somebody: pages, announcements to people, events to other systems.',
    labelNames: ['kind', 'channel', 'result'] as const,
    registers,
  });
  return {
    ended(plan, { outcome, trafficSafeAt, rollback }) {
      const labels = { service: plan.service, environment: plan.environment, kind: plan.kind };
      total.inc({ ...labels, outcome });
      if (trafficSafeAt === null) return;
      safety.observe(labels, (Date.parse(trafficSafeAt) - Date.parse(rollback.startedAt)) / 1000);
      const { kept } = judgeDeadline(plan.deadline, trafficSafeAt);
      deadlines.inc({ ...labels, severity: plan.deadline.severity, kept: String(kept) });
    },
    tried({ step, seconds, failure, told }) {
      const result = failure === null ? 'done' : 'failed';
      steps.observe({ step, result }, seconds);
      if (failure !== null) failures.inc({ step, type: failure });
      if (told !== null) messages.inc({ ...told, result });
    },
    text: () => registry.metrics(),
  };
}
