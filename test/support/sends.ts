/** What one rollback sends to everybody, as its workflows hand it to activities. */
import { cloudEventOf } from '../../src/domain/events/cdevents.ts';
import type { EventKind } from '../../src/domain/events/cdevents.ts';
import { eventsSchema } from '../../src/domain/events/settings.ts';
import { ticketsSchema } from '../../src/domain/follow-up/settings.ts';
import { bugTicket, troubleComment } from '../../src/domain/follow-up/tickets.ts';
import type { Ticket } from '../../src/domain/follow-up/tickets.ts';
import { faultyTag, gitSchema } from '../../src/domain/git.ts';
import { slackSchema } from '../../src/domain/notification.ts';
import type { AnnouncementEvent } from '../../src/domain/notification.ts';
import type { IncidentRecord, RollbackRef } from '../../src/domain/rollback.ts';
import { stakeholdersSchema } from '../../src/domain/stakeholders.ts';
import { statusPageSchema } from '../../src/domain/status-page/settings.ts';
import { writeUpdate } from '../../src/domain/status-page/update.ts';
import type { PublicStage } from '../../src/domain/status-page/update.ts';
import { followUpStatus } from './follow-ups.ts';
import type { settingsOf } from './recipients.ts';
import { CONFIG, makePlan, makeRecord } from './records.ts';
import type { Send } from './sends-workflow.ts';

type Said = { stage: PublicStage; before: PublicStage | null; number: number; incident: string | null };

/** @param remote the repository to tag in */
export function createSends(ref: RollbackRef, settings: ReturnType<typeof settingsOf>, remote: string) {
  const { startedAt } = ref;
  const git = gitSchema.parse({ remote });
  const record = recordOf(ref, {
    slack: slackSchema.parse(settings.slack),
    stakeholders: stakeholdersSchema.parse(settings.stakeholders),
    git,
  });
  const followUpId = `${ref.workflowId}-follow-up`;
  const trackers = settings.trackers.map((tracker) => ticketsSchema.parse(tracker));
  const taggedFrom = (version: string) => ({ ...record.plan, from: { name: 'green', version } });
  return {
    publicUpdates: ({ incident, ...said }: Said): Send[] =>
      [settings.statuspage, settings.page].map((page) => ({
        activity: 'postPublicUpdate',
        input: {
          page: statusPageSchema.parse(page),
          update: writeUpdate({
            ...said,
            publicName: 'Example Listings',
            run: ref.runId,
            severity: 'P1',
            startedAt,
            nextUpdateAt: said.stage === 'resolved' ? null : startedAt,
          }),
          incident,
        },
      })),
    /** To a Slack channel as a bot, to one by webhook, and to stakeholders. */
    announcements: (event: AnnouncementEvent, thread?: string): Send[] => [
      {
        activity: 'announce',
        input: { event, channel: 'incidents', record, ...(thread === undefined ? {} : { thread }) },
      },
      { activity: 'announce', input: { event, channel: 'deployments', record } },
      { activity: 'announce', input: { event, channel: 'stakeholders', record } },
    ],
    /** To a Slack channel as a bot, and to one by webhook. */
    ofFollowUp: (): Send[] =>
      (['incidents', 'deployments'] as const).map((channel) => ({
        activity: 'announceFollowUp',
        input: {
          channel,
          message: { moment: { is: 'watch-over' }, count: 0, record, status: followUpStatus() },
        },
      })),
    /** To the same two. */
    ofFreeze: (): Send[] =>
      (['incidents', 'deployments'] as const).map((channel) => ({
        activity: 'announceFreeze',
        input: {
          ...({ channel, moment: 'asked', count: 0, awaiting: null, ref } as const),
          freeze: {
            ...{ service: 'listings', environment: 'production', by: 'anna', reason: 'wrong prices' },
            ...{ since: startedAt, holds: [], decision: null, problem: null },
          },
        },
      })),
    newTickets: (): Send[] =>
      trackers.map((tracker) => ({
        activity: 'openTicket',
        input: { settings: tracker, draft: bugTicket({ followUpId, record }) },
      })),
    /** `over` closes them. */
    comments: (what: 'again' | 'over', tickets: Ticket[]): Send[] =>
      tickets.map((ticket, index) => ({
        activity: 'changeTicket',
        input: {
          settings: trackers[index] ?? {},
          change: {
            ticket,
            open: what === 'again',
            comment: troubleComment({ followUpId }, what, {
              ...{ kind: 'health', since: startedAt, until: null, detail: 'health /health: status 503' },
              ...{ seen: 2, times: 1, ticket },
            }),
          },
        },
      })),
    event: (kind: EventKind): Send => {
      const event = cloudEventOf(kind, record, {
        settings: eventsSchema.parse(settings.events),
        firstRunId: ref.runId,
      });
      if (event === null) throw new Error(`there is no ${kind}`);
      return { activity: 'sendEvent', input: { event, settings: settings.events } };
    },
    tag: (version: string): Send => ({
      activity: 'tagFaulty',
      input: { plan: taggedFrom(version), rollback: ref },
    }),
    nameOfTag: (version: string): string => {
      const tag = faultyTag(taggedFrom(version), ref, git);
      if ('why' in tag) throw new Error(tag.why);
      return tag.name;
    },
  };
}

function recordOf(
  { workflowId, runId, startedAt }: RollbackRef,
  config: Partial<typeof CONFIG>,
): IncidentRecord {
  return makeRecord({
    plan: makePlan({}, { config: { ...CONFIG, ...config } }),
    status: { workflowId, runId, startedAt, trafficSafeAt: startedAt, endedAt: startedAt },
  });
}
