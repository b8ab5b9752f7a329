/** The message at the end of a rollback. Only a proved one reads like a success. */
import { isSuccess } from './rollback.ts';
import type { IncidentRecord } from './rollback.ts';
import { fromField, toField } from './announcement-parts.ts';
import type { Announcement } from './announcement-parts.ts';
import { databaseOf, describeRelease } from './plan.ts';
import { isRestored } from './report/data.ts';
import { lossWindow } from './report/loss.ts';
import { describeChanges } from './partial/words.ts';
import { deadlineSentence, durationsOf, momentsOf } from './report/durations.ts';
import { formatDuration } from './report/format.ts';
import { isPartial, nounOf } from './report/kind.ts';
import { reportPath } from './report/files.ts';
import { nextSteps } from './report/next-steps.ts';
import { headline, outcomeSentence } from './report/outcome.ts';

export function announceEnd(record: IncidentRecord): Announcement {
  const { plan, status } = record;
  const durations = durationsOf(momentsOf(record));
  const isGood = isSuccess(status.outcome);
  const took = (milliseconds: number | null) =>
    milliseconds === null ? 'not reached' : formatDuration(milliseconds);
  const report = reportPath(status.incidentFolder);
  return {
    id: [status.workflowId, status.startedAt, 'ended'],
    tone: isGood ? 'good' : 'bad',
    title: `${headline(record)} (${plan.request.severity})`,
    body: [...(isGood ? [] : ['THIS IS NOT A SUCCESS.']), outcomeSentence(record)],
    fields: [
      ...fromField(record),
      toField(record),
      ['Duration', took(durations.total)],
      [isPartial(record) ? 'Proved good after' : 'Traffic safe after', took(durations.startToTrafficSafe)],
      ['Deadline', deadlineSentence(record)],
      ['Resolution', resolution(record)],
      ['Impact', impact(record, durations.exposure)],
      ['Report', report === null ? 'there is none' : `${report} on the worker`],
    ],
    lists: [{ heading: 'Next steps', items: nextSteps(record) }],
    commands: [],
  };
}

/** What has become of the fault. Of a rollback that has ended. */
export function resolution({ plan, status }: IncidentRecord): string {
  if (status.resolution !== null) return `${status.resolution.resolution} (${status.resolution.by})`;
  if (status.outcome === 'recovered')
    return 'what was down runs again; why it went down is still to be found';
  if (status.outcome === 'restored') return 'all is as it was before the partial rollback';
  if (isPartial({ plan }) && status.outcome === 'rolled-back')
    return `${plan.partial === undefined ? '' : describeChanges(plan.partial)}; the fault itself is still to be found`;
  return status.outcome === 'rolled-back'
    ? `traffic is back on ${describeRelease(plan.to)}; the fault of ${describeRelease(plan.from)} is still to be found`
    : 'not resolved';
}

/** Who was affected, for how long, and what data are lost. `exposure` in milliseconds. Of a rollback that has ended. */
export function impact(record: IncidentRecord, exposure: number | null): string {
  const { plan, status } = record;
  const who = plan.request.customerFacing ? 'customers affected' : 'no customers affected';
  const what = isPartial(record) ? 'the service' : 'traffic';
  if (exposure === null) return `${who}; ${what} was not proved safe`;
  const { released, detected, requestsHeld } = momentsOf(record);
  const start = detected === null ? `the start of the ${nounOf(record)}` : 'detection';
  const since = released === null ? start : 'the release';
  const until = requestsHeld === null ? `${what} was safe` : 'requests were held';
  const how = isSuccess(status.outcome) ? '' : ', and the service is not known to be good';
  return `${who}, for ${formatDuration(exposure)} from ${since} until ${until}${how}; ${dataLoss(record)}`;
}

function dataLoss(record: IncidentRecord): string {
  return isRestored(record)
    ? `data lost: ${lossWindow(databaseOf(record.plan), record.status.loss)}`
    : 'no data lost';
}
