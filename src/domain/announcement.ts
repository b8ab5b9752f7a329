/**
 * What people are told, and when (requirement H1), in no messenger's own format. Every message says where traffic is
 * and what became of the data. Pure: made from the record as it is when the message is sent.
 */
import type { AnnouncementEvent } from './notification.ts';
import { describeRelease } from './plan.ts';
import type { IncidentRecord, StepRecord } from './rollback.ts';
import { announceDecision } from './announcement-decision.ts';
import {
  announceApprovalQuestion,
  announceRestored,
  announceRestoreQuestion,
} from './announcement-people.ts';
import { announceEnd } from './announcement-end.ts';
import { expectedRemaining, fromField, title, toField } from './announcement-parts.ts';
import type { Announcement } from './announcement-parts.ts';
import { durationsOf, momentsOf, deadlineSentence } from './report/durations.ts';
import { formatDuration, formatTime } from './report/format.ts';
import { nextSteps } from './report/next-steps.ts';
import { isPartial, isRecovery, nounOf, routeOf, troublesOf } from './report/kind.ts';
import { upperFirst } from './report/plain.ts';
import { findStep, isDone } from './report/steps.ts';
import { dataSentence } from './report/data.ts';
import { trafficSentence } from './report/traffic.ts';

export type { Announcement } from './announcement-parts.ts';

/** The message for this moment. */
export function announcementFor(event: AnnouncementEvent, record: IncidentRecord): Announcement {
  switch (event) {
    case 'started':
      return announceStart(record);
    case 'traffic-shifted':
      return announceShift(record);
    case 'waiting-for-approval':
      return announceApprovalQuestion(record);
    case 'waiting-for-decision':
      return announceDecision(record);
    case 'waiting-for-restore':
      return announceRestoreQuestion(record);
    case 'database-restored':
      return announceRestored(record);
    case 'ended':
      return announceEnd(record);
  }
}

function announceStart(record: IncidentRecord): Announcement {
  const { plan, status } = record;
  const { request } = plan;
  return {
    id: [status.workflowId, status.startedAt, 'started'],
    tone: 'begin',
    title: title(beginning(record), record),
    body: [
      `${whatBegins(record)} ${trafficSentence(record)} ${dataSentence(record)}`,
      ...plan.warnings.map((warning) => `Warning: ${warning}`),
    ],
    fields: [
      ['Environment', plan.environment],
      ['Service', plan.service],
      ...fromField(record),
      toField(record),
      ['Started by', request.requestedBy ?? 'somebody who gave no name'],
      ['Incident commander', request.incidentCommander ?? 'not named'],
      ['Reason', request.reason],
      ['Status', `in progress since ${formatTime(status.startedAt)}`],
      ['ETA', expectedRemaining(record)],
      ['Deadline', deadlineSentence(record)],
    ],
    lists: [
      { heading: 'Actions', items: status.steps.filter(isPlanned).map(({ title: step }) => step) },
      { heading: 'Next steps', items: nextSteps(record) },
    ],
    commands: [],
  };
}

function beginning(record: IncidentRecord): string {
  if (isRecovery(record)) return 'Recovering';
  if (record.plan.partial?.restores === true) return 'Putting back';
  return isPartial(record) ? 'Rolling back in part' : 'Rolling back';
}

function whatBegins(record: IncidentRecord): string {
  const { plan } = record;
  if (isRecovery(record)) return `${troublesOf(plan)}Recovering ${routeOf(plan)}.`;
  return isPartial(record)
    ? `${upperFirst(nounOf(record))} ${routeOf(plan)}.`
    : `Going back ${routeOf(plan)}.`;
}

function announceShift(record: IncidentRecord): Announcement {
  const { plan, status } = record;
  const { startToTrafficSafe } = durationsOf(momentsOf(record));
  const proof = findStep(record, 'shift-traffic')?.result?.proof;
  return {
    id: [status.workflowId, status.startedAt, 'traffic-shifted'],
    tone: 'progress',
    title: title('Traffic has moved', record),
    body: [
      `${trafficSentence(record)} ${dataSentence(record)} The ${nounOf(record)} is not over yet.`,
      ...(proof === undefined ? [] : [`Proof: ${proof}`]),
    ],
    fields: [
      ...fromField(record),
      ['To', describeRelease(plan.to)],
      ['Traffic safe after', startToTrafficSafe === null ? 'not proved' : formatDuration(startToTrafficSafe)],
      ['Deadline', deadlineSentence(record)],
      ['ETA', expectedRemaining(record)],
    ],
    lists: [
      {
        heading: 'Still to come',
        items: status.steps.filter((step) => isPlanned(step) && !isDone(step)).map(({ title: step }) => step),
      },
    ],
    commands: [],
  };
}

export const isPlanned = ({ state }: StepRecord): boolean => state !== 'not-needed';
