/** The report's sections for whoever looks closer: timeline, steps, state and evidence. */
import { plannedStep } from '../plan.ts';
import type { ObservedRelease, Observation } from '../plan.ts';
import type { EvidenceFile, IncidentRecord, StepRecord } from '../rollback.ts';
import { listEvidence } from './evidence.ts';
import type { ListedEvidence } from './evidence.ts';
import { formatBytes, formatDuration, formatTime } from './format.ts';
import { code, codeBlock, table, text } from './markdown.ts';
import type { ReportExtras } from './report.ts';
import { answersOf } from './state.ts';
import { onTry, stateInWords } from './steps.ts';

export function timelineSection({ timeline }: Pick<IncidentRecord, 'timeline'>): string[] {
  const rows = inOrder(timeline).map(({ at, what, by, assurance, evidence }) => [
    formatTime(at).replace(' UTC', ''),
    text(what),
    by === undefined ? '' : `${text(by)}${assurance === undefined ? '' : ` (${assurance})`}`,
    evidence === undefined ? '' : link(evidence),
  ]);
  return ['## Timeline (UTC)', '', ...table(['Time', 'What', 'Who', 'Evidence'], rows)];
}

/** By time; what was noted at the same moment stays in the order in which it was noted. */
export function inOrder<Entry extends { at: string }>(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => new Date(a.at).getTime() - new Date(b.at).getTime());
}

/** A link to a file in this folder. The name is percent-encoded: a person may have put any file there. */
function link(name: string): string {
  const target = encodeURIComponent(name).replaceAll('(', '%28').replaceAll(')', '%29');
  return `[${text(name)}](${target})`;
}

export function stepsSection(record: IncidentRecord): string[] {
  const steps = record.status.steps.flatMap((step, index) => ['', ...renderStep(record, step, index + 1)]);
  return ['## Steps', ...steps];
}

function renderStep({ plan }: IncidentRecord, step: StepRecord, number: number): string[] {
  const { title, state, startedAt, finishedAt, rounds, result, failure, decision } = step;
  const { notNeeded, commands } = plannedStep(plan, step.name);
  const facts: string[] = [];
  if (state === 'not-needed') facts.push(`Why: ${text(notNeeded ?? 'this target has no such step')}`);
  if (startedAt !== null) facts.push(`Began: ${formatTime(startedAt)}${took(startedAt, finishedAt)}`);
  if (rounds > 1) facts.push(`Rounds: ${rounds}, because a person decided to retry`);
  if (result !== null) facts.push(`Proof: ${text(result.proof)}`, ...result.details.map(code));
  if (failure !== null) facts.push(`Failure (${code(failure.type)}): ${text(failure.message)}`);
  if (decision !== null) {
    const said = decision.note === undefined || decision.note === '' ? '' : `: ${text(decision.note)}`;
    facts.push(
      `Last decision: **${decision.decision}** by ${text(decision.by)}, ${formatTime(decision.at)}${said}`,
    );
  }
  const evidence = result?.evidence ?? [];
  if (evidence.length > 0) facts.push(`Evidence: ${evidence.map(({ name }) => link(name)).join(', ')}`);
  return [
    `### ${number}. ${text(title)}: ${judged(step)}${onTry(result)}`,
    ...(facts.length === 0 ? [] : ['', ...facts.map((fact) => `- ${fact}`)]),
    ...(commands.length === 0 || state === 'not-needed' ? [] : ['', 'Planned:', '', ...codeBlock(commands)]),
  ];
}

/** A verification can be done and have failed: its heading must not sound good. */
function judged({ state, result }: StepRecord): string {
  return result?.verdict?.passed === false ? 'done, and the checks FAILED' : stateInWords(state);
}

function took(startedAt: string, finishedAt: string | null): string {
  if (finishedAt === null) return '';
  return `, took ${formatDuration(new Date(finishedAt).getTime() - new Date(startedAt).getTime())}`;
}

export function stateSection({ plan }: IncidentRecord, after: ReportExtras['after']): string[] {
  return [
    '## State before and after',
    '',
    ...observed('Before', plan.observed),
    '',
    ...(after === undefined
      ? ['After: not read.']
      : 'unreadable' in after
        ? [`After: could not be read. ${text(after.unreadable)}`]
        : observed('After', after)),
  ];
}

function observed(title: string, { at, releases, notes }: Observation): string[] {
  return [
    `${title}, ${formatTime(at)}:`,
    '',
    ...table(
      ['Release', 'Version', 'Configured', 'Answers', 'Process', 'Health', 'Detail'],
      releases.map(releaseRow),
    ),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${text(note)}`)]),
  ];
}

function releaseRow(release: ObservedRelease): string[] {
  const { name, version, configured, process, health, detail } = release;
  return [
    text(name),
    text(version ?? 'unknown'),
    configured,
    answersOf(release),
    process,
    health,
    text(detail),
  ];
}

export function evidenceSection(record: IncidentRecord, files: EvidenceFile[]): string[] {
  const { incidentFolder } = record.status;
  const listed = listEvidence(record, files);
  const doubtful = listed.filter(({ state }) => state === 'changed' || state === 'missing');
  return [
    '## Evidence',
    '',
    incidentFolder === null
      ? 'There is no incident folder.'
      : `Folder: ${code(incidentFolder)} on the worker.`,
    ...(doubtful.length === 0
      ? []
      : ['', `**${doubtful.length} of the files below can't be trusted or found as recorded.**`]),
    ...(listed.length === 0
      ? []
      : ['', ...table(['File', 'Size', 'SHA-256', 'Note'], listed.map(evidenceRow))]),
  ];
}

function evidenceRow(file: ListedEvidence): string[] {
  const notes = [...(file.note === undefined ? [] : [text(file.note)]), ...doubt(file)];
  return [link(file.name), formatBytes(file.bytes), code(file.sha256), notes.join('; ')];
}

function doubt({ state }: ListedEvidence): string[] {
  switch (state) {
    case 'changed':
      return ['**CHANGED since its step wrote it**'];
    case 'missing':
      return ['**NOT in this folder: its step wrote it on another worker, or somebody removed it**'];
    case 'as-recorded':
    case 'not-recorded':
      return [];
  }
}
