/** Where the records of a rollback are. */
import { reportPath } from '../../domain/report/files.ts';
import type { RollbackStatus, StepRecord } from '../../domain/rollback.ts';

/** The report once it is written, the folder before that, or null while there is neither. */
export function recordsLine(status: RollbackStatus): string | null {
  const { incidentFolder, steps, phase } = status;
  if (incidentFolder === null) return null;
  if (isFreezeOnly(status) || isReportWritten(steps)) return reportLine(incidentFolder);
  const what = phase === 'ended' ? 'No report was written. Evidence' : 'Evidence so far';
  return `${what}, on the worker: ${incidentFolder}`;
}

export function reportLine(incidentFolder: string | null): string {
  const path = reportPath(incidentFolder);
  return path === null ? 'No report was written.' : `Report, on the worker: ${path}`;
}

/** A freeze that no rollback came of has no steps; its report is all that is ever written of it. */
const isFreezeOnly = ({ freeze, plan }: RollbackStatus): boolean => freeze !== undefined && plan === null;

function isReportWritten(steps: StepRecord[]): boolean {
  const state = steps.find(({ name }) => name === 'report')?.state;
  return state === 'done' || state === 'already';
}
