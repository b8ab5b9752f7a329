/** Counting what RESTORE would lose, beside the waiting for it: nothing waits for a count, and none holds a restore up. */
import { CancellationScope, condition } from '@temporalio/workflow';
import { uncounted } from '../../src/domain/loss.ts';
import { onTarget } from './activities.ts';
import { describeFailure } from './failures.ts';
import { now } from './rollback.ts';
import type { Rollback } from './rollback.ts';

/** Longer than the database is given for its answer, and shorter than a person waits for one. */
const BUDGET_SECONDS = 20;

/** How long a count is good enough for whoever looks, and for who is about to type RESTORE. */
const FRESH_MS = { look: 30_000, restore: 5000 };

export class LossCounting {
  readonly #rollback: Rollback;
  readonly #taskQueue: string;
  readonly #scope = new CancellationScope();
  #isEnded = false;
  #running: Promise<void> | null = null;
  /** Milliseconds since 1970. */
  #countedAt = 0;

  constructor({ rollback, taskQueue }: { rollback: Rollback; taskQueue: string }) {
    this.#rollback = rollback;
    this.#taskQueue = taskQueue;
  }

  /** Whoever looks again and again makes no endless history. */
  isFresh(purpose: keyof typeof FRESH_MS): boolean {
    return Date.now() - this.#countedAt < FRESH_MS[purpose];
  }

  /** Counts and shows it; several who ask at once get one count. Never fails: what can't be counted is unknown. */
  async again(): Promise<void> {
    this.#running ??= this.#scope
      .run(() => this.#count())
      // Ended: whatever comes now is of no use to anybody.
      .catch(() => undefined)
      .finally(() => (this.#running = null));
    await this.#running;
  }

  /** Counts, and waits for that no longer than until it is over. */
  async unless(isOver: () => boolean): Promise<void> {
    let isCounted = false;
    void this.again().then(() => (isCounted = true));
    await condition(() => isCounted || isOver());
  }

  /** What is counted after this would be of another database. */
  end(): void {
    this.#isEnded = true;
    this.#scope.cancel();
  }

  async #count(): Promise<void> {
    const target = onTarget({
      taskQueue: this.#taskQueue,
      budgetSeconds: BUDGET_SECONDS,
      summary: 'Count what RESTORE would lose',
    });
    const { plan, ref } = this.#rollback;
    const count = await target
      .countLoss({ plan, rollback: ref })
      .catch((error: unknown) => uncounted(now(), describeFailure(error, 'nothing').message));
    this.#countedAt = Date.now();
    if (!this.#isEnded) this.#rollback.loss.show(count);
  }
}
