/** The same numbers in Prometheus' text format (version 0.0.4), for a node exporter's textfile collector or a push gateway. Pure. */
import type { RollbackGroup, RollbackMetricsReport } from './metrics.ts';

type Sample = { labels: Record<string, string>; value: number; suffix?: string };

/** All are gauges or a summary: they are of what Temporal remembers now, which falls when it forgets. */
export function toPrometheus({ groups }: RollbackMetricsReport): string {
  return [
    metric('backout_history_rollbacks', {
      type: 'gauge',
      help: 'Rollbacks that Temporal remembers, by outcome.',
      samples: groups.flatMap((group) =>
        Object.entries(group.outcomes).map(([outcome, value]) => ({
          labels: { ...labelsOf(group), outcome },
          value,
        })),
      ),
    }),
    metric('backout_history_time_to_mitigate_seconds', {
      type: 'summary',
      help: 'From detection until traffic was proved to be off the faulty release.',
      samples: groups.flatMap(times),
    }),
    metric('backout_history_deadline_kept_ratio', {
      type: 'gauge',
      help: 'Share of rollbacks that made traffic safe within the time that their severity allows.',
      samples: groups.flatMap((group) =>
        group.deadline.share === null ? [] : [{ labels: labelsOf(group), value: group.deadline.share }],
      ),
    }),
  ].join('');
}

const labelsOf = ({ service, kind }: RollbackGroup) => ({ service: service ?? '', kind: kind ?? '' });

function times(group: RollbackGroup): Sample[] {
  const labels = labelsOf(group);
  const { p50, p90, p99, count, sumMs } = group.timeToMitigate;
  const quantiles = Object.entries({ '0.5': p50, '0.9': p90, '0.99': p99 }).flatMap(([quantile, value]) =>
    value === null ? [] : [{ labels: { ...labels, quantile }, value: value / 1000 }],
  );
  return [
    ...quantiles,
    { labels, suffix: '_sum', value: sumMs / 1000 },
    { labels, suffix: '_count', value: count },
  ];
}

function metric(
  name: string,
  { type, help, samples }: { type: string; help: string; samples: Sample[] },
): string {
  const lines = samples.map(
    ({ labels, value, suffix = '' }) => `${name}${suffix}{${renderLabels(labels)}} ${value}`,
  );
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

const renderLabels = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escape(value)}"`)
    .join(',');

const escape = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
