/**
 * The live view: what is new since the last look, as lines that are only ever appended. So it reads the same on a
 * terminal, in a pipe and in a CI log.
 */
import { STEPS } from '../../domain/plan.ts';
import { decidedSoFar } from '../../domain/approval/notes.ts';
import { formatDuration, formatTime } from '../../domain/report/format.ts';
import { changeOf } from '../../domain/report/kind.ts';
import { oneLine } from '../../domain/report/plain.ts';
import { onTry } from '../../domain/report/steps.ts';
import type { PlanSummary } from '../../domain/plan.ts';
import type { Awaiting, RollbackStatus, StepRecord } from '../../domain/rollback.ts';
import type { Colours } from '../io.ts';
import { describeBackup } from './agreement.ts';
import { mark } from './marks.ts';
import { between, clock } from './time.ts';

export type Pasteable = (answer: string) => string;

/** A step that takes longer than this is announced before it ends. */
const LONG_MS = 1000;

const INDENT = ' '.repeat(11);

/** Remembers what was shown. One per rollback that is watched. */
export class Progress {
  readonly #colours: Colours;
  readonly #pasteable: Pasteable;
  readonly #shown = new Set<string>();
  /** Of the longest name of a step. */
  #nameWidth = 0;

  /** `pasteable` makes an answer that a rollback names into the command that reaches it from here. */
  constructor(colours: Colours, pasteable: Pasteable = (answer) => answer) {
    this.#colours = colours;
    this.#pasteable = pasteable;
  }

  /** The lines for what is new in this status; `now` is milliseconds since 1970. */
  lines(status: RollbackStatus, now: number): string[] {
    this.#nameWidth = Math.max(...STEPS[status.kind].map((name) => name.length));
    return [
      ...this.#freeze(status),
      ...this.#once('plan', status.plan !== null, () => this.#plan(status)),
      ...status.steps.flatMap((step) => this.#step(step, status.plan, now)),
      ...this.#people(status),
      ...this.#once(`awaiting ${status.awaiting?.since}`, status.awaiting !== null, () =>
        awaitingLines(status.awaiting as Awaiting, this.#colours, this.#pasteable),
      ),
    ];
  }

  #once(key: string, isSo: boolean, render: () => string[]): string[] {
    if (!isSo || this.#shown.has(key)) return [];
    this.#shown.add(key);
    return render();
  }

  #freeze({ freeze }: RollbackStatus): string[] {
    const { dim, red, yellow } = this.#colours;
    const problem = freeze?.problem ?? null;
    const holds = (freeze?.holds ?? []).flatMap((hold) => {
      const { name, state, said, at, details } = hold;
      if (at === null || state === 'working' || state === 'pending') return [];
      const text = `${name}: ${said ?? ''}`;
      return this.#once(`${name} ${state} ${at}`, true, () => [
        `${dim(clock(at))} ${state === 'failed' ? red('NOT PROVED') : state.padEnd(10)}  ${oneLine(text)}`,
        ...details.map((detail) => `${INDENT}${yellow('note:')} ${oneLine(detail)}`),
      ]);
    });
    return [
      ...holds,
      ...this.#once(`problem ${freeze?.decision?.at} ${problem}`, problem !== null, () => [
        `${INDENT}${red('COULD NOT BE DONE')}  ${oneLine(problem ?? '')}`,
      ]),
    ];
  }

  #plan({ plan, startedAt }: RollbackStatus): string[] {
    if (plan === null) return [];
    const { dim, bold, yellow } = this.#colours;
    const what = `${plan.service} in ${plan.environment}: ${changeOf(plan)}`;
    return [
      `${dim(clock(plan.madeAt))} ${bold(what)}  ${dim(`plan ${plan.hash}, ${formatDuration(between(startedAt, plan.madeAt))}`)}`,
      ...(plan.database === undefined
        ? []
        : [`${INDENT}database: ${oneLine(describeBackup(plan.database, plan.madeAt))}`]),
      ...plan.warnings.map((warning) => `${INDENT}${yellow('warning:')} ${oneLine(warning)}`),
    ];
  }

  #step(step: StepRecord, plan: PlanSummary | null, now: number): string[] {
    const { state, name, rounds, startedAt, finishedAt } = step;
    const at = finishedAt ?? startedAt;
    switch (state) {
      case 'pending':
      case 'not-reached':
        return [];
      case 'running': {
        const isLong = startedAt !== null && now - new Date(startedAt).getTime() > LONG_MS;
        return this.#once(`${name} ${rounds} running`, isLong || rounds > 1, () => [
          this.#line(step, startedAt, rounds > 1 ? `${step.title} (again)` : step.title),
        ]);
      }
      case 'waiting-for-decision':
      case 'failed':
        // RESTORE is awaited, and nothing has failed.
        if (step.failure === null)
          return this.#once(`${name} asked`, true, () => [this.#line(step, at, step.title)]);
        return this.#once(`${name} ${rounds} failed`, true, () => [
          this.#line({ ...step, state: 'failed' }, at, step.failure?.message ?? step.title),
        ]);
      case 'done':
      case 'already':
      case 'not-needed':
      case 'skipped':
      case 'aborted':
        return this.#once(`${name} ${state}`, true, () => [this.#line(step, at, said(step, plan))]);
    }
  }

  #line(step: StepRecord, at: string | null, text: string): string {
    const { dim } = this.#colours;
    const time = at === null ? ' '.repeat(8) : dim(clock(at));
    const isDone = step.state === 'done' || step.state === 'already';
    const took =
      isDone && step.startedAt !== null && step.finishedAt !== null
        ? `  ${dim(formatDuration(between(step.startedAt, step.finishedAt)))}`
        : '';
    return `${time} ${mark(step, this.#colours)} ${step.name.padEnd(this.#nameWidth)}  ${oneLine(text)}${took}`;
  }

  /** Who decided, acknowledged, resolved, or was not understood. */
  #people({ approvals, acknowledgements, resolution, refusedMessages }: RollbackStatus): string[] {
    const { dim, yellow } = this.#colours;
    const line = (at: string, text: string) => `${dim(clock(at))}   ${oneLine(text)}`;
    return [
      ...decidedSoFar(approvals).flatMap(({ at, what, by }) =>
        this.#once(`decided ${at} ${what}`, true, () => [
          line(at, by === undefined ? what : `${what}, by ${by}`),
        ]),
      ),
      ...acknowledgements.flatMap(({ at, by, note }, index) =>
        this.#once(`acknowledged ${index}`, true, () => [
          line(at, `acknowledged by ${by}${note === undefined ? '' : `: ${note}`}`),
        ]),
      ),
      ...this.#once('resolved', resolution !== null, () => [
        line(resolution?.at ?? '', `resolved by ${resolution?.by}: ${resolution?.resolution}`),
      ]),
      ...refusedMessages.flatMap(({ at, name, why }, index) =>
        this.#once(`refused ${index}`, true, () => [
          yellow(line(at, `the message "${name}" was refused: ${why}`)),
        ]),
      ),
    ];
  }
}

/** What the rollback waits for, and the exact command that answers. */
export function awaitingLines(
  { what, since, answers }: Awaiting,
  colours: Colours,
  pasteable: Pasteable,
): string[] {
  return [
    '',
    colours.yellow(`Waits for: ${oneLine(what)}, since ${formatTime(since)}. Answer with one of:`),
    ...answers.map((answer) => `    ${pasteable(answer)}`),
    '',
  ];
}

/** The sentence that a step ends with. */
function said(step: StepRecord, plan: PlanSummary | null): string {
  const who = step.decision === null ? 'by a person' : `by ${step.decision.by}`;
  const note = step.decision?.note ? `: ${step.decision.note}` : '';
  switch (step.state) {
    case 'skipped':
      return `skipped ${who}${note}`;
    case 'aborted':
      if (step.name === 'confirm-restore' && step.failure !== null) return step.failure.message;
      return step.decision?.decision === 'abort' ? `aborted ${who}${note}` : 'ended before it was done';
    case 'not-needed':
      return `not needed: ${plan?.steps.find(({ name }) => name === step.name)?.notNeeded ?? step.title}`;
    default:
      return `${step.result?.proof ?? step.title}${onTry(step.result)}`;
  }
}
