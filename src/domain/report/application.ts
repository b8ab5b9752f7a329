/** Whether the release returned to runs, where a restore of its database has it stopped or restarted. */
import { describeRelease } from '../plan.ts';
import type { IncidentRecord } from '../rollback.ts';
import { findStep, isDone, whyUndone } from './steps.ts';
import type { StepsOf } from './steps.ts';

/** One whole sentence; empty where it runs as far as is proved, or was left alone. */
export function applicationSentence(record: Pick<IncidentRecord, 'plan'> & StepsOf): string {
  const to = describeRelease(record.plan.to);
  const restart = findStep(record, 'restart-application');
  const stop = findStep(record, 'stop-application');
  const isStopped = stop !== null && stop.startedAt !== null;
  const isTouched = isStopped || (restart !== null && restart.startedAt !== null);
  if (restart === null || !isTouched || isDone(restart)) return '';
  switch (restart.state) {
    case 'running':
      return `${to} is being restarted: requests fail until it is healthy.`;
    case 'pending':
      return stop?.state === 'running'
        ? `${to} is being stopped for the restore: requests fail until it runs again.`
        : `${to} is stopped for the restore: requests fail until it runs again.`;
    case 'failed':
    case 'waiting-for-decision':
      return `Whether ${to} runs is not proved: its restart failed, and requests may fail.`;
    default:
      // Verification asks the release itself.
      return findStep(record, 'verify')?.result?.verdict?.passed === true
        ? ''
        : `Whether ${to} runs is not proved: its restart was ${whyUndone(restart)}, and requests may fail.`;
  }
}
