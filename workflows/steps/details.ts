/** What the Temporal UI shows as the rollback's current details: Markdown, short enough for a phone. */
import { describeRelease } from '../../src/domain/plan.ts';
import type { RollbackStatus, StepState } from '../../src/domain/rollback.ts';

const MARKS: Record<StepState, string> = {
  pending: '·',
  running: '▶',
  done: '✔',
  already: '✔',
  'not-needed': '–',
  failed: '✘',
  'waiting-for-decision': '?',
  skipped: '»',
  aborted: '✘',
  'not-reached': '·',
};

export function renderDetails(status: RollbackStatus): string {
  const lines: string[] = [];
  if (status.outcome !== null) lines.push(`**Outcome: ${status.outcome}**`, '');
  if (status.plan !== null) {
    const { service, environment, from, to } = status.plan;
    lines.push(`${service} in ${environment}: ${describeRelease(from)} → ${describeRelease(to)}`, '');
  }
  lines.push(status.traffic, '');
  if (status.awaiting !== null) {
    lines.push(`**Waits for: ${status.awaiting.what}** (since ${status.awaiting.since})`, '');
    for (const answer of status.awaiting.answers) lines.push(`    ${answer}`);
    lines.push('');
  }
  for (const step of status.steps) {
    const said = step.failure?.message ?? step.result?.proof ?? '';
    lines.push(`- ${MARKS[step.state]} ${step.title} (${step.state})${said === '' ? '' : `: ${said}`}`);
  }
  const refused = status.refusedMessages.at(-1);
  if (refused) lines.push('', `Last refused message, ${refused.at}: ${refused.name}: ${refused.why}`);
  return lines.join('\n');
}
