/** Every message that a team can write itself, and what it can write about. Pure. */
import { ANNOUNCEMENT_EVENTS } from '../notification.ts';
import type { AnnouncementEvent } from '../notification.ts';

export const TEMPLATE_MESSAGES = [
  ...ANNOUNCEMENT_EVENTS.map((event) => `announcement-${event}` as const),
  'announcement-freeze',
  'announcement-follow-up',
  'stakeholders-mail',
  'page',
  'status-page-update',
  'customer-notice',
] as const;
/** The name of its file, without `.liquid`. */
export type TemplateMessage = (typeof TEMPLATE_MESSAGES)[number];

/** What a template can be about: the name in it, and what it is. */
export type Field = readonly [name: string, meaning: string];

const EVENTS: Record<AnnouncementEvent, string> = {
  started: 'has begun',
  'waiting-for-approval': 'waits for approval',
  'traffic-shifted': 'has moved the traffic',
  'waiting-for-decision': 'waits for a decision about a step',
  'waiting-for-restore': 'waits for RESTORE',
  'database-restored': 'has restored the database',
  ended: 'has ended',
};

export const PURPOSES: Record<TemplateMessage, string> = {
  ...(Object.fromEntries(
    ANNOUNCEMENT_EVENTS.map((event) => [`announcement-${event}`, `Slack: the rollback ${EVENTS[event]}`]),
  ) as Record<`announcement-${AnnouncementEvent}`, string>),
  'announcement-freeze': 'Slack: a service is frozen, and when that is over',
  'announcement-follow-up': 'Slack, e-mail: what is watched and reminded of after a rollback',
  'stakeholders-mail': 'e-mail to stakeholders, at each moment that they want',
  page: 'a page to somebody, its acknowledgement and its end; not the one of `page-test`',
  'status-page-update': 'what customers read on the status page',
  'customer-notice': 'the part of CUSTOMER_NOTICE.md that is sent',
};

const WRITTEN: Field[] = [
  ['default', 'the whole default text, with its facts and lists'],
  ['title', 'the default first line'],
  ['text', 'the default paragraphs, a line each'],
];
const FACTS: Field = ['facts', 'the default facts: as they are, or one by one: `fact.name`, `fact.value`'];
const LISTS: Field = ['lists', 'the default lists: as they are, or one by one: `list.heading`, `list.items`'];
const PLACE: Field[] = [
  ['service', 'the service'],
  ['environment', 'its environment'],
];

const RECORD: Field[] = [
  ...PLACE,
  ['severity', 'P0 to P3'],
  ['kind', '`traffic-only`, `full`, `partial` or `recover`'],
  ['from', 'the faulty release'],
  ['to', 'the release returned to, or that stays'],
  ['reason', 'why, as it was asked for'],
  ['requested_by', 'who started it; null where nobody said'],
  ['incident_commander', 'who leads; null where nobody is named'],
  ['customers_affected', 'true or false'],
  ['workflow_id', 'its ID, for `backout status` and its like'],
  ['started', 'when it began'],
  ['status', 'in progress, or how it ended'],
  ['traffic', 'where traffic is: one or more sentences'],
  ['data', 'what became of the data: one or more sentences'],
  ['deadline', 'the deadline, and whether it is kept'],
  ['eta', 'when it is expected to be done; null when it has ended'],
  ['warnings', 'list: what is odd in the plan'],
  ['actions', 'list: what the rollback does'],
  ['still_to_come', 'list: what of it is not done yet'],
  ['next_steps', 'list: what people are to do'],
  ['waits_for', 'what it waits for; null where it does not'],
  ['answers', 'list: the commands that answer'],
  ['outcome', '`rolled-back`, `unverified` and so on; null until it has ended'],
  ['duration', 'from start to end; null until it has ended'],
  ['resolution', 'what has become of the fault; null until it has ended'],
  ['impact', 'who was affected, for how long, what data are lost; null until it has ended'],
  ['report', 'where the report is; null until there is one'],
];

const ANNOUNCEMENT: Field[] = [
  ...WRITTEN,
  FACTS,
  LISTS,
  ['event', 'which moment it is about, as in the name of the file'],
  ['channel', '`incidents`, `deployments`, `engineering` or `stakeholders`'],
  ...RECORD,
];

export const FIELDS: Record<TemplateMessage, readonly Field[]> = {
  ...(Object.fromEntries(
    ANNOUNCEMENT_EVENTS.map((event) => [`announcement-${event}`, ANNOUNCEMENT]),
  ) as Record<`announcement-${AnnouncementEvent}`, Field[]>),
  'announcement-freeze': [
    ...WRITTEN,
    FACTS,
    LISTS,
    ['event', '`asked` while a decision is awaited, or `ended`'],
    ['channel', '`incidents`, `deployments` or `engineering`'],
    ...PLACE,
    ['reason', 'why it is frozen'],
    ['requested_by', 'who froze it'],
    ['started', 'since when'],
    ['workflow_id', 'its ID, for `backout decide-freeze` and its like'],
    ['status', 'what is held and what is not: one or more sentences'],
    ['waits_for', 'what it waits for; null where it does not'],
    ['answers', 'list: the commands that answer'],
  ],
  'announcement-follow-up': [
    ...WRITTEN,
    FACTS,
    LISTS,
    ['event', '`trouble`, `trouble-over`, `reminder`, `page-over`, `watch-over` or `ended`'],
    [
      'channel',
      '`incidents`, `deployments`, `engineering`, `stakeholders`, or `level` for a channel of a level',
    ],
    ...PLACE,
    ['severity', 'P0 to P3, of the rollback'],
    ['workflow_id', 'ID of the follow-up, for `backout tick`'],
    ['rollback', 'ID of the rollback'],
    ['status', 'what was seen and what is open: one or more sentences'],
    ['open', 'list: the names of what is still to be done'],
    ['bug_ticket', 'where the bug ticket is; null where there is none'],
  ],
  'stakeholders-mail': ANNOUNCEMENT,
  page: [
    ...WRITTEN,
    FACTS,
    ['event', '`trigger`, `acknowledge` or `resolve`'],
    ...PLACE,
    ['severity', 'P0 to P3'],
    ['level', 'number of the level that is called'],
    ['level_name', 'its name'],
  ],
  'status-page-update': [
    ['default', 'the default text'],
    ['name', 'the title of the incident, which has no template'],
    ['event', '`investigating`, `identified`, `monitoring` or `resolved`'],
    ['severity', 'P0 to P3'],
    ['started', 'when the incident began'],
    ['next_update', 'when the next one comes; null with the last'],
    ['number', 'counts the updates, from 1'],
  ],
  'customer-notice': [
    ['default', 'the default text, with its line `Subject: …`'],
    ...PLACE,
    ['lost_from', 'from when on what was entered is lost'],
    ['lost_until', 'until when'],
    ['counted', 'what of it was counted: a sentence'],
  ],
};
