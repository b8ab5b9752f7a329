/**
 * What whoever is asked sees (requirement F3): what will happen, what will be lost, who may answer and how, and what
 * happens if nobody does. In no messenger's own format. Pure: the time is given in.
 */
import type { Announcement } from '../announcement-parts.ts';
import { describeRelease } from '../plan.ts';
import type { Release } from '../plan.ts';
import { formatBytes, formatDuration, formatTime } from '../report/format.ts';
import { oneLine } from '../report/plain.ts';
import type { Severity } from '../request.ts';
import { approvalAnswers, restoreAnswers, signalLine } from './answers.ts';
import type { Answer } from './answers.ts';
import { whoMay } from './judge-reasons.ts';
import { seatLines } from './seats.ts';
import type { Approvals, Terms } from './state.ts';
import { describePeople } from './words.ts';

/** A backup and what restoring it loses. */
export type Loss = {
  /** One line: "PostgreSQL database listings on db-1". */
  database: string;
  backup: string;
  /** ISO 8601: the moment whose data it holds. */
  madeAt: string;
  sizeBytes: number;
  /** ISO 8601: until when changes were seen; null where nothing tells. */
  lastChangeAt: string | null;
  /** Empty where nothing says how to count them. */
  newerRows: { table: string; rows: number }[];
};

export type QuestionFacts = {
  workflowId: string;
  service: string;
  environment: string;
  severity: Severity;
  reason: string;
  requestedBy: string | undefined;
  from: Release;
  to: Release;
  /** What will happen, in order, as verb phrases. */
  steps: string[];
  /** Where requests go now: a sentence. */
  traffic: string;
  loss: Loss | null;
  /** Now, ISO 8601. */
  at: string;
};

/** A message without an identity: who sends it knows whether it is a reminder. */
export type Question = Omit<Announcement, 'id'>;

/** The question whether the rollback may go ahead. @throws when it is not asked */
export function approvalQuestion(facts: QuestionFacts, approvals: Approvals): Question {
  const { terms } = approvals;
  if (terms?.expiresAt == null) throw new Error('no approval is asked for');
  const { policy, planHash } = terms;
  const wanted = { ...boundOf(facts, approvals, planHash), isSigned: policy.assurance === 'signed' };
  const answers = approvalAnswers({ ...wanted, canBreakGlass: policy.breakGlass.length > 0 });
  return {
    tone: 'question',
    title: titleOf('YOUR APPROVAL IS NEEDED', facts),
    body: [
      `${facts.service} in ${facts.environment} is to go back from ${describeRelease(facts.from)} to ${describeRelease(facts.to)}. Nothing of it has been done yet.`,
      `If this is not approved ${until(terms.expiresAt, facts)}, the rollback ends and nothing is changed: ${facts.traffic}`,
    ],
    fields: [
      ...common(facts, planHash),
      ...lossFields(facts),
      ['Who may approve', whoText(terms, 'approve')],
      ...(policy.breakGlass.length === 0
        ? []
        : [['May break the glass', whoText(terms, 'breakGlass')] as Field]),
    ],
    lists: [
      { heading: 'Approvals', items: seatLines(approvals) },
      { heading: 'What will happen', items: facts.steps },
      meanings(answers),
    ],
    commands: howTo(wanted, answers),
  };
}

/** The question whether the database may be restored. @throws when it is not asked */
export function restoreQuestion(facts: QuestionFacts, approvals: Approvals): Question {
  const { terms, restoreAsked } = approvals;
  const restore = terms?.policy.restore;
  if (!terms || !restore || restoreAsked === null) throw new Error('RESTORE is not asked for');
  const { backup, expiresAt } = restoreAsked;
  const wanted = { ...boundOf(facts, approvals, terms.planHash), isSigned: restore.assurance === 'signed' };
  const answers = restoreAnswers({ ...wanted, backup });
  return {
    tone: 'question',
    title: titleOf('TYPE RESTORE TO RESTORE THE DATABASE', facts),
    body: [
      `${facts.traffic} The database is as it was: nothing is overwritten before a person types RESTORE.`,
      `If nobody does ${until(expiresAt, facts)}, the database stays as it is and the rollback ends without the restore.`,
    ],
    fields: [
      ...common(facts, terms.planHash),
      ...lossFields(facts),
      ['Waits since', formatTime(restoreAsked.since)],
      ['Who may type RESTORE', whoText(terms, 'confirmRestore')],
    ],
    lists: [{ heading: 'What will happen', items: facts.steps }, meanings(answers)],
    commands: howTo(wanted, answers),
  };
}

/** The same as lines for a terminal or the Temporal UI. */
export function questionText({ title, body, fields, lists, commands }: Question): string {
  const blocks = [
    [title],
    ...body.map((paragraph) => [paragraph]),
    fields.map(([name, value]) => `${name}: ${value}`),
    ...lists.map(({ heading, items }) => [`${heading}:`, ...items.map((item) => `  - ${item}`)]),
  ];
  const clean = blocks.map((lines) => lines.map(inOneLine).join('\n'));
  // What is pasted must stay as it is.
  const pasted = commands.map(({ heading, lines }) =>
    [`${heading}:`, ...lines.map((line) => `  ${line}`)].join('\n'),
  );
  return `${[...clean, ...pasted].join('\n\n')}\n`;
}

type Field = [name: string, value: string];

/** Keeps the indentation that `oneLine` would trim. */
const inOneLine = (line: string): string => (/^ */.exec(line)?.[0] ?? '') + oneLine(line);

const titleOf = (what: string, { service, environment, severity }: QuestionFacts): string =>
  `${what}: ${service} in ${environment} (${severity})`;

const boundOf = ({ workflowId }: QuestionFacts, { runId }: Approvals, planHash: string) => ({
  workflowId,
  runId,
  planHash,
});

function until(expiresAt: string, { at }: QuestionFacts): string {
  const left = Math.max(0, new Date(expiresAt).getTime() - new Date(at).getTime());
  return `until ${formatTime(expiresAt)} (${formatDuration(left)} from now)`;
}

function common(facts: QuestionFacts, planHash: string): Field[] {
  return [
    ['From (faulty)', describeRelease(facts.from)],
    ['To', describeRelease(facts.to)],
    ['Reason', facts.reason],
    ['Asked for by', facts.requestedBy ?? 'somebody who gave no name'],
    ['Plan', planHash],
  ];
}

function lossFields({ loss, at }: QuestionFacts): Field[] {
  if (loss === null) return [['Data', 'no database is touched']];
  const age = formatDuration(new Date(at).getTime() - new Date(loss.madeAt).getTime());
  return [
    ['Database', loss.database],
    ['Backup', `${loss.backup} of ${formatTime(loss.madeAt)} (${age} old, ${formatBytes(loss.sizeBytes)})`],
    ['Data-loss window', lossWindow(loss, at)],
    ['Rows lost', rowsLost(loss)],
  ];
}

function lossWindow({ madeAt, lastChangeAt }: Loss, at: string): string {
  const end = lastChangeAt ?? at;
  const milliseconds = new Date(end).getTime() - new Date(madeAt).getTime();
  if (lastChangeAt !== null && milliseconds <= 0) return 'no change was seen since the backup';
  const ending =
    lastChangeAt === null
      ? 'now (when the last change was is not known)'
      : `the last change seen, ${formatTime(end)}`;
  return `everything written from ${formatTime(madeAt)} to ${ending}: ${formatDuration(milliseconds)}`;
}

function rowsLost({ newerRows }: Loss): string {
  if (newerRows.length === 0) return 'not counted: `newerRows` is not configured';
  return newerRows.map(({ table, rows }) => `${table}: ${rows}`).join(', ');
}

function whoText(terms: Terms, name: 'approve' | 'breakGlass' | 'confirmRestore'): string {
  const may = whoMay(terms, name);
  return may === null ? 'anybody (no people are configured)' : describePeople(terms.policy.people, may);
}

type Wanted = { workflowId: string; runId: string; isSigned: boolean };

function howTo(wanted: Wanted, answers: Answer[]): Question['commands'] {
  const ours = { heading: 'Answer with one of', lines: answers.map(({ command }) => command) };
  // A name in a signal proves nothing, and here that is not enough.
  if (wanted.isSigned) return [ours];
  return [
    ours,
    { heading: 'Or without Backout', lines: answers.map((one) => signalLine(wanted, one)) },
    {
      heading: 'Or in the Temporal UI, with “Send a Signal”: name, then input',
      lines: answers.map(({ name, content }) => `${name}  ${JSON.stringify(content)}`),
    },
  ];
}

const meanings = (answers: Answer[]) => ({
  heading: 'Answers',
  items: answers.map(({ name, does }) => `${name}: ${does}`),
});
