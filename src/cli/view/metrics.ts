/** Counts and times of rollbacks as a table: a line for each service and kind, and one over all. */
import type { RollbackGroup, RollbackMetricsReport } from '../../domain/history/metrics.ts';
import { formatDuration, formatShare } from '../../domain/report/format.ts';
import { table } from './table.ts';

export function renderMetrics({ groups, all }: RollbackMetricsReport): string {
  if (groups.length === 0) return 'No rollback has ended here, as far as Temporal remembers.\n';
  return table(
    ['service', 'kind', 'rollbacks', 'good', 'outcomes', 'p50', 'p90', 'p99', 'in time'],
    [...groups.map(row), ...(groups.length > 1 ? [row(all)] : [])],
  );
}

const GOOD = ['rolled-back', 'restored', 'recovered', 'released'] as const;

function row(group: RollbackGroup): string[] {
  const { outcomes, rollbacks, timeToMitigate, deadline } = group;
  const good = GOOD.reduce((sum, outcome) => sum + (outcomes[outcome] ?? 0), 0);
  const others = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const time = (milliseconds: number | null) => (milliseconds === null ? '-' : formatDuration(milliseconds));
  return [
    group.service ?? 'all',
    group.kind ?? '',
    String(rollbacks),
    rollbacks === 0 ? '-' : formatShare(good / rollbacks),
    others.join(', '),
    time(timeToMitigate.p50),
    time(timeToMitigate.p90),
    time(timeToMitigate.p99),
    deadline.share === null ? '-' : `${formatShare(deadline.share)} of ${deadline.kept + deadline.missed}`,
  ];
}
