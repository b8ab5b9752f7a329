/** The steps that rollbacks share, each a verb of the runbook. */
import { plannedStep } from '../../src/domain/plan.ts';
import type { StepName } from '../../src/domain/plan.ts';
import type { Activities, StepInput } from '../../activities/types.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import type { Announcer } from './announcer.ts';
import { onTarget } from './activities.ts';
import { describeFailure } from './failures.ts';
import type { Rollback } from './rollback.ts';
import { runStep } from './run-step.ts';
import type { StepOptions } from './run-step.ts';

export class Steps {
  readonly #rollback: Rollback;
  readonly #announcer: Announcer;
  readonly #taskQueue: string;

  constructor(rollback: Rollback, announcer: Announcer, taskQueue: string) {
    this.#rollback = rollback;
    this.#announcer = announcer;
    this.#taskQueue = taskQueue;
  }

  /** Keeps what the next steps change. Bounded, and never a reason to leave traffic on a faulty release. */
  async captureBefore(): Promise<void> {
    await this.#run('capture-before', (target) => target.captureBefore(this.#input), {
      whenFailing: 'go-on',
    });
  }

  async startPrevious(): Promise<void> {
    await this.#run('start-previous', (target) => target.startPrevious(this.#input));
  }

  async shiftTraffic(): Promise<void> {
    const result = await this.#run('shift-traffic', (target) => target.shiftTraffic(this.#input));
    if (result === null) return;
    this.#rollback.trafficSafe(result.provedAt);
    this.#announcer.announce('traffic-shifted');
  }

  async captureLogs(): Promise<void> {
    await this.#run('capture-logs', (target) => target.captureLogs(this.#input));
  }

  async stopFaulty(): Promise<void> {
    await this.#run('stop-faulty', (target) => target.stopFaulty(this.#input));
  }

  async verifyRelease(): Promise<void> {
    const since = this.#rollback.status.trafficSafeAt ?? this.#rollback.ref.startedAt;
    await this.#run('verify', (target) => target.verifyRelease({ ...this.#input, since }));
  }

  async report(options: StepOptions): Promise<void> {
    await this.#run('report', (target) => target.writeReport({ record: this.#rollback.record }), options);
  }

  /** Tells everybody how it ended. People have the report by now, so a channel that is down holds nothing up. */
  async announceEnd(): Promise<void> {
    const planned = plannedStep(this.#rollback.plan, 'announce');
    await runStep(
      { rollback: this.#rollback, announcer: this.#announcer },
      { name: 'announce', perform: () => this.#announcer.send('ended', planned.title), whenFailing: 'go-on' },
    );
  }

  /** The report once more, now that it can tell whether people were told. The one already written stays if not. */
  async sealReport(): Promise<void> {
    const { budgetSeconds } = plannedStep(this.#rollback.plan, 'report');
    const target = onTarget({ taskQueue: this.#taskQueue, budgetSeconds, summary: 'Complete the report' });
    try {
      await target.writeReport({ record: this.#rollback.record });
    } catch (error) {
      const { message } = describeFailure(error, 'records');
      this.#rollback.note({ what: `The report lacks its last lines: ${message}`, step: 'report' });
    }
  }

  get #input(): StepInput {
    return { plan: this.#rollback.plan, rollback: this.#rollback.ref };
  }

  async #run(
    name: StepName,
    perform: (target: Activities) => Promise<StepResult>,
    options: StepOptions = { whenFailing: 'ask' },
  ): Promise<StepResult | null> {
    const { title, budgetSeconds } = plannedStep(this.#rollback.plan, name);
    const target = onTarget({ taskQueue: this.#taskQueue, budgetSeconds, summary: title });
    return await runStep(
      { rollback: this.#rollback, announcer: this.#announcer },
      { name, perform: () => perform(target), ...options },
    );
  }
}
