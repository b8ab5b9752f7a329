/** What templates of announcements and of mails to stakeholders are given. Pure. */
import type { Recipient } from '../announcement-channels.ts';
import { impact, resolution } from '../announcement-end.ts';
import { announceFreeze } from '../announcement-freeze.ts';
import type { FreezeMessage } from '../announcement-freeze.ts';
import { expectedRemaining } from '../announcement-parts.ts';
import type { Announcement } from '../announcement-parts.ts';
import { announcementFor, isPlanned } from '../announcement.ts';
import { announceFollowUp } from '../follow-up/announcement.ts';
import type { FollowUpMessage } from '../follow-up/announcement.ts';
import { openItems } from '../follow-up/items.ts';
import { followUpSentence } from '../follow-up/status.ts';
import { freezeOutcomeSentence, freezeSentence } from '../freeze.ts';
import type { AnnouncementEvent } from '../notification.ts';
import { describeRelease } from '../plan.ts';
import { dataSentence } from '../report/data.ts';
import { deadlineSentence, durationsOf, momentsOf } from '../report/durations.ts';
import { reportPath } from '../report/files.ts';
import { formatDuration, formatTime } from '../report/format.ts';
import { nextSteps } from '../report/next-steps.ts';
import { outcomeSentence } from '../report/outcome.ts';
import { isDone } from '../report/steps.ts';
import { trafficSentence } from '../report/traffic.ts';
import type { IncidentRecord } from '../rollback.ts';
import { readParts, valuesOf } from './draft.ts';
import type { Draft } from './draft.ts';

type Told = { event: AnnouncementEvent; record: IncidentRecord; channel: Recipient };

export function announcementDraft({ event, record, channel }: Told): Draft<Announcement> {
  const name = channel === 'stakeholders' ? 'stakeholders-mail' : (`announcement-${event}` as const);
  return draftOf(name, announcementFor(event, record), () => ({
    event,
    channel,
    ...recordValues(record),
  }));
}

export function freezeDraft(message: FreezeMessage, channel: Recipient): Draft<Announcement> {
  const { moment, freeze, awaiting, ref } = message;
  return draftOf('announcement-freeze', announceFreeze(message), () => ({
    event: moment,
    channel,
    service: freeze.service,
    environment: freeze.environment,
    reason: freeze.reason,
    requested_by: freeze.by,
    started: formatTime(freeze.since),
    workflow_id: ref.workflowId,
    status: moment === 'ended' ? freezeOutcomeSentence(freeze) : freezeSentence(freeze),
    waits_for: awaiting?.what ?? null,
    answers: awaiting?.answers ?? [],
  }));
}

/** `channel`: a Slack channel by its purpose, `stakeholders`, or `level` for a channel of a level. */
export function followUpDraft(message: FollowUpMessage, channel: Recipient | 'level'): Draft<Announcement> {
  const { moment, record, status } = message;
  return draftOf('announcement-follow-up', announceFollowUp(message), () => ({
    event: moment.is,
    channel,
    service: status.service,
    environment: status.environment,
    severity: record.plan.request.severity,
    workflow_id: status.workflowId,
    rollback: status.rollback,
    status: followUpSentence(status),
    open: openItems(status.items).map(({ name }) => name),
    bug_ticket: status.bugTicket?.url ?? null,
  }));
}

function draftOf(
  name: Draft<Announcement>['name'],
  message: Announcement,
  more: () => Record<string, unknown>,
): Draft<Announcement> {
  const parts = { ...message, facts: message.fields };
  return {
    name,
    message,
    values: () => ({ ...valuesOf(parts), ...more() }),
    read: (written) => {
      const { facts, ...read } = readParts(written, parts);
      return { ...message, ...read, fields: facts };
    },
  };
}

/** Picked one by one: where secrets are, which the plan holds too, is nobody's business. */
function recordValues(record: IncidentRecord): Record<string, unknown> {
  const { plan, status } = record;
  const { request } = plan;
  const steps = status.steps.filter(isPlanned);
  const hasEnded = status.outcome !== null;
  const { total, exposure } = durationsOf(momentsOf(record));
  const started = formatTime(status.startedAt);
  return {
    service: plan.service,
    environment: plan.environment,
    severity: request.severity,
    kind: plan.kind,
    from: describeRelease(plan.from),
    to: describeRelease(plan.to),
    reason: request.reason,
    requested_by: request.requestedBy ?? null,
    incident_commander: request.incidentCommander ?? null,
    customers_affected: request.customerFacing,
    workflow_id: status.workflowId,
    started,
    status: hasEnded ? outcomeSentence(record) : `in progress since ${started}`,
    traffic: trafficSentence(record),
    data: dataSentence(record),
    deadline: deadlineSentence(record),
    eta: hasEnded ? null : expectedRemaining(record),
    warnings: plan.warnings,
    actions: steps.map(({ title }) => title),
    still_to_come: steps.filter((step) => !isDone(step)).map(({ title }) => title),
    next_steps: nextSteps(record),
    waits_for: status.awaiting?.what ?? null,
    answers: status.awaiting?.answers ?? [],
    outcome: status.outcome,
    duration: total === null || !hasEnded ? null : formatDuration(total),
    resolution: hasEnded ? resolution(record) : null,
    impact: hasEnded ? impact(record, exposure) : null,
    report: reportPath(status.incidentFolder),
  };
}
