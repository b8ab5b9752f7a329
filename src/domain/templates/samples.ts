/** A sample of each message, for previews and for the examples of what templates are given. Pure. */
import { writePage } from '../escalation/write-page.ts';
import { subjectOf } from '../escalation/subject.ts';
import { FOLLOW_UP_FORMAT } from '../follow-up/status.ts';
import type { FollowUpStatus } from '../follow-up/status.ts';
import type { Trouble } from '../follow-up/watch.ts';
import { messageText } from '../message-text.ts';
import type { Announcement } from '../announcement-parts.ts';
import type { FreezeStatus } from '../freeze.ts';
import type { AnnouncementEvent } from '../notification.ts';
import type { Page } from '../paging/page.ts';
import { dataSentence } from '../report/data.ts';
import { trafficSentence } from '../report/traffic.ts';
import { writeUpdate } from '../status-page/update.ts';
import type { PublicUpdate } from '../status-page/update.ts';
import { announcementDraft, followUpDraft, freezeDraft } from './announcements.ts';
import type { Draft } from './draft.ts';
import type { TemplateMessage } from './messages.ts';
import { noticeDraft, pageDraft, updateDraft } from './others.ts';
import { at, RUN_ID, sampleRecord } from './sample-record.ts';
import type { Place } from './sample-record.ts';

/** The draft of a sample, whose messages are plain text: what a person sees of it. */
export type Sample = Draft<string>;

export function sampleOf(name: TemplateMessage, place: Place): Sample {
  switch (name) {
    case 'announcement-freeze':
      return shown(freezeDraft(freezeMessage(place), 'incidents'), announcementText);
    case 'announcement-follow-up':
      return shown(followUpDraft(followUpMessage(place), 'incidents'), announcementText);
    case 'stakeholders-mail':
      return shown(announcement('ended', place, 'stakeholders'), announcementText);
    case 'page':
      return shown(pageDraft(page(place)), (sent: Page) => messageText(sent));
    case 'status-page-update':
      return shown(updateDraft(update(place)), (sent: PublicUpdate) => `${sent.body}\n`);
    case 'customer-notice':
      return noticeDraft(sampleRecord('ended', place));
    default:
      return shown(
        announcement(name.slice('announcement-'.length) as AnnouncementEvent, place, 'incidents'),
        announcementText,
      );
  }
}

function shown<Message>(draft: Draft<Message>, show: (message: Message) => string): Sample {
  return {
    name: draft.name,
    message: show(draft.message),
    values: draft.values,
    read: (written) => show(draft.read(written)),
  };
}

const announcementText = ({ fields, ...rest }: Announcement): string =>
  messageText({ ...rest, facts: fields });

const announcement = (
  event: AnnouncementEvent,
  place: Place,
  channel: 'incidents' | 'stakeholders',
): Draft<Announcement> => announcementDraft({ event, record: sampleRecord(event, place), channel });

const refOf = ({ service, environment }: Place) => ({
  workflowId: `rollback-${service}-${environment}-20261121-041500`,
  runId: RUN_ID,
  startedAt: at(0),
  requestedBy: 'anna',
});

function freezeMessage(place: Place) {
  const ref = refOf(place);
  const hold = (name: 'requests' | 'writes') => ({
    ...{ name, state: 'held' as const, said: null, details: [], at: at(20) },
  });
  const freeze: FreezeStatus = {
    service: place.service,
    environment: place.environment,
    by: 'anna',
    reason: 'prices are overwritten',
    since: at(0),
    holds: [hold('requests'), hold('writes')],
    decision: null,
    problem: null,
  };
  const answers = ['full', 'release'].map((one) => `backout decide-freeze ${ref.workflowId} ${one}`);
  const awaiting = { what: 'A decision about the freeze', since: at(20), step: null, answers };
  return { moment: 'asked' as const, count: 0, freeze, awaiting, ref };
}

function followUpMessage(place: Place) {
  const record = sampleRecord('ended', place);
  const trouble: Trouble = {
    kind: 'health',
    since: at(4500),
    until: null,
    detail: 'health /health: answered 500.',
    seen: 1,
    times: 1,
    ticket: null,
  };
  const { workflowId, incidentFolder } = record.status;
  const status: FollowUpStatus = {
    format: FOLLOW_UP_FORMAT,
    workflowId: `${workflowId}-follow-up`,
    rollback: workflowId,
    service: place.service,
    environment: place.environment,
    phase: 'watching',
    startedAt: at(600),
    watchUntil: at(87_000),
    nextCheckAt: at(5400),
    watch: { made: 5, notMade: 0, last: null, release: record.plan.to, troubles: [trouble] },
    items: [
      {
        name: 'root-cause',
        text: 'The root cause is found',
        due: at(87_000),
        withinMinutes: 1440,
        ticked: null,
        reminded: 0,
        missed: 0,
      },
    ],
    reminded: { first: ['Slack (incidents)'], ignored: [] },
    bugTicket: null,
    problems: [],
    refusedMessages: [],
    timeline: [],
    incidentFolder,
    endedAt: null,
  };
  return { moment: { is: 'trouble' as const, trouble }, count: 1, record, status };
}

function page(place: Place): Page {
  const { service, environment } = place;
  const record = sampleRecord('waiting-for-decision', place);
  const { plan, status } = record;
  const subject = subjectOf(
    { ref: refOf(place), kind: plan.kind, request: plan.request },
    { service, environment, plan },
  );
  return writePage({
    ...{ id: 'sample', incidentKey: 'sample', subject, now: at(125) },
    level: { number: 2, name: 'team lead', people: ['ben'] },
    cause: 'urgent',
    trouble: {
      key: 'check-release',
      title: 'a step failed',
      message: '“See that blue (1.4.0) is healthy” failed: the connection to web-1 was lost.',
    },
    view: { state: `${trafficSentence(record)} ${dataSentence(record)}`, awaiting: status.awaiting },
  });
}

function update({ service, config }: Place): PublicUpdate {
  return writeUpdate({
    ...{ stage: 'mending', before: null, run: 'sample', number: 1, severity: 'P1' },
    publicName: config.statusPage?.publicName ?? service,
    startedAt: at(0),
    nextUpdateAt: at(900),
  });
}
