/** A rollback's side of its escalation: it starts it, tells it what happens, and hears who was paged. Never waits for it. */
import { workflowInfo } from '@temporalio/workflow';
import type { ResolvedService } from '../../activities/types.ts';
import {
  EPHEMERAL,
  escalationIdOf,
  escalationSaidSchema,
  incidentKeyOf,
  NOT_CONFIGURED,
} from '../../src/domain/escalation/state.ts';
import type {
  EscalationInput,
  EscalationSaid,
  EscalationStatus,
  RollbackEscalation,
  RollbackSaid,
  Trouble,
} from '../../src/domain/escalation/state.ts';
import { subjectOf } from '../../src/domain/escalation/subject.ts';
import { isGoodEnd } from '../../src/domain/escalation/troubles.ts';
import type { Owed } from '../../src/domain/events/owed.ts';
import type { Plan, RunKind } from '../../src/domain/plan.ts';
import { listProblems } from '../../src/domain/request.ts';
import type { RollbackRequest } from '../../src/domain/request.ts';
import type { Outcome, RollbackRef } from '../../src/domain/rollback.ts';
import { Companion } from './companion.ts';

type Teller = {
  ref: RollbackRef;
  kind: RunKind;
  request: RollbackRequest;
  /** Told of lines for the timeline, and that there is something new to show. */
  changed: (notes: EscalationSaid['notes']) => void;
};

export class Escalation {
  readonly #rollback: Teller;
  #state: RollbackEscalation | null = null;
  /** The incident is over: what comes after it calls nobody. */
  #isOver = false;
  readonly #companion = new Companion<RollbackSaid>({
    notStarted: (why) => this.#lost(`The escalation could not be started, so nobody is paged: ${why}`),
    unheard: (why) => {
      const isOver = this.#state?.state === 'ended';
      if (!isOver) this.#lost(`The escalation is gone, so nobody is paged any more: ${why}`);
    },
  });

  constructor(rollback: Teller) {
    this.#rollback = rollback;
  }

  /** Null before there is anything to page about. */
  get state(): RollbackEscalation | null {
    return this.#state;
  }

  /** Starts it, once, and returns at once. Without a policy nobody is paged, and the status says so. */
  start({ escalation: policy, isEphemeral, ...place }: ResolvedService, plan: Plan | null): void {
    if (this.#state !== null) return;
    if (policy === undefined || isEphemeral === true) {
      this.#show({ state: 'off', said: isEphemeral === true ? EPHEMERAL : NOT_CONFIGURED });
      return;
    }
    const { workflowId, firstExecutionRunId } = workflowInfo();
    const escalationId = escalationIdOf(workflowId, firstExecutionRunId);
    this.#show(starting(escalationId));
    const input: EscalationInput = {
      incidentKey: incidentKeyOf(firstExecutionRunId),
      subject: subjectOf(this.#rollback, { ...place, plan }),
      policy,
    };
    this.#companion.start({
      type: 'escalation',
      workflowId: escalationId,
      input,
      summary: `Pages people about ${input.subject.workflowId}`,
    });
  }

  /** What the next level must hear of at once. */
  trouble(trouble: Trouble): void {
    this.#tell({ said: 'trouble', trouble });
  }

  acknowledged({ by, note }: { by: string; note?: string | undefined }): void {
    const at = new Date().toISOString();
    this.#tell({ said: 'acknowledged', by, at, ...(note === undefined ? {} : { note }) });
  }

  /** It was started, as far as is known. */
  get isOn(): boolean {
    return this.#state !== null && this.#state.state !== 'off';
  }

  /** It has been told by people, not by us, that it is over, and tells other systems. */
  get hasToldEnd(): boolean {
    return this.#state !== null && this.#state.state !== 'off' && this.#state.tellsEnd === true;
  }

  /** What it is to tell other systems, should people tell it that it is over. */
  owes(owed: Owed): void {
    this.#tell({ said: 'owes', owed });
  }

  resolved({ by, resolution }: { by: string; resolution: string }): void {
    this.#tell({ said: 'resolved', by, resolution });
  }

  /**
   * The last that is told: after a good end, what goes wrong with report and messages calls nobody. A workflow that has
   * ended sends nothing more, so this is waited for, if not for long.
   */
  async ended(outcome: Outcome, summary: string): Promise<void> {
    if (this.#isOver) return;
    const told = this.#companion.tellLast({ said: 'ended', outcome, summary });
    this.#isOver = isGoodEnd(outcome);
    await told;
    if (this.#isOver) this.#showOver(summary);
  }

  /** Shown at once: it tells nothing any more to a rollback that has said how it ended. */
  #showOver(said: string): void {
    if (this.#state === null || this.#state.state === 'off' || this.#state.state === 'ended') return;
    this.#show({ ...this.#state, state: 'ended', next: null, said });
  }

  /** Takes what the escalation says. @returns why that can't be read, or null */
  hear(content: unknown): string | null {
    const parsed = escalationSaidSchema.safeParse(content);
    if (!parsed.success) return listProblems(parsed.error).join('; ');
    const { status, notes } = parsed.data;
    // What was on its way when it ended is no news, but its lines are.
    const shown = this.#state;
    const isStale = shown?.state === 'ended' && status.state !== 'ended';
    this.#show(isStale ? shown : status, notes);
    return null;
  }

  #tell(said: RollbackSaid): void {
    if (!this.#isOver) void this.#companion.tell(said);
  }

  #lost(said: string): void {
    this.#companion.gone();
    this.#show({ state: 'off', said }, [{ at: new Date().toISOString(), what: said }]);
  }

  #show(state: RollbackEscalation, notes: EscalationSaid['notes'] = []): void {
    this.#state = state;
    this.#rollback.changed(notes);
  }
}

const starting = (workflowId: string): EscalationStatus => ({
  workflowId,
  state: 'starting',
  level: null,
  next: null,
  pages: [],
  acknowledgements: [],
  said: null,
});
