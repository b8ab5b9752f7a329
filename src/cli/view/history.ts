/** Rollbacks that have ended. */
import { formatDuration, formatTime } from '../../domain/report/format.ts';
import { reportPath } from '../../domain/report/files.ts';
import type { Outcome } from '../../domain/rollback.ts';
import { table } from './table.ts';
import { between } from './time.ts';

export type Ended = {
  workflowId: string;
  startedAt: string;
  endedAt: string;
  /** Null when it ended without one: then `failure` says why. */
  service: string | null;
  environment: string | null;
  outcome: Outcome | 'failed' | 'terminated';
  failure: { type: string; message: string } | null;
  incidentFolder: string | null;
};

export function renderHistory(ended: Ended[]): string {
  if (ended.length === 0) return 'No rollback has ended here, as far as Temporal remembers.\n';
  const rows = ended.map((rollback) => [
    formatTime(rollback.startedAt),
    rollback.service === null ? '-' : `${rollback.service}/${rollback.environment ?? '-'}`,
    rollback.outcome === 'failed' ? `failed: ${rollback.failure?.type ?? '-'}` : rollback.outcome,
    formatDuration(between(rollback.startedAt, rollback.endedAt)),
    rollback.workflowId,
    reportPath(rollback.incidentFolder) ?? '-',
  ]);
  return table(['started', 'service', 'outcome', 'took', 'rollback', 'report'], rows);
}
