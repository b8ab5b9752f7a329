/** A workflow that a rollback starts beside itself, tells what happens, and never waits for. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  condition,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import { rollbackSaidSignal } from '../messages.ts';

/** The end of a rollback waits no longer than this until its companion has heard of it, which it would find out anyway. */
const TOLD_WITHIN = '5 seconds';

type Start = { type: string; workflowId: string; input: object; summary: string };

type Listener = {
  /** It could not be started: this is why. */
  notStarted: (why: string) => void;
  /** It can't be told any more. */
  unheard: (why: string) => void;
};

export class Companion<Said extends object> {
  readonly #listener: Listener;
  #workflowId: string | null = null;
  /** In order: each message waits for the one before, and the first for the start. */
  #sent: Promise<void> = Promise.resolve();
  #isGone = false;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  /** Starts it and returns at once. */
  start(start: Start): void {
    this.#workflowId = start.workflowId;
    this.#sent = this.#begin(start);
  }

  /** Never rejects. Does nothing where it was not started, or is gone. */
  async tell(said: Said): Promise<void> {
    const workflowId = this.#workflowId;
    if (workflowId === null) return;
    const before = this.#sent;
    this.#sent = CancellationScope.nonCancellable(async () => {
      await before;
      if (this.#isGone) return;
      try {
        await getExternalWorkflowHandle(workflowId).signal(rollbackSaidSignal, said);
      } catch (error) {
        this.#listener.unheard(messageOf(error));
      }
    });
    await this.#sent;
  }

  /** The last that is told. A workflow that has ended sends nothing more, so this is waited for, if not for long. */
  async tellLast(said: Said): Promise<void> {
    if (this.#workflowId === null || this.#isGone) return;
    let isTold = false;
    void this.tell(said).then(() => (isTold = true));
    await condition(() => isTold, TOLD_WITHIN);
  }

  /** Nothing more is told. */
  gone(): void {
    this.#isGone = true;
  }

  async #begin({ type, workflowId, input, summary }: Start): Promise<void> {
    try {
      await CancellationScope.nonCancellable(() =>
        startChild(type, {
          workflowId,
          args: [input],
          parentClosePolicy: ParentClosePolicy.ABANDON,
          cancellationType: ChildWorkflowCancellationType.ABANDON,
          staticSummary: summary,
        }),
      );
    } catch (error) {
      // It runs already: this rollback was reset, and goes on from before this step.
      if (error instanceof WorkflowExecutionAlreadyStartedError) return;
      this.#listener.notStarted(messageOf(error));
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
