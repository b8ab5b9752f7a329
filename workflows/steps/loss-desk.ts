/** What a restore would lose or has lost, as it is shown, and counted again for whoever asks before RESTORE is typed. */
import { setHandler } from '@temporalio/workflow';
import type { Loss, LossCount } from '../../src/domain/loss.ts';
import { countLossUpdate } from '../messages.ts';

/** Counts again what a restore would lose. */
type Recount = { isFresh(purpose: 'look' | 'restore'): boolean; again(): Promise<void> };

export class LossDesk {
  readonly #changed: () => void;
  #loss: Loss | null = null;
  /** Null while nobody is asked to let it be lost. */
  #recount: Recount | null = null;

  /** @param changed is told when there is another count */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Null until it was counted. */
  get known(): Loss | null {
    return this.#loss;
  }

  show(count: LossCount): void {
    const answeredAt = count.problem === null ? count.at : (this.#loss?.answeredAt ?? null);
    this.#loss = { ...count, answeredAt };
    this.#changed();
  }

  /** How it is counted again for whoever is about to decide; null once that is decided. */
  recountBy(recount: Recount | null): void {
    this.#recount = recount;
  }

  listen(): void {
    setHandler(countLossUpdate, () => this.#onCountLoss(), {
      description: 'While RESTORE is awaited: count again what it would lose. Changes nothing.',
      validator: (content) => this.#refuseRecount(content),
    });
  }

  async #onCountLoss(): Promise<Loss | null> {
    await this.#recount?.again();
    return this.#loss;
  }

  /** A refused update leaves nothing in the history. */
  #refuseRecount(content: unknown): void {
    if (this.#recount === null) throw new Error('RESTORE is not awaited');
    const isDeciding = typeof content === 'object' && content !== null && 'before' in content;
    if (this.#recount.isFresh(isDeciding ? 'restore' : 'look'))
      throw new Error('it was counted a moment ago');
  }
}
