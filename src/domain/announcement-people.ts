/** The messages that ask people: for their approval, and for RESTORE (requirements F3, D2). */
import { databaseOf, describeRelease } from './plan.ts';
import type { DatabasePlan } from './plan.ts';
import type { IncidentRecord } from './rollback.ts';
import { title } from './announcement-parts.ts';
import type { Announcement } from './announcement-parts.ts';
import { mustBreakGlass } from './approval/awaiting.ts';
import { whyNobodyApproves } from './approval/policy.ts';
import { keptRestores } from './approval/kept.ts';
import { describePeople, listed } from './approval/words.ts';
import { dataSentence } from './report/data.ts';
import { deadlineSentence } from './report/durations.ts';
import { describeFile, describeFlag } from './partial/words.ts';
import { isPartial, routeOf } from './report/kind.ts';
import { answeredSentence, lossWindow } from './report/loss.ts';
import { outageSeconds } from './report/outage.ts';
import { formatBytes, formatDuration, formatTime } from './report/format.ts';
import { findStep } from './report/steps.ts';
import { trafficSentence } from './report/traffic.ts';

export function announceApprovalQuestion(record: IncidentRecord): Announcement {
  const { plan, status } = record;
  const { terms } = status.approvals;
  const seats = terms?.policy.seats ?? [];
  const people = terms?.policy.people ?? [];
  const breakGlass = terms?.policy.breakGlass ?? [];
  const whyNobody = terms === null ? null : whyNobodyApproves(terms.policy, terms.requester);
  return {
    id: [status.workflowId, status.startedAt, 'waiting-for-approval'],
    tone: 'question',
    title: title('APPROVAL IS NEEDED', record),
    body: [
      `${isPartial(record) ? `The partial rollback ${routeOf(plan)}` : `Going back from ${describeRelease(plan.from)} to ${describeRelease(plan.to)}`} waits for approval. ${trafficSentence(record)} ${dataSentence(record)}`,
      ...(terms === null || whyNobody === null ? [] : [`${mustBreakGlass(terms, whyNobody)}.`]),
      terms?.expiresAt
        ? `If nobody approves until ${formatTime(terms.expiresAt)}, the rollback ends and nothing is changed.`
        : 'The rollback waits on, and nothing is changed.',
      ...keptRestores(status.approvals),
    ],
    fields: [
      ['Reason', plan.request.reason],
      ['Asked for by', plan.request.requestedBy ?? 'somebody who gave no name'],
      [
        'Needs',
        listed(
          seats.map(({ who }) => who),
          'and',
        ),
      ],
      ['Who may', seats.map(({ people: ids }) => describePeople(people, ids)).join('; ')],
      ...(breakGlass.length === 0
        ? []
        : [['May break the glass', describePeople(people, breakGlass)] as [string, string]]),
      ...(plan.database === undefined ? [] : databaseFields(plan.database)),
      ['Plan', plan.hash],
      ['Deadline', deadlineSentence(record)],
    ],
    lists: [{ heading: 'What will be done', items: [...plannedChanges(plan), ...plannedTitles(record)] }],
    commands: commandsOf(record),
  };
}

export function announceRestoreQuestion(record: IncidentRecord): Announcement {
  const { plan, status } = record;
  const database = databaseOf(plan);
  const { restoreAsked, restoreDecision } = status.approvals;
  const expiresAt = restoreAsked?.expiresAt ?? null;
  return {
    id: [status.workflowId, status.startedAt, 'waiting-for-restore', String(remindersSent(record))],
    tone: 'question',
    title: title(
      restoreDecision === null ? 'RESTORE IS NEEDED' : 'RESTORE was needed and has been answered',
      record,
    ),
    body: [
      `${trafficSentence(record)} ${dataSentence(record)} The database waits for a person to type RESTORE.`,
      `What will be lost: ${lossWindow(database, status.loss)} ${howItGoes(record)}`,
      ...(status.loss?.problem ? [answeredSentence(status.loss)] : []),
      expiresAt === null
        ? 'Nothing is restored until then.'
        : `If nobody types it until ${formatTime(expiresAt)}, the database stays as it is and the rollback ends.`,
    ],
    fields: [
      ['From (faulty)', describeRelease(plan.from)],
      ['To', describeRelease(plan.to)],
      ['Reason', plan.request.reason],
      ['Plan', plan.hash],
      ...databaseFields(database).slice(0, 3),
      ['Who may', whoMayType(record)],
      [
        'Prepared',
        findStep(record, 'prepare-restore')?.result?.proof ??
          (database.strategy === 'in-place' ? 'being looked at' : 'being restored beside the live one'),
      ],
      ['Asked since', formatTime(restoreAsked?.since ?? status.startedAt)],
    ],
    lists: [],
    commands: commandsOf(record),
  };
}

/** What it is, what it is restored from, and what that loses. */
function databaseFields(database: DatabasePlan): [name: string, value: string][] {
  return [
    ['Database', database.database],
    ['Backup', `${database.backup}, ${formatBytes(database.sizeBytes)}`],
    ['Data of', formatTime(database.madeAt)],
    ['Would be lost', lossWindow(database)],
  ];
}

function whoMayType({ status }: IncidentRecord): string {
  const { terms } = status.approvals;
  const may = terms?.policy.restore?.people ?? null;
  return terms === null || may === null ? 'anybody' : describePeople(terms.policy.people, may);
}

function howItGoes({ plan }: IncidentRecord): string {
  if (databaseOf(plan).strategy === 'swap') return 'The database of now is kept under another name.';
  const about = formatDuration(outageSeconds(plan.steps) * 1000);
  return `The service is stopped while it is restored: reads and writes fail for about ${about}. A safety copy of the database of now is kept.`;
}

export function announceRestored(record: IncidentRecord): Announcement {
  const { status } = record;
  const proof = findStep(record, 'restore-database')?.result?.proof;
  return {
    id: [status.workflowId, status.startedAt, 'database-restored'],
    tone: 'progress',
    title: title('The database is restored', record),
    body: [
      `${trafficSentence(record)} ${dataSentence(record)} The rollback is not over yet.`,
      ...(proof === undefined ? [] : [`Proof: ${proof}`]),
    ],
    fields: [],
    lists: [],
    commands: [],
  };
}

/** A reminder is a message of its own: the one before must not be taken for it. */
function remindersSent({ timeline }: IncidentRecord): number {
  return timeline.filter(({ announced }) => announced === 'waiting-for-restore').length;
}

/** What a partial rollback changes, line by line: that is what is agreed to. */
function plannedChanges({ partial }: IncidentRecord['plan']): string[] {
  if (partial === undefined) return [];
  return [...partial.flags.map(describeFlag), ...partial.files.flatMap(describeFile)];
}

function plannedTitles({ plan }: IncidentRecord): string[] {
  return plan.steps.filter(({ notNeeded }) => notNeeded === undefined).map(({ title: step }) => step);
}

function commandsOf({ status }: IncidentRecord): Announcement['commands'] {
  return status.awaiting === null ? [] : [{ heading: 'Answer with one of', lines: status.awaiting.answers }];
}
