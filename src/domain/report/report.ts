/**
 * INCIDENT_REPORT.md (requirement I2): what happened, from the record alone. The same record and files give the same
 * text, so that writing it again replaces it with itself.
 */
import type { Observation } from '../plan.ts';
import { isSuccess } from '../rollback.ts';
import type { EvidenceFile, IncidentRecord } from '../rollback.ts';
import { deadlineSection, peopleSection, summarySection, verificationSection } from './sections.ts';
import { checklistSection, nextStepsSection } from './sections-todo.ts';
import { evidenceSection, stateSection, stepsSection, timelineSection } from './sections-detail.ts';
import { text } from './markdown.ts';
import { headline, outcomeSentence } from './outcome.ts';
import { pagesSection } from './pages.ts';

export type ReportExtras = {
  /** The live state when the report was written, or why it could not be read. */
  after?: Observation | { unreadable: string };
};

/** The report of a rollback. `files` are those in the incident folder, without the report itself. */
export function renderReport(
  record: IncidentRecord,
  files: EvidenceFile[],
  { after }: ReportExtras = {},
): string {
  const sections = [
    opening(record),
    summarySection(record),
    nextStepsSection(record),
    deadlineSection(record),
    verificationSection(record),
    timelineSection(record),
    stepsSection(record),
    peopleSection(record),
    pagesSection(record),
    stateSection(record, after),
    evidenceSection(record, files),
    checklistSection(record),
    closing(record),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`;
}

function opening(record: IncidentRecord): string[] {
  const { outcome } = record.status;
  const isGood = isSuccess(outcome) || outcome === 'dry-run' || outcome === null;
  return [
    `# ${text(headline(record))}`,
    '',
    // A quote bar down the side: whoever scrolls past it has seen that something is wrong.
    ...(isGood
      ? [text(outcomeSentence(record))]
      : ['> **THIS IS NOT A SUCCESS.**', '>', `> ${text(outcomeSentence(record))}`]),
  ];
}

function closing({ status }: IncidentRecord): string[] {
  return [
    '---',
    '',
    `Written by Backout from the history of workflow ${text(status.workflowId)}, run ${text(status.runId)}. All times are UTC.`,
    'Check the files with `sha256sum -c MANIFEST.sha256` in this folder.',
  ];
}
