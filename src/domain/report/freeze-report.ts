/** The incident report of a freeze that no rollback came of: what was held, by whom, and when it was lifted. Pure. */
import { freezeOutcomeSentence, holdInWords, isFrozen } from '../freeze.ts';
import type { FreezeStatus, HoldRecord } from '../freeze.ts';
import type { RollbackRef, TimelineEntry } from '../rollback.ts';
import { formatDuration, formatTime } from './format.ts';
import { code, table, text } from './markdown.ts';
import { timelineSection } from './sections-detail.ts';

export type FreezeRecord = {
  freeze: FreezeStatus;
  timeline: TimelineEntry[];
  ref: RollbackRef;
  /** ISO 8601. */
  endedAt: string;
};

export function renderFreezeReport({ freeze, timeline, ref, endedAt }: FreezeRecord): string {
  const { service, environment, by, reason, since, decision } = freeze;
  const lasted = new Date(endedAt).getTime() - new Date(since).getTime();
  const decided =
    decision === null || decision.unasked === true
      ? `nobody decided${decision === null ? '' : '; left so: there is no terminal to ask'}`
      : `${decision.decision}, by ${decision.by}, at ${formatTime(decision.at)}${decision.note ? `: ${decision.note}` : ''}`;
  const facts = [
    ['Service', text(`${service} in ${environment}`)],
    ['Reason', text(reason)],
    ['Begun by', text(by)],
    ['Begun', formatTime(since)],
    ['Decided', text(decided)],
    ['Ended', `${formatTime(endedAt)}, after ${formatDuration(lasted)}`],
    ['Workflow', code(`${ref.workflowId} (run ${ref.runId})`)],
  ];
  const sections = [
    [`# ${isFrozen(freeze) ? 'LEFT FROZEN' : 'Freeze, lifted'}: ${text(service)} in ${text(environment)}`],
    [text(freezeOutcomeSentence(freeze))],
    table(['', ''], facts),
    ['## What was held', '', ...table(['What', 'Now', 'Since', 'Proof'], freeze.holds.map(holdRow))],
    ...(freeze.problem === null ? [] : [[`**Could not be done:** ${text(freeze.problem)}`]]),
    timelineSection({ timeline }),
    [
      '## Still to do',
      '',
      ...(isFrozen(freeze)
        ? [
            '- [ ] Decide: lift the freeze, or restore. Nobody is asked any more.',
            '- [ ] Tell everybody that it is still frozen.',
          ]
        : ['- [ ] Look at metrics and logs: nothing was judged while no traffic came.']),
      '- [ ] Find what damaged the data, and which data are damaged.',
    ],
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function holdRow({ name, state, said, details, at }: HoldRecord): string[] {
  return [
    name,
    text(holdInWords({ name, state })),
    at === null ? '' : formatTime(at),
    [said ?? '', ...details]
      .filter((line) => line !== '')
      .map(text)
      .join('; '),
  ];
}
