/** The message that asks a person what to do about a step that could not be done (requirement K1). */
import type { IncidentRecord, StepRecord } from './rollback.ts';
import { title } from './announcement-parts.ts';
import type { Announcement } from './announcement-parts.ts';
import { deadlineSentence } from './report/durations.ts';
import { formatTime } from './report/format.ts';
import { dataSentence } from './report/data.ts';
import { isRecovery, nounOf } from './report/kind.ts';
import { isMendable, isRecoveryFirst } from './recovery.ts';
import { trafficSentence } from './report/traffic.ts';

/** What each answer does. `skip` and `abort` are not the same, and at 3 a.m. that must stand there. */
const MEANINGS = [
  'retry: try the step again; it reads the live state first, so nothing is done twice',
  'skip: go on without this step',
  'abort: end the rollback here and leave everything as it is now',
];

const RECOVER_MEANS =
  'recover: start what is down (database, release), and then try the step again; no data is changed';

export function announceDecision(record: IncidentRecord): Announcement {
  const { status } = record;
  const { awaiting } = status;
  // Messages are sent in order beside the rollback, so the answer can be there before this one leaves.
  if (awaiting === null) return alreadyDecided(record);
  const step = status.steps.find(({ name }) => name === awaiting.step);
  const offersRecovery = !isRecovery(record) && isMendable(step?.failure ?? null);
  return {
    id: idOf(record, step),
    tone: 'question',
    title: title('A DECISION IS NEEDED', record),
    body: [
      `${trafficSentence(record)} ${dataSentence(record)} The ${nounOf(record)} waits: ${lowerFirst(awaiting.what)}.`,
      ...(step?.failure ? [`What went wrong: ${step.failure.message}`] : []),
      'If nobody answers, it waits on and nothing more is changed.',
    ],
    fields: [
      ['Waits for', awaiting.what],
      ['Since', formatTime(awaiting.since)],
      ['Deadline', deadlineSentence(record)],
      ...(step && step.rounds > 1 ? [['Tried', `${step.rounds} rounds`] as [string, string]] : []),
    ],
    lists: [{ heading: 'Answers', items: offersRecovery ? withRecovery(step) : MEANINGS }],
    commands: [{ heading: 'Answer with one of', lines: awaiting.answers }],
  };
}

const withRecovery = (step: StepRecord | undefined): string[] =>
  isRecoveryFirst(step) ? [RECOVER_MEANS, ...MEANINGS] : [...MEANINGS, RECOVER_MEANS];

function alreadyDecided(record: IncidentRecord): Announcement {
  const last = record.status.steps
    .filter(({ decision }) => decision !== null)
    .sort((a, b) => (a.decision?.at ?? '').localeCompare(b.decision?.at ?? ''))
    .at(-1);
  const said = last?.decision
    ? `${last.decision.by} decided ${last.decision.decision} for “${last.title}” at ${formatTime(last.decision.at)}.`
    : 'It goes on by itself.';
  return {
    id: idOf(record, last),
    tone: 'progress',
    title: title('A decision was needed and has been given', record),
    body: [`${trafficSentence(record)} ${dataSentence(record)} ${said}`],
    fields: [],
    lists: [],
    commands: [],
  };
}

function idOf({ status }: IncidentRecord, step: StepRecord | undefined): string[] {
  const which = step === undefined ? [] : [step.name, String(step.rounds)];
  return [status.workflowId, status.startedAt, 'waiting-for-decision', ...which];
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
