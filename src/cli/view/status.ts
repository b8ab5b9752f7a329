/** One rollback at this moment, and the list of those that run. */
import { escalationLines } from '../../domain/escalation/words.ts';
import { migrationLines } from '../../domain/migrations/words.ts';
import { describeRelease } from '../../domain/plan.ts';
import { formatDuration, formatTime } from '../../domain/report/format.ts';
import { changeOf } from '../../domain/report/kind.ts';
import { clean, oneLine } from '../../domain/report/plain.ts';
import { onTry } from '../../domain/report/steps.ts';
import { publicUpdatesLines } from '../../domain/status-page/words.ts';
import type { RollbackStatus, StepRecord } from '../../domain/rollback.ts';
import type { Colours } from '../io.ts';
import { mark } from './marks.ts';
import { agreement, restored } from './decided.ts';
import { awaitingLines } from './progress.ts';
import type { Pasteable } from './progress.ts';
import type { Retrying } from '../temporal/under-way.ts';
import { retryingLine } from './retrying.ts';
import { recordsLine } from './records.ts';
import { table } from './table.ts';
import { between } from './time.ts';

type Shown = {
  /** How the workflow itself ended, where it could not say so in its status. */
  end?: 'failed' | 'terminated' | null;
  /** Makes an answer that a rollback names into the command that reaches it from here. */
  pasteable?: Pasteable;
  /** What fails and is tried again by itself. */
  retrying?: readonly Retrying[];
};

export function renderStatus(
  status: RollbackStatus,
  colours: Colours,
  { end = null, pasteable = (answer) => answer, retrying = [] }: Shown = {},
): string {
  const { bold, dim, yellow } = colours;
  const { plan, awaiting, acknowledgements, resolution, refusedMessages } = status;
  const records = recordsLine(status);
  const lines = [
    bold(`${status.workflowId}: ${end ?? status.outcome ?? status.phase}`),
    ...(plan === null ? [] : [`${plan.service} in ${plan.environment}: ${changeOf(plan)}`]),
    `Started ${formatTime(status.startedAt)}${status.endedAt === null ? '' : `, ended ${formatTime(status.endedAt)}`}`,
    clean(status.traffic),
    ...(status.freeze === undefined ? [] : holdLines(status.freeze)),
    ...(plan?.database === undefined ? [] : [restored(plan.database, status)]),
    ...(plan?.migrations === undefined
      ? []
      : migrationLines(plan.migrations, describeRelease(plan.to)).map(
          (line) => `Migrations: ${oneLine(line)}`,
        )),
    '',
    ...status.steps.map((step) => `  ${mark(step, colours)} ${describeStep(step)}`),
    ...retrying.map((one) => `  ${yellow('Retrying:')} ${retryingLine(one, status, pasteable)}`),
    ...agreement(status.approvals),
    ...(status.escalation === undefined ? [] : ['', ...escalationLines(status.escalation)]),
    ...(status.publicUpdates === undefined ? [] : ['', ...publicUpdatesLines(status.publicUpdates)]),
    ...acknowledgements.map(({ at, by }) => dim(`Acknowledged by ${oneLine(by)}, ${formatTime(at)}`)),
    ...(resolution === null
      ? []
      : [`Resolved by ${oneLine(resolution.by)}: ${oneLine(resolution.resolution)}`]),
    ...refusedMessages
      .slice(-1)
      .map(({ name, why, at }) => `Last refused message, ${formatTime(at)}: ${oneLine(`${name}: ${why}`)}`),
    ...(awaiting === null ? [] : awaitingLines(awaiting, colours, pasteable)),
    ...(records === null ? [] : ['', records]),
    ...(status.followUp === undefined ? [] : [`Followed up by ${oneLine(status.followUp)}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Who has frozen it, and what is proved to be held. */
export function holdLines({
  by,
  since,
  reason,
  holds,
  problem,
}: NonNullable<RollbackStatus['freeze']>): string[] {
  return [
    `Frozen by ${oneLine(by)}, ${formatTime(since)}: ${oneLine(reason)}`,
    ...holds.flatMap(({ name, state, said, details }) => [
      `  ${name} (${state})${said === null ? '' : `: ${oneLine(said)}`}`,
      ...details.map((detail) => `    ${oneLine(detail)}`),
    ]),
    ...(problem === null ? [] : [`  What was decided last could not be done: ${oneLine(problem)}`]),
  ];
}

export function describeStep({ title, state, failure, result, startedAt, finishedAt }: StepRecord): string {
  const said = failure?.message ?? result?.proof;
  const took =
    startedAt === null || finishedAt === null ? '' : `, ${formatDuration(between(startedAt, finishedAt))}`;
  return `${oneLine(title)} (${state}${took}${onTry(result)})${said === undefined ? '' : `: ${oneLine(said)}`}`;
}

/**
 * A rollback that runs; `status` is null when no worker answered for it. Then `known` is what Temporal's history tells, where
 * that could be read.
 */
export type Running = {
  workflowId: string;
  startedAt: string;
  status: RollbackStatus | null;
  known?: RollbackStatus;
};

export function renderRunning(running: Running[], now: number): string {
  if (running.length === 0) return 'No rollback runs. `backout history` lists those that have ended.\n';
  const rows = running.map(({ workflowId, startedAt, status, known }) => [
    workflowId,
    status === null ? 'no worker answers' : (status.outcome ?? status.phase),
    formatDuration(now - new Date(startedAt).getTime()),
    status === null ? oneLine(known?.traffic ?? '') : doing(status),
  ]);
  return table(['rollback', 'state', 'for', 'now'], rows);
}

function doing({ plan, steps, awaiting }: RollbackStatus): string {
  if (awaiting !== null) return oneLine(`waits for: ${awaiting.what}`);
  const step = steps.find(({ state }) => state === 'running');
  if (step !== undefined) return oneLine(step.title);
  return plan === null ? 'reads the live state' : '';
}
