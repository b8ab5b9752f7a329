/** What a follow-up does beside everything else: in each lane one thing at a time, and no lane waits for another. */
import { condition, isCancellation } from '@temporalio/workflow';
import { asOurBug } from './run-step.ts';

export type Lane = 'check' | 'pages' | 'messages' | 'tickets';

export class Lanes {
  readonly #busy = new Set<Lane>();
  readonly #onDone: () => void;
  #isResting = false;
  #woken = false;
  #bug: Error | null = null;

  /** @param onDone called whenever a lane becomes free */
  constructor(onDone: () => void) {
    this.#onDone = onDone;
  }

  /** Does it, unless the lane is busy; the main loop is woken when it is done. */
  start(lane: Lane, work: () => Promise<void>): void {
    if (this.#busy.has(lane) || this.#isHeld(lane)) return;
    this.#busy.add(lane);
    void work()
      // What is expected to fail is caught below: this would go on for ever.
      .catch((error: unknown) => (this.#bug = isCancellation(error) ? null : asOurBug(error)))
      .finally(() => {
        this.#busy.delete(lane);
        this.#onDone();
        this.wake();
      });
  }

  #isHeld(lane: Lane): boolean {
    if (!this.#isResting) return false;
    return lane === 'tickets' || (lane === 'messages' && this.areFree);
  }

  isBusy(lane: Lane): boolean {
    return this.#busy.has(lane);
  }

  get areFree(): boolean {
    return this.#busy.size === 0;
  }

  /** While it is to rest no ticket is begun, which may take half a day, and no message that could go out from the next run at once. */
  rest(isResting: boolean): void {
    this.#isResting = isResting;
  }

  /** The main loop is to look what is due. */
  wake(): void {
    this.#woken = true;
  }

  /** Until it is woken, or it is `at` (ISO 8601; null: there is no such time). Throws what went wrong in a lane. */
  async untilWoken(at: string | null, why: string): Promise<void> {
    const isWoken = () => this.#woken;
    if (at === null) await condition(isWoken);
    else {
      const wait = Math.max(0, new Date(at).getTime() - Date.now());
      if (wait > 0) await condition(isWoken, wait, { summary: why });
    }
    this.#woken = false;
    if (this.#bug !== null) throw this.#bug;
  }
}
