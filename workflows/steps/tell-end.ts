/** Tells other systems that an incident is over which its rollback has left open: once, when people say so. */
import { workflowInfo } from '@temporalio/workflow';
import { resolvedEvent } from '../../src/domain/events/owed.ts';
import type { Owed } from '../../src/domain/events/owed.ts';
import { afterwards } from './activities.ts';
import { describeFailure } from './failures.ts';

/** Nobody waits for it, and whoever measures the time to restore can't do without it. */
const TOLD_WITHIN_SECONDS = 24 * 3600;

export class TellEnd {
  readonly #unheard: (why: string) => void;
  #telling: Promise<void> | null = null;
  #isUnderWay = false;

  /** @param unheard told why they have not heard */
  constructor(unheard: (why: string) => void) {
    this.#unheard = unheard;
  }

  /** Starts telling, and returns at once. Does nothing where nothing is owed. */
  begin(owed: Owed | undefined, resolution: string): void {
    if (owed === undefined) return;
    this.#isUnderWay = true;
    this.#telling = send(owed, { at: new Date().toISOString(), resolution }).then((why) => {
      this.#isUnderWay = false;
      if (why !== null) this.#unheard(why);
    });
  }

  get hasBegun(): boolean {
    return this.#telling !== null;
  }

  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Waits until they have heard, or it is given up. Never rejects. */
  async settled(): Promise<void> {
    await this.#telling;
  }
}

async function send(owed: Owed, resolved: { at: string; resolution: string }): Promise<string | null> {
  const worker = afterwards({
    taskQueue: workflowInfo().taskQueue,
    budgetSeconds: TOLD_WITHIN_SECONDS,
    summary: 'Send the event incident.resolved',
  });
  try {
    await worker.sendEvent({ event: resolvedEvent(owed, resolved), settings: owed.settings });
    return null;
  } catch (error) {
    return `The event incident.resolved was not sent: ${describeFailure(error).message}`;
  }
}
