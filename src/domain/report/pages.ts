/** The report's section about pages: who was called when, through what, with what receipt, and who acknowledged. */
import { MAX_PAGES_SHOWN } from '../escalation/state.ts';
import type { EscalationStatus, PageRecord } from '../escalation/state.ts';
import type { IncidentRecord } from '../rollback.ts';
import { formatDuration, formatTime } from './format.ts';
import { nounOf } from './kind.ts';
import { table, text } from './markdown.ts';

/** Missing where there was nothing to page about, and in histories without an escalation. */
export function pagesSection(record: IncidentRecord): string[] {
  const { escalation } = record.status;
  if (escalation === undefined) return [];
  const heading = ['## Who was paged', ''];
  if (escalation.state === 'off') return [...heading, text(escalation.said)];
  const { pages, acknowledgements, said } = escalation;
  return [
    ...heading,
    ...(said === null ? [] : [text(said), '']),
    ...(pages.length === 0 ? ['Nobody was paged yet.'] : pagesTable(escalation, record)),
    ...acknowledgementLines(acknowledgements),
    '',
    ...(pages.length < MAX_PAGES_SHOWN
      ? []
      : [`These are the last ${MAX_PAGES_SHOWN} pages; the timeline has all of them.`, '']),
    'That a channel took a page does not prove that a person saw it. What was paged after this report stands in the',
    `workflow ${text(escalation.workflowId)}.`,
  ];
}

/** What came after the report was written, of an escalation that goes on; or why nobody could say. */
export type LaterPages = EscalationStatus | { unreadable: string };

/**
 * For FOLLOW_UP.md: pages that the report does not have, or has as being sent, and who has acknowledged since. Missing where
 * the rollback pages nobody.
 */
export function laterPagesSection(record: IncidentRecord, later: LaterPages | null): string[] {
  const { escalation } = record.status;
  if (escalation === undefined || escalation.state === 'off' || later === null) return [];
  const heading = ['## Who was paged after the report', ''];
  if ('unreadable' in later) {
    const said = `It could not be read when this was written: ${later.unreadable}. It stands in the workflow`;
    return [...heading, `${text(said)} ${text(escalation.workflowId)}.`];
  }
  const known = new Set(escalation.pages.filter(({ outcome }) => outcome !== 'sending').map(({ id }) => id));
  const pages = later.pages.filter(({ id }) => !known.has(id));
  const acknowledgedAt = new Set(escalation.acknowledgements.map(({ at }) => at));
  const acknowledgements = later.acknowledgements.filter(({ at }) => !acknowledgedAt.has(at));
  return [
    ...heading,
    ...(later.said === null ? [] : [text(later.said), '']),
    ...(pages.length === 0 ? ['Nobody.'] : pagesTable({ ...later, pages }, record)),
    ...(pages.length === 0 && acknowledgements.length === 0 ? [] : acknowledgementLines(acknowledgements)),
    ...(later.pages.length < MAX_PAGES_SHOWN
      ? []
      : ['', `The escalation shows its last ${MAX_PAGES_SHOWN} pages; its history has all of them.`]),
    ...(later.state === 'ended'
      ? []
      : [
          '',
          'The escalation was not over when this was written: who is paged later stands in the workflow',
          `${text(later.workflowId)}.`,
        ]),
  ];
}

function pagesTable(
  { pages, acknowledgements }: Pick<EscalationStatus, 'pages' | 'acknowledgements'>,
  record: IncidentRecord,
): string[] {
  return table(
    ['Paged', 'Level', 'Who', 'Why', 'Taken by', 'First acknowledged after it'],
    pages.map((page) => [
      formatTime(page.at),
      text(`${page.level.number}: ${page.level.name}`),
      text(page.level.people.join(', ') || 'nobody is named'),
      causeOf(page, record),
      takenBy(page),
      acknowledged(page, acknowledgements),
    ]),
  );
}

function causeOf({ cause }: PageRecord, record: IncidentRecord): string {
  switch (cause) {
    case 'start':
      return `the ${nounOf(record)} began`;
    case 'first':
      return 'not resolved until then, and nobody was paged before';
    case 'time':
      return 'not resolved in time';
    case 'urgent':
      return 'something failed';
    case 'not-reached':
      return 'the level before was not reached';
    case 'repeat':
      return 'paged again: nobody had acknowledged';
  }
}

function takenBy({ outcome, receipts, problems }: PageRecord): string {
  if (outcome === 'sending') return 'being sent when this was written';
  const taken = receipts.map(({ channel, receipt, sentAt }) => {
    const named = receipt === null ? 'no receipt' : `receipt ${receipt}`;
    return `${text(channel)} at ${formatTime(sentAt)}, ${text(named)}`;
  });
  const nobody = outcome === 'failed' ? ['**nobody was reached**'] : [];
  const untold = outcome === 'failed' && problems.length === 0 ? ['the level has no channel'] : [];
  return [...nobody, ...taken, ...untold, ...problems.map((problem) => `not taken by ${text(problem)}`)].join(
    '; ',
  );
}

type Acknowledgements = EscalationStatus['acknowledgements'];

function acknowledged({ at }: PageRecord, acknowledgements: Acknowledgements): string {
  const first = acknowledgements.find((one) => one.at >= at);
  if (first === undefined) return '**by nobody**';
  const took = formatDuration(new Date(first.at).getTime() - new Date(at).getTime());
  return `by ${text(first.by)}, ${took} later`;
}

function acknowledgementLines(acknowledgements: Acknowledgements): string[] {
  if (acknowledgements.length === 0) return ['', 'Nobody acknowledged.'];
  return [
    '',
    'Acknowledged (names are declared, not verified):',
    '',
    ...acknowledgements.map(
      ({ at, by, note }) =>
        `- ${formatTime(at)}: ${text(by)}${note === undefined || note === '' ? '' : `: ${text(note)}`}`,
    ),
  ];
}
