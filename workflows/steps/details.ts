/** What the Temporal UI shows as the rollback's current details: Markdown, short enough for a phone. */
import { escalationLines } from '../../src/domain/escalation/words.ts';
import { answeredSentence, lossWindow } from '../../src/domain/report/loss.ts';
import { keptRestores } from '../../src/domain/approval/kept.ts';
import { changeOf } from '../../src/domain/report/kind.ts';
import { publicUpdatesLines } from '../../src/domain/status-page/words.ts';
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
    const { service, environment } = status.plan;
    lines.push(`${service} in ${environment}: ${changeOf(status.plan)}`, '');
  }
  lines.push(status.traffic, '');
  if (status.awaiting !== null) {
    lines.push(`**Waits for: ${status.awaiting.what}** (since ${status.awaiting.since})`, '');
    const database = status.plan?.database;
    if (status.awaiting.step === 'confirm-restore' && database !== undefined) {
      lines.push(
        `What will be lost: ${lossWindow(database, status.loss)} ${answeredSentence(status.loss)}`.trim(),
        '',
      );
    }
    for (const answer of status.awaiting.answers) lines.push(`    ${answer}`);
    lines.push('');
  }
  if (status.escalation !== undefined) lines.push(...escalationLines(status.escalation), '');
  if (status.publicUpdates !== undefined) lines.push(...publicUpdatesLines(status.publicUpdates), '');
  const kept = keptRestores(status.approvals);
  if (kept.length > 0) lines.push(...kept, '');
  for (const step of status.steps) {
    const said = step.failure?.message ?? step.result?.proof ?? '';
    lines.push(`- ${MARKS[step.state]} ${step.title} (${step.state})${said === '' ? '' : `: ${said}`}`);
  }
  const refused = status.refusedMessages.at(-1);
  if (refused) lines.push('', `Last refused message, ${refused.at}: ${refused.name}: ${refused.why}`);
  return lines.join('\n');
}
