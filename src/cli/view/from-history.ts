/** A run of which no worker tells: what Temporal itself has of it, and plainly what is not known. */
import { describeRelease } from '../../domain/plan.ts';
import { dataSentence } from '../../domain/report/data.ts';
import { formatTime } from '../../domain/report/format.ts';
import { clean, oneLine } from '../../domain/report/plain.ts';
import type { RollbackStatus } from '../../domain/rollback.ts';
import type { Colours } from '../io.ts';
import type { HistoryMessage } from '../temporal/history.ts';
import { describeStep, holdLines } from './status.ts';
import { mark } from './marks.ts';

/** Above the status of a run that has ended, where no worker answered. */
export const ENDED_UNANSWERED =
  "No worker answered. How it ended, its plan and its steps are from Temporal's own record, and certain; who approved, acknowledged or resolved it stands in its report, or is shown once a worker runs.\n";

/** What is known of a run without a worker. */
export type KnownRun = { status: RollbackStatus; messages: HistoryMessage[]; lastAt: string };

export function renderKnown({ status, messages, lastAt }: KnownRun, colours: Colours): string {
  const { bold, dim, yellow } = colours;
  const { plan, freeze } = status;
  const lines = [
    bold(`${status.workflowId}: no worker answers. This is what Temporal's history has of it:`),
    ...(plan === null
      ? []
      : [
          `${plan.service} in ${plan.environment}: ${describeRelease(plan.from)} → ${describeRelease(plan.to)}`,
        ]),
    `Started ${formatTime(status.startedAt)}, last heard of ${formatTime(lastAt)}`,
    clean(status.traffic),
    ...(plan === null ? ['No data was changed by this.'] : [dataSentence({ plan, status })]),
    ...(freeze === undefined ? [] : holdLines(freeze)),
    '',
    ...status.steps
      .filter(({ state }) => state !== 'pending')
      .map((step) => `  ${mark(step, colours)} ${describeStep(step)}`),
    ...notBegun(status).map(dim),
    ...messages.slice(-MAX_MESSAGES).map(messageLine),
    '',
    yellow('Not known without a worker:'),
    '  - what it waits for now, if for anything, and whose answers have counted;',
    '  - whether a step that is shown as running, or failed, has done its work since.',
    '',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const MAX_MESSAGES = 5;

/** Left out by a person, still to come, or none that a worker does: `confirm-restore`. */
function notBegun({ steps }: RollbackStatus): string[] {
  const names = steps.filter(({ state }) => state === 'pending').map(({ name }) => name);
  return names.length === 0 ? [] : [`  · nothing in the history of: ${names.join(', ')}`];
}

function messageLine({ at, name, content }: HistoryMessage): string {
  const by = (content as { by?: unknown } | null)?.by;
  const from = typeof by === 'string' ? ` from ${by}` : '';
  return `  ${oneLine(`Sent at ${formatTime(at)}: ${name}${from}${said(content)}`)}`;
}

function said(content: unknown): string {
  const { decision, step } = (content ?? {}) as Record<string, unknown>;
  const words = [step, decision].filter((word) => typeof word === 'string');
  return words.length === 0 ? '' : ` (${words.join(' ')})`;
}
