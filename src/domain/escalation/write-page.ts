/** What a page says. Written when it is sent, so that it tells how things are now. */
import type { Page } from '../paging/page.ts';
import { formatDuration, formatTime } from '../report/format.ts';
import { asSentence, oneLine } from '../report/plain.ts';
import type { Cause } from './ladder.ts';
import { describeLevel } from './policy.ts';
import type { Level } from './policy.ts';
import type { RollbackView, Subject, Trouble } from './state.ts';

export type PageParts = {
  id: string;
  incidentKey: string;
  subject: Subject;
  level: Pick<Level, 'number' | 'name' | 'people'>;
  cause: Cause;
  /** The latest that was urgent. */
  trouble: Trouble | null;
  /** Null where nobody could say how the rollback stands. */
  view: RollbackView | null;
  /** ISO 8601. */
  now: string;
};

/** A page that asks somebody to act. */
export function writePage(parts: PageParts): Page {
  const { subject, level, cause, view } = parts;
  const trouble = openTrouble(parts);
  // What is gone takes no answer, whatever it said last.
  const awaiting = isGone(trouble) ? null : (view?.awaiting ?? null);
  return {
    ...headOf(parts),
    action: 'trigger',
    title: `${placeOf(subject)}: ${headline(parts)} (${subject.severity})`,
    body: [
      `${callOf(parts)} Asked for by ${oneLine(subject.requestedBy)}: ${asSentence(oneLine(subject.reason))}`,
      ...(trouble === null ? [] : [trouble.message]),
      view?.state ??
        (cause === 'start'
          ? 'It has just begun: look at its status for where traffic is and what became of the data.'
          : 'Where traffic is, and what became of the data, could not be asked just now: look at its status.'),
      ...(awaiting ? [`It waits since ${formatTime(awaiting.since)}: ${asSentence(awaiting.what)}`] : []),
    ],
    facts: factsOf(subject, level),
    commands: [
      ...(awaiting ? [{ heading: 'Answer with one of', lines: awaiting.answers }] : []),
      ...(isGone(trouble)
        ? [{ heading: 'Do it again: what is done already is not done twice', lines: [subject.again] }]
        : []),
      { heading: 'You are at it', lines: [`backout ack ${subject.workflowId}`] },
      { heading: 'How it stands', lines: [`backout status ${subject.workflowId}`] },
      {
        heading: 'It is over',
        lines: [`backout resolve ${subject.workflowId} --resolution "WHAT WAS DONE"`],
      },
    ],
  };
}

/** Tells those who were paged that somebody is at it, or that it is over. */
export function writeFollowUp(
  parts: Pick<PageParts, 'id' | 'incidentKey' | 'subject' | 'level'>,
  action: 'acknowledge' | 'resolve',
  said: string,
): Page {
  const { subject, level } = parts;
  return {
    ...headOf(parts),
    action,
    title: `${placeOf(subject)}: ${oneLine(said)}`,
    body: [asSentence(said)],
    facts: factsOf(subject, level),
    commands: [{ heading: 'How it stands', lines: [`backout status ${subject.workflowId}`] }],
  };
}

/** Troubles after which the rollback itself does nothing any more. */
export const GONE = 'gone';
/** The rollback has ended, and nothing is proved good. */
export const UNVERIFIED = 'unverified';
const isGone = (trouble: Trouble | null): boolean => trouble?.key === GONE;

function headOf({
  id,
  incidentKey,
  subject,
  level,
}: Pick<PageParts, 'id' | 'incidentKey' | 'subject' | 'level'>) {
  return {
    id,
    incidentKey,
    level: { number: level.number, name: level.name },
    severity: subject.severity,
    service: subject.service,
    environment: subject.environment,
  };
}

const placeOf = ({ service, environment }: Subject): string => `${service} in ${environment}`;

/** The trouble, unless it is overcome: a step that failed and was done later is no news any more. */
function openTrouble({ trouble, cause, view }: PageParts): Trouble | null {
  if (trouble === null || view === null || view.awaiting !== null) return trouble;
  const isNews = cause === 'urgent' || cause === 'not-reached';
  return isNews || [GONE, UNVERIFIED].includes(trouble.key) ? trouble : null;
}

function headline(parts: PageParts): string {
  const { subject, cause } = parts;
  const trouble = openTrouble(parts);
  if (trouble !== null) return trouble.title;
  if (cause === 'start') return `${nounOf(subject)} begun`;
  return `${nounOf(subject)} not resolved after ${sinceStart(parts)}`;
}

/** Why this person hears of it now: one sentence. */
function callOf(parts: PageParts): string {
  const { level, cause, subject } = parts;
  const you = `You are called as ${describeLevel(level)}:`;
  switch (cause) {
    case 'start':
      return `${you} a ${nounOf(subject)} has begun.`;
    case 'first':
      return `${you} a ${nounOf(subject)} began at ${formatTime(subject.startedAt)}, ${sinceStart(parts)} ago. It is not resolved, and nobody was paged before.`;
    case 'time':
      return `${you} this is not resolved, ${sinceStart(parts)} after its start.`;
    case 'urgent':
      return `${you} something went wrong.`;
    case 'not-reached':
      return `${you} nobody of the level before could be paged.`;
    case 'repeat':
      return `${you} nobody has said since that they are at it, and it is not resolved.`;
  }
}

const sinceStart = ({ subject, now }: PageParts): string =>
  formatDuration(Math.max(0, new Date(now).getTime() - new Date(subject.startedAt).getTime())).replace(
    / 0 s$/,
    '',
  );

function nounOf({ kind, route }: Subject): string {
  if (kind === 'recover') return 'recovery';
  return route === null ? 'freeze' : `${kind} rollback`;
}

function factsOf(subject: Subject, level: PageParts['level']): [string, string][] {
  return [
    ['Rollback', subject.workflowId],
    ...(subject.route === null ? [] : [['From → to', subject.route] as [string, string]]),
    ['Started', formatTime(subject.startedAt)],
    ['Asked for by', oneLine(subject.requestedBy)],
    ['Customers affected', subject.customersAffected ? 'yes' : 'no'],
    ['Called', describeLevel(level)],
  ];
}
