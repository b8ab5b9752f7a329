/** Escalation in words: for timeline, status and the Temporal UI. */
import { formatTime } from '../report/format.ts';
import { asSentence, oneLine } from '../report/plain.ts';
import { describeLevel } from './policy.ts';
import type { EscalationStatus, PageRecord, RollbackEscalation } from './state.ts';

/** One sentence for the timeline: who was paged, through what, with the provider's receipt. */
export function pageSentence({ level, receipts, problems, outcome }: PageRecord): string {
  const failed = problems.length === 0 ? '' : ` Not by ${problems.join('; not by ')}`;
  if (outcome === 'sent') {
    const by = receipts.map(
      ({ channel, receipt }) => channel + (receipt === null ? '' : ` (receipt ${receipt})`),
    );
    return `Paged ${describeLevel(level)} by ${by.join(' and ')}.${asSentence(failed).replace(/^\.$/, '')}`;
  }
  const why = problems.length === 0 ? 'it has no channel' : problems.join('; ');
  return `Nobody of ${describeLevel(level)} could be paged: ${asSentence(why)}`;
}

/** `level 2 (team lead: Ben) at 2026-11-21 03:15:00 UTC`, or what happens instead. */
export function nextSentence({ next, state }: Pick<EscalationStatus, 'next' | 'state'>): string {
  if (state === 'ended') return 'Nobody is paged any more.';
  if (next === null) return 'No further page is due, unless something fails.';
  const again = next.cause === 'repeat' ? ', again, unless somebody acknowledges' : '';
  return `Next page: ${describeLevel(next.level)} at ${formatTime(next.at)}${again}.`;
}

/** What `status` shows of it, a line each. */
export function escalationLines(escalation: RollbackEscalation): string[] {
  if (escalation.state === 'off') return [escalation.said];
  const { level, pages, acknowledgements, said } = escalation;
  const page = pages.at(-1);
  return [
    level === null
      ? 'Escalation: nobody is paged yet.'
      : `Escalation: ${describeLevel(level)}. ${nextSentence(escalation)}`,
    ...(page === undefined || page.outcome === 'sending'
      ? []
      : [`Last page, ${formatTime(page.at)}: ${oneLine(pageSentence(page))}`]),
    ...acknowledgements
      .slice(-1)
      .map(
        ({ by, at }) => `Acknowledged by ${oneLine(by)}, ${formatTime(at)}: this level is not paged again.`,
      ),
    ...(said === null ? [] : [oneLine(said)]),
  ];
}

/** The Temporal UI's current details of an escalation, in Markdown. */
export function escalationDetails(status: EscalationStatus): string {
  return [
    `**${nextSentence(status)}**`,
    '',
    ...(status.said === null ? [] : [status.said, '']),
    ...status.acknowledgements.map(({ by, at }) => `- Acknowledged by ${oneLine(by)}, ${formatTime(at)}`),
    ...status.pages
      .slice(-10)
      .map((page) =>
        page.outcome === 'sending'
          ? `- ${formatTime(page.at)}: paging ${describeLevel(page.level)}`
          : `- ${formatTime(page.at)}: ${oneLine(pageSentence(page))}`,
      ),
  ].join('\n');
}
