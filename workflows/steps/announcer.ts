/** Tells people beside the rollback, in order, without ever delaying it. */
import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import { recipientsFor } from '../../src/domain/announcement-channels.ts';
import type { Recipient } from '../../src/domain/announcement-channels.ts';
import type { AnnouncementEvent } from '../../src/domain/notification.ts';
import { describeFailure } from './failures.ts';
import type { StepResult } from '../../src/domain/rollback.ts';
import type { Rollback } from './rollback.ts';
import { now } from './rollback.ts';
import { onTarget } from './activities.ts';

export class Announcer {
  readonly #rollback: Rollback;
  /** The rollback's own: a message is not taken back because the step that it is about was given up. */
  readonly #scope = CancellationScope.current();
  #sending: Promise<void> = Promise.resolve();
  /** Where a channel's messages go on. */
  readonly #threads = new Map<Recipient, string>();

  constructor(rollback: Rollback) {
    this.#rollback = rollback;
  }

  /** Starts sending and returns at once. What can't be sent is noted in the timeline. */
  announce(event: AnnouncementEvent): void {
    const previous = this.#sending;
    this.#sending = this.#scope.run(async () => {
      await previous;
      try {
        const { proof } = await this.send(event, `Tell people: ${event}`);
        this.#rollback.note({ what: proof, announced: event });
      } catch (error) {
        this.#rollback.note({ what: `Not everybody was told (${event}): ${describeFailure(error).message}` });
      }
    });
  }

  /** Waits until everything is sent or given up. */
  async settled(): Promise<void> {
    await this.#sending;
  }

  /** Sends to everybody who wants this event, each once, and fails when one could not be told. */
  async send(event: AnnouncementEvent, summary: string): Promise<StepResult> {
    const channels = recipientsFor(event, this.#rollback.plan.config);
    const sent = await Promise.allSettled(channels.map((channel) => this.#tell(channel, { event, summary })));
    const failed = sent.find((attempt) => attempt.status === 'rejected');
    if (failed) throw failed.reason;
    const results = sent.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    return {
      outcome: 'done',
      proof:
        channels.length === 0
          ? `No channel asked to be told (${event})`
          : results.map((r) => r.proof).join('; '),
      details: results.flatMap((result) => result.details),
      provedAt: now(),
    };
  }

  async #tell(channel: Recipient, { event, summary }: { event: AnnouncementEvent; summary: string }) {
    const { record } = this.#rollback;
    const known = this.#threads.get(channel);
    const thread = known === undefined ? {} : { thread: known };
    const told = await this.#worker(summary).announce({ event, channel, record, ...thread });
    if (told.thread !== undefined) this.#threads.set(channel, told.thread);
    return told;
  }

  /** Messages leave from the main workers: those inside a target's network may not reach the internet. */
  #worker(summary: string) {
    return onTarget({
      taskQueue: workflowInfo().taskQueue,
      budgetSeconds: this.#rollback.plan.config.budgets.announceSeconds,
      summary,
    });
  }
}
