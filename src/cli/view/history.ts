/** Rollbacks as a list. */
import type { DeadlineFare, RememberedRollback } from '../../domain/history/rollback.ts';
import { formatDuration, formatTime } from '../../domain/report/format.ts';
import { reportPath } from '../../domain/report/files.ts';
import { table } from './table.ts';

export function renderHistory(rollbacks: RememberedRollback[]): string {
  if (rollbacks.length === 0) return 'No rollback was here, as far as Temporal remembers.\n';
  const rows = rollbacks.map((rollback) => [
    formatTime(rollback.startedAt),
    rollback.kind,
    rollback.service === null ? '-' : `${rollback.service}/${rollback.environment ?? '-'}`,
    rollback.from === null || rollback.to === null ? '-' : `${rollback.from} → ${rollback.to}`,
    rollback.failure === null ? rollback.outcome : `${rollback.outcome}: ${rollback.failure.type}`,
    rollback.timeToMitigateMs === null ? '-' : formatDuration(rollback.timeToMitigateMs),
    deadlineCell(rollback.deadline),
    rollback.workflowId,
    reportPath(rollback.incidentFolder) ?? '-',
  ]);
  return table(
    ['started', 'kind', 'service', 'from → to', 'outcome', 'mitigated', 'deadline', 'rollback', 'report'],
    rows,
  );
}

function deadlineCell(deadline: DeadlineFare | null): string {
  if (deadline === null || deadline.kept === null) return '-';
  return `${deadline.severity} ${deadline.kept ? 'kept' : 'MISSED'}`;
}
