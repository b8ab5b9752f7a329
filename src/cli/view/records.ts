/** Where the records of a rollback are. */
import { reportPath } from '../../domain/report/files.ts';
import type { RollbackStatus, StepRecord } from '../../domain/rollback.ts';

/** The report once it is written, the folder before that, or null while there is neither. */
export function recordsLine({ incidentFolder, steps, phase }: RollbackStatus): string | null {
  if (incidentFolder === null) return null;
  if (isReportWritten(steps)) return reportLine(incidentFolder);
  const what = phase === 'ended' ? 'No report was written. Evidence' : 'Evidence so far';
  return `${what}, on the worker: ${incidentFolder}`;
}

export function reportLine(incidentFolder: string | null): string {
  const path = reportPath(incidentFolder);
  return path === null ? 'No report was written.' : `Report, on the worker: ${path}`;
}

function isReportWritten(steps: StepRecord[]): boolean {
  const state = steps.find(({ name }) => name === 'report')?.state;
  return state === 'done' || state === 'already';
}
