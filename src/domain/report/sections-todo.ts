/** The report's sections for the people who go on: what to do now, and the checklists. */
import type { IncidentRecord } from '../rollback.ts';
import { checklists } from './checklist.ts';
import type { Box } from './checklist.ts';
import { formatTime } from './format.ts';
import { text } from './markdown.ts';
import { nextSteps } from './next-steps.ts';

export function nextStepsSection(record: IncidentRecord): string[] {
  const steps = nextSteps(record);
  if (steps.length === 0) return [];
  return ['## What a person must do', '', ...steps.map((step, index) => `${index + 1}. ${text(step)}`)];
}

export function checklistSection(record: IncidentRecord): string[] {
  const { before, during, after } = checklists(record);
  return [
    '## Checklists',
    '',
    'A ticked box names the step that did it. An open one is for a person.',
    '',
    '### Before',
    '',
    ...before.map(box),
    '',
    '### During',
    '',
    ...during.map(box),
    '',
    '### After',
    '',
    ...after.map(box),
  ];
}

function box({ text: what, ticked, open }: Box): string {
  if (ticked !== null) return `- [x] ${text(what)} — ${text(ticked.by)}, ${formatTime(ticked.at)}`;
  return `- [ ] ${text(what)}${open === undefined ? '' : ` — ${text(open)}`}`;
}
