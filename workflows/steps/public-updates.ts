/** A rollback's side of its public updates: it starts them, tells them how it stands, and hears what was posted. */
import { workflowInfo } from '@temporalio/workflow';
import type { ResolvedService } from '../../activities/types.ts';
import type { Owed } from '../../src/domain/events/owed.ts';
import { listProblems } from '../../src/domain/request.ts';
import type { RollbackRequest } from '../../src/domain/request.ts';
import type { Outcome, RollbackRef, RollbackStatus } from '../../src/domain/rollback.ts';
import { describePage } from '../../src/domain/status-page/settings.ts';
import { stageOf } from '../../src/domain/status-page/stage.ts';
import type { Stage } from '../../src/domain/status-page/stage.ts';
import {
  EPHEMERAL_PAGE,
  NOT_CUSTOMERS,
  pageSaidSchema,
  publicUpdatesIdOf,
} from '../../src/domain/status-page/state.ts';
import type {
  PageSaid,
  PublicUpdatesInput,
  PublicUpdatesStatus,
  RollbackPublicUpdates,
  Told,
} from '../../src/domain/status-page/state.ts';
import { Companion } from './companion.ts';

type Teller = {
  ref: RollbackRef;
  request: RollbackRequest;
  /** Told of lines for the timeline, and that there is something new to show. */
  changed: (notes: PageSaid['notes']) => void;
};

export class PublicUpdates {
  readonly #rollback: Teller;
  #state: RollbackPublicUpdates | null = null;
  #stage: Stage = 'assessing';
  readonly #companion = new Companion<Told>({
    notStarted: (why) => this.#lost(`The status page can't be told: ${why}. Tell customers yourself.`),
    unheard: (why) => {
      const isOver = this.#state?.state === 'ended';
      if (!isOver) this.#lost(`The status page is not told any more: ${why}. Tell customers yourself.`);
    },
  });

  constructor(rollback: Teller) {
    this.#rollback = rollback;
  }

  /** Null where there is no status page, or before it is told. */
  get state(): RollbackPublicUpdates | null {
    return this.#state;
  }

  /** Starts them, once, and returns at once. Without a status page nothing is done. */
  start({ statusPage: page, isEphemeral }: ResolvedService): void {
    if (this.#state !== null || page === undefined) return;
    const { ref, request } = this.#rollback;
    if (isEphemeral === true) return this.#show({ state: 'off', said: EPHEMERAL_PAGE });
    if (!request.customerFacing) return this.#show({ state: 'off', said: NOT_CUSTOMERS });
    const { workflowId, firstExecutionRunId } = workflowInfo();
    const updatesId = publicUpdatesIdOf(workflowId, firstExecutionRunId);
    const input: PublicUpdatesInput = {
      rollback: { workflowId, runId: ref.runId },
      run: firstExecutionRunId,
      severity: request.severity,
      startedAt: ref.startedAt,
      page,
    };
    const summary = `Tells customers about ${workflowId}`;
    this.#companion.start({ type: 'publicUpdates', workflowId: updatesId, input, summary });
    this.#show(starting(updatesId, describePage(page)));
  }

  /** Tells what is new for customers, if anything is. */
  follow(status: RollbackStatus): void {
    if (this.#state === null || this.#state.state === 'off') return;
    const stage = stageOf(status);
    if (stage === this.#stage) return;
    this.#stage = stage;
    void this.#companion.tell({ said: 'stage', stage });
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
    void this.#companion.tell({ said: 'owes', owed });
  }

  resolved({ by, resolution }: { by: string; resolution: string }): void {
    void this.#companion.tell({ said: 'resolved', by, resolution });
  }

  /** The last that is told, and waited for, if not for long. */
  async ended(outcome: Outcome, summary: string): Promise<void> {
    await this.#companion.tellLast({ said: 'ended', outcome, summary });
  }

  /** Takes what the public updates say. @returns why that can't be read, or null */
  hear(content: unknown): string | null {
    const parsed = pageSaidSchema.safeParse(content);
    if (!parsed.success) return listProblems(parsed.error).join('; ');
    const { status, notes } = parsed.data;
    this.#show(status, notes);
    return null;
  }

  #lost(said: string): void {
    this.#companion.gone();
    this.#show({ state: 'off', said }, [{ at: new Date().toISOString(), what: said }]);
  }

  #show(state: RollbackPublicUpdates, notes: PageSaid['notes'] = []): void {
    this.#state = state;
    this.#rollback.changed(notes);
  }
}

const starting = (workflowId: string, page: string): PublicUpdatesStatus => ({
  workflowId,
  state: 'starting',
  page,
  incident: null,
  url: null,
  posted: [],
  nextAt: null,
  problem: null,
  said: null,
});
