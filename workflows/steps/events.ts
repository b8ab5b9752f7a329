/** Tells other systems beside the rollback, which waits for none of it. */
import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import { cloudEventOf } from '../../src/domain/events/cdevents.ts';
import type { EventKind, Sender } from '../../src/domain/events/cdevents.ts';
import { owedOf } from '../../src/domain/events/owed.ts';
import { onTarget } from './activities.ts';
import { describeFailure } from './failures.ts';
import type { Rollback } from './rollback.ts';

export class Events {
  readonly #rollback: Rollback;
  readonly #told = new Set<EventKind>();
  #sending: Promise<unknown>[] = [];

  constructor(rollback: Rollback) {
    this.#rollback = rollback;
  }

  /** There is an incident. Whoever people may tell later that it is over hears what it then owes: one of them, so that it is told once. */
  tellBegin(): void {
    this.tell('incident.detected', 'incident.reported');
    const sender = this.#sender;
    const owed = sender === null ? null : owedOf(this.#rollback.record, sender);
    if (owed === null) return;
    const { escalation, publicUpdates } = this.#rollback;
    [escalation, publicUpdates].find(({ isOn }) => isOn)?.owes(owed);
  }

  /** Starts sending what has happened, each once, and returns at once. What can't be sent within its budget is noted. */
  tell(...kinds: EventKind[]): void {
    for (const kind of kinds) this.#sending.push(CancellationScope.nonCancellable(() => this.#send(kind)));
  }

  /** Waits until everything is sent or given up. */
  async settled(): Promise<void> {
    await Promise.all(this.#sending);
  }

  async #send(kind: EventKind): Promise<void> {
    const sender = this.#sender;
    if (sender === null || this.#told.has(kind) || this.#isToldElsewhere(kind)) return;
    const { plan, record } = this.#rollback;
    const event = cloudEventOf(kind, record, sender);
    if (event === null) return;
    this.#told.add(kind);
    const worker = onTarget({
      taskQueue: workflowInfo().taskQueue,
      budgetSeconds: plan.config.budgets.announceSeconds,
      summary: `Send the event ${kind}`,
    });
    const { url, token } = sender.settings;
    try {
      await worker.sendEvent({ event, settings: { url, ...(token === undefined ? {} : { token }) } });
    } catch (error) {
      this.#rollback.note({ what: `The event ${kind} was not sent: ${describeFailure(error).message}` });
    }
  }

  /** Null where nobody wants to hear, or there is no plan that says who. */
  get #sender(): Sender | null {
    const settings = this.#rollback.hasPlan ? this.#rollback.plan.config.events : undefined;
    return settings === undefined ? null : { settings, firstRunId: workflowInfo().firstExecutionRunId };
  }

  /** Somebody has told the escalation itself that it is over. */
  #isToldElsewhere(kind: EventKind): boolean {
    const { escalation, publicUpdates } = this.#rollback;
    return kind === 'incident.resolved' && [escalation, publicUpdates].some(({ hasToldEnd }) => hasToldEnd);
  }
}
