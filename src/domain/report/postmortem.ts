/**
 * POSTMORTEM.md (requirement I3): a draft from the record. What Backout knows is filled in; what only people know is asked,
 * and says so, so that nobody takes a blank for "none".
 */
import { describeRelease } from '../plan.ts';
import type { IncidentRecord } from '../rollback.ts';
import { dataSentence, lossCell } from './data.ts';
import { deadlineSentence, durationsOf, exposedSince, momentsOf } from './durations.ts';
import { FILES } from './files.ts';
import { formatDuration, formatTime } from './format.ts';
import { isPartial, isRecovery, nounOf, routeOf } from './kind.ts';
import { table, text } from './markdown.ts';
import { outcomeSentence } from './outcome.ts';
import { oneLine, upperFirst } from './plain.ts';
import { inOrder } from './sections-detail.ts';
import { undoneSteps, whyUndone } from './steps.ts';

/** Marks what a person fills in. */
const ASK = '**To fill in:**';

/** The draft. The same record gives the same text. */
export function renderPostmortem(record: IncidentRecord): string {
  const sections = [
    opening(record),
    summary(record),
    timeline(record),
    rootCause(record),
    impact(record),
    resolution(record),
    whatWent(record),
    actionItems(record),
    ['## Lessons', '', `- ${ASK} what does everybody else learn from this?`],
    [
      '---',
      '',
      `Drafted by Backout from the history of workflow ${text(record.status.workflowId)}; proofs and evidence are in ${FILES.report} beside it. All times are UTC.`,
      `This file is for people to change: ${FILES.manifest} does not have it. Blame nobody: ask what made the mistake easy.`,
    ],
  ];
  return `${sections.map((section) => section.join('\n')).join('\n\n')}\n`;
}

function opening({ plan, status }: IncidentRecord): string[] {
  const { request } = plan;
  return [
    `# Postmortem (draft): ${text(`${plan.service} in ${plan.environment}`)}, ${status.startedAt.slice(0, 10)}`,
    '',
    ...table(
      ['What', 'Value'],
      [
        ['Severity', request.severity],
        ['Incident commander', text(request.incidentCommander ?? 'not named')],
        ['Rolled back by', text(request.requestedBy ?? 'somebody who gave no name')],
        ['Author', `${ASK} who writes this`],
        ['State', 'draft'],
      ],
    ),
  ];
}

function summary(record: IncidentRecord): string[] {
  return [
    '## Summary',
    '',
    `${text(outcomeSentence(record))}`,
    '',
    `Reason given: ${text(record.plan.request.reason)}`,
    '',
    `${ASK} two sentences for somebody who was not there: what did users see, and why did it happen?`,
  ];
}

function timeline(record: IncidentRecord): string[] {
  const { released, detected } = momentsOf(record);
  const faulty = isPartial(record) ? 'the faulty flag or configuration' : 'the faulty release';
  const live =
    released === null
      ? ['', `${ASK} when ${faulty} went live`, '']
      : [formatTime(released), `${upperFirst(faulty)} went live, as given`, ''];
  const before: string[][] = [
    ...(isRecovery(record) ? [] : [live]),
    [
      detected === null ? '' : formatTime(detected),
      detected === null ? `${ASK} when and how it was noticed` : `Trouble noticed. ${ASK} how?`,
      '',
    ],
  ];
  const entries = inOrder(record.timeline).map(({ at, what, by }) => [
    formatTime(at),
    text(what),
    text(by ?? ''),
  ]);
  return ['## Timeline', '', ...table(['Time', 'What', 'By'], [...before, ...entries])];
}

function rootCause(record: IncidentRecord): string[] {
  const { from } = record.plan;
  const suspect = isPartial(record) ? 'what was switched off or put back' : describeRelease(from);
  const what = isRecovery(record)
    ? `${ASK} why did it go down?`
    : `${ASK} what in ${text(suspect)} caused it?`;
  return [
    '## Root cause',
    '',
    what,
    '',
    `1. Why? ${ASK}`,
    `2. Why? ${ASK}`,
    `3. Why? ${ASK}`,
    '',
    `${ASK} why did tests, review and the checks before the release not find it?`,
  ];
}

function impact(record: IncidentRecord): string[] {
  const moments = momentsOf(record);
  const { requestsHeld } = moments;
  const { exposure } = durationsOf(moments);
  const { customerFacing } = record.plan.request;
  const until = isRecovery(record)
    ? 'the service answered again'
    : isPartial(record)
      ? 'it was proved good again'
      : requestsHeld === null
        ? 'traffic was off the faulty release'
        : 'requests were held';
  const downtime =
    record.status.outcome === 'unverified'
      ? `not over: ${text(describeRelease(record.plan.to))} is not proved good. ${ASK} how long?`
      : exposure === null
        ? `not proved to be over. ${ASK} how long?`
        : `${formatDuration(exposure)} from ${exposedSince(record)} until ${until}. ${ASK} how long before that?`;
  return [
    '## Impact',
    '',
    ...table(
      ['What', 'Value'],
      [
        ['Downtime or degradation', downtime],
        [
          'Users',
          `${customerFacing ? 'customers were affected, as given or by default' : 'customers were not affected, as the request says'}. ${ASK} how many?`,
        ],
        ['Revenue', `${ASK} how much?`],
        ['Data', text(dataSentence(record))],
        ['Data-loss window', text(lossCell(record))],
        ['Deadline', text(deadlineSentence(record))],
      ],
    ),
  ];
}

function resolution(record: IncidentRecord): string[] {
  const { status, plan } = record;
  const said = status.resolution;
  return [
    '## Resolution',
    '',
    `The ${nounOf(record)} ${text(routeOf(plan))} ended as **${status.outcome ?? 'in progress'}**.`,
    '',
    said === null
      ? `${ASK} what made it good for ever: the fix, and the release that has it.`
      : `${text(said.by)} resolved it at ${formatTime(said.at)}: ${text(said.resolution)}`,
  ];
}

function whatWent(record: IncidentRecord): string[] {
  const { startToTrafficSafe } = durationsOf(momentsOf(record));
  const undone = undoneSteps(record);
  const isUnverified = record.status.outcome === 'unverified';
  const well = [
    ...(startToTrafficSafe === null || isUnverified
      ? []
      : [
          `${isPartial(record) ? 'The service' : 'Traffic'} was safe ${formatDuration(startToTrafficSafe)} after the start of the ${nounOf(record)}.`,
        ]),
    `${ASK} what else helped?`,
  ];
  const badly = [
    ...(isUnverified ? [notGood(record, startToTrafficSafe)] : []),
    ...undone.map((step) => `${text(step.title)}: ${text(oneLine(whyUndone(step)))}`),
    `${ASK} what hurt, what was missing, where were we lucky?`,
  ];
  return ['## What went well', '', ...list(well), '', '## What went badly', '', ...list(badly)];
}

/** Traffic that left the faulty release for one that is not proved good is no success. */
function notGood(record: IncidentRecord, leftAfter: number | null): string {
  const { from, to } = record.plan;
  const good = `${text(describeRelease(to))} is not proved good`;
  return leftAfter === null || isPartial(record) || isRecovery(record)
    ? `${upperFirst(good)}.`
    : `Traffic left ${text(describeRelease(from))} after ${formatDuration(leftAfter)}, but ${good}.`;
}

function actionItems(record: IncidentRecord): string[] {
  const { plan } = record;
  const known = isRecovery(record)
    ? [['What made it go down is kept from happening again', 'prevent']]
    : [
        [
          isPartial(record)
            ? 'What was switched off or put back mended'
            : `The bug in ${text(describeRelease(plan.from))} fixed`,
          'fix',
        ],
        ['A test that finds it before a release', 'prevent'],
      ];
  return [
    '## Action items',
    '',
    ...table(
      ['What', 'Kind', 'Owner', 'Due', 'Ticket'],
      [...known, ['An alert that notices it earlier', 'detect']].map((row) => [...row, ASK, ASK, ASK]),
    ),
  ];
}

const list = (items: string[]): string[] => items.map((item) => `- ${item}`);
