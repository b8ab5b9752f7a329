/**
 * Metrics back to normal (requirement E3): asked again and again until all are good in the same round, or time is up.
 *
 * Right after the switch a range still holds the faulty release's answers, and a release that just got its traffic has
 * none yet. Both look wrong and both heal, so a bad round is no verdict; only the last one is.
 */
import type { MetricsSettings } from '../../src/domain/metrics.ts';
import type { Release } from '../../src/domain/plan.ts';
import type { Check } from '../../src/domain/verification.ts';
import { seconds } from './format.ts';
import { type Judgement, judgeMetrics, type Reading, type Readings } from './metrics-judge.ts';
import { pause } from './pause.ts';
import type { AskPrometheus } from './prometheus.ts';
import { fillQuery } from './queries.ts';

export type MetricsCheck = {
  settings: MetricsSettings;
  ask: AskPrometheus;
  release: Release;
  /** Epoch milliseconds of the switch. */
  switchedAt: number;
  signal: AbortSignal;
  heartbeat: (detail: string) => void;
};

/** One check per metric. Takes `withinSeconds` and one answer at most. */
export async function checkMetrics(check: MetricsCheck): Promise<Check[]> {
  const { settings, signal } = check;
  const startedAt = Date.now();
  const deadline = startedAt + settings.withinSeconds * 1000;
  let baseline: Reading | undefined;
  for (;;) {
    const readings = await askAll(check, baseline);
    if (readings.baseline?.answer.kind === 'value') baseline = readings.baseline;
    const judgements = judgeMetrics(settings, readings);
    const now = Date.now();
    const sinceSwitch = now - check.switchedAt;
    const settled = sinceSwitch >= (settings.settleSeconds ?? 0) * 1000;
    if (settled && judgements.every(({ state }) => state === 'good')) {
      return report(judgements, `Good ${seconds(sinceSwitch)} after the switch.`);
    }
    if (judgements.some(({ state }) => state === 'hopeless')) return report(judgements, '');
    if (now >= deadline) return report(judgements, `Asked for ${seconds(now - startedAt)}.`);
    check.heartbeat(`metrics: ${judgements.map(({ name, state }) => `${name} ${state}`).join(', ')}`);
    await pause(Math.min(settings.intervalSeconds * 1000, deadline - now), signal);
  }
}

function report(judgements: Judgement[], when: string): Check[] {
  return judgements.map(({ name, state, detail }) => ({
    name,
    passed: state === 'good',
    detail: `${detail} ${when}`.trimEnd(),
  }));
}

/** One round. A baseline that is known is not asked again: it looks far back and is dear to compute. */
async function askAll(check: MetricsCheck, known: Reading | undefined): Promise<Readings> {
  const { errorShare, p95, uptime, requests } = check.settings;
  const ask = (query: string | undefined) => (query === undefined ? undefined : askOne(check, query));
  const [traffic, share, percentile, normal, up] = await Promise.all([
    askOne(check, requests),
    ask(errorShare?.query),
    ask(p95?.query),
    known ?? ask(p95?.baseline?.query),
    ask(uptime?.query),
  ]);
  return {
    requests: traffic,
    ...(share && { errorShare: share }),
    ...(percentile && { p95: percentile }),
    ...(normal && { baseline: normal }),
    ...(up && { uptime: up }),
  };
}

async function askOne(check: MetricsCheck, query: string): Promise<Reading> {
  const filled = fillQuery(query, {
    release: check.release,
    secondsSinceSwitch: (Date.now() - check.switchedAt) / 1000,
    windowSeconds: check.settings.windowSeconds,
  });
  if ('problem' in filled) return { query, answer: { kind: 'refused', why: filled.problem } };
  return { query: filled.query, answer: await check.ask(filled.query, check.signal) };
}
