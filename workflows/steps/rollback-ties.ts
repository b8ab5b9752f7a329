/**
 * What ties a companion to its rollback, seen from the companion: it watches how the rollback ends, and tells it what was
 * done. The rollback's own end of it is companion.ts.
 */
import { CancellationScope, getExternalWorkflowHandle, isCancellation } from '@temporalio/workflow';
import type { SignalDefinition } from '@temporalio/workflow';
import type { RunEnd } from '../../src/domain/escalation/state.ts';
import { watching } from './escalation-pages.ts';
import { describeFailure } from './failures.ts';

/** A line for the timeline of the rollback. */
export type Note = { at: string; what: string };

/** What the companion knows of its rollback, and carries into a new history. */
export type Tied = {
  /** The run that is watched; null once it has ended. */
  runId: string | null;
  /** Had the rollback said how it ended? */
  hasEnded: boolean;
};

type Ends<Status> = {
  workflowId: string;
  /** Takes the companion's status and new notes. */
  signal: SignalDefinition<[unknown]>;
  status: () => Status;
  tied: () => Tied;
  /** A run has ended. Afterwards `tied` names the run that it goes on as, or null. */
  ended: (end: RunEnd) => void;
  /** Noted, with the reason behind it, where the rollback can't be watched. */
  unwatched: string;
};

export class RollbackTies<Status> {
  readonly #ends: Ends<Status>;
  readonly #watch = new CancellationScope();
  #notes: Note[];
  #telling: Promise<void> = Promise.resolve();

  /** @param notes lines that the rollback has not got yet */
  constructor(ends: Ends<Status>, notes: Note[] = []) {
    this.#ends = ends;
    this.#notes = notes;
  }

  /** Watches the rollback, run after run, and returns at once. */
  watch(): void {
    void this.#watch.run(() => this.#untilItEnds());
  }

  unwatch(): void {
    this.#watch.cancel();
  }

  /** Told with the next status. */
  note(what: string): void {
    this.#notes = [...this.#notes, { at: new Date().toISOString(), what }];
  }

  /** Lines that the rollback has not got yet. */
  get notes(): Note[] {
    return this.#notes;
  }

  /** Its record and its status show what was done. One that has ended needs no telling, and can't be told. */
  async tell(): Promise<void> {
    const { workflowId, signal } = this.#ends;
    const before = this.#telling;
    this.#telling = (async () => {
      await before;
      const { runId, hasEnded } = this.#ends.tied();
      if (runId === null || hasEnded) return;
      const content = { status: this.#ends.status(), notes: this.#notes };
      this.#notes = [];
      try {
        await getExternalWorkflowHandle(workflowId, runId).signal(signal, content);
      } catch (error) {
        if (isCancellation(error)) throw error;
      }
    })();
    await this.#telling;
  }

  /** Settles when all that it was told so far has arrived. */
  get told(): Promise<void> {
    return this.#telling;
  }

  async #untilItEnds(): Promise<void> {
    const { workflowId, tied, ended, unwatched } = this.#ends;
    try {
      let { runId } = tied();
      while (runId !== null) {
        ended(await watching.watchRollback({ workflowId, runId }));
        ({ runId } = tied());
      }
    } catch (error) {
      if (isCancellation(error)) return;
      this.note(`${unwatched} ${describeFailure(error).message}`);
    }
  }
}
