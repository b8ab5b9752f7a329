/**
 * What the escalation and the public updates share while they run: each stands beside a rollback, hears from it and from people
 * that it is over, and goes on with a new history when its own grows long.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
} from '@temporalio/workflow';
import type { SignalDefinition } from '@temporalio/workflow';
import type { RollbackSaid, RunEnd } from '../../src/domain/escalation/state.ts';
import { isGoodEnd } from '../../src/domain/escalation/troubles.ts';
import { endedWith } from '../../src/domain/events/owed.ts';
import type { Owed } from '../../src/domain/events/owed.ts';
import { listenTo } from './listen-to.ts';
import { RollbackTies } from './rollback-ties.ts';
import type { Note, Tied } from './rollback-ties.ts';
import { TellEnd } from './tell-end.ts';

/** What is remembered by each of them. */
export type Lasting = Tied & {
  /** What other systems are told when people say here that it is over. */
  owed?: Owed;
};

/** What goes on into a new history. */
export type Carried<State> = {
  state: State;
  /** Lines of the timeline that the rollback has not got yet. */
  notes: Note[];
};

type Parts<State, Status> = {
  workflowId: string;
  /** Takes the status and new notes. */
  signal: SignalDefinition<[unknown]>;
  state: State;
  notes: Note[] | undefined;
  status: () => Status;
  details: (status: Status) => string;
  /** A run of the rollback has ended. */
  rollbackEnded: (end: RunEnd) => void;
  /** Noted, with the reason behind it, where the rollback can't be watched. */
  unwatched: string;
  /** It is over. */
  end: (said: string) => void;
  /** The rollback has ended in a way that leaves the incident open. */
  goesOn: (what: string) => void;
  /** Why nothing is taken any more; null while it is. */
  whyOver: () => string | null;
  /** Other systems were not told that it is over. */
  unheard: (why: string) => void;
};

/** What every one of them hears from its rollback. */
type Heard = Extract<RollbackSaid, { said: 'resolved' | 'owes' | 'ended' }>;

export class BesideRun<State extends Lasting, Status> {
  readonly ties: RollbackTies<Status>;
  readonly tellEnd: TellEnd;
  readonly #parts: Parts<State, Status>;
  #state: State;
  /** Counts what has happened, so that a wait sees it. */
  #changes = 0;

  constructor(parts: Parts<State, Status>) {
    const { workflowId, signal, status, rollbackEnded: ended, unwatched } = parts;
    this.#parts = parts;
    this.#state = parts.state;
    this.tellEnd = new TellEnd(parts.unheard);
    const tied = () => this.#state;
    this.ties = new RollbackTies({ workflowId, signal, status, tied, ended, unwatched }, parts.notes);
  }

  get state(): State {
    return this.#state;
  }

  change(change: Partial<State> | Partial<Lasting>): void {
    this.#state = { ...this.#state, ...change };
    this.#changes++;
    this.show();
  }

  /** Shows it in the Temporal UI. */
  show(): void {
    setCurrentDetails(this.#parts.details(this.#parts.status()));
  }

  /** Waits until something has happened, or for so long; `null`: without end. */
  async untilChanged(milliseconds: number | null, summary: string): Promise<void> {
    const seen = this.#changes;
    const isChanged = () => this.#changes !== seen;
    if (milliseconds === null) await condition(isChanged);
    else await condition(isChanged, milliseconds, { summary });
  }

  hear(told: Heard): void {
    const { end, goesOn } = this.#parts;
    switch (told.said) {
      case 'resolved':
        return end(resolvedBy(told));
      case 'owes':
        return this.change({ owed: told.owed });
      case 'ended': {
        const { owed } = this.#state;
        this.change({
          hasEnded: true,
          ...(owed === undefined ? {} : { owed: endedWith(owed, told.outcome) }),
        });
        if (isGoodEnd(told.outcome)) return end(told.summary);
        return goesOn(`The rollback has ended (${told.outcome})`);
      }
    }
  }

  /** Takes it from people themselves that it is over, mostly since the rollback is gone: then it is told to other systems from here. */
  listen(): void {
    listenTo('resolve', {
      whyOver: this.#parts.whyOver,
      take: (resolve) => {
        this.tellEnd.begin(this.#state.owed, resolve.resolution);
        this.#parts.end(resolvedBy(resolve));
        void this.ties.tell();
      },
    });
  }

  /** Performs while the rollback is watched, and tells it how that ended. A person who cancels wants no more of it. */
  async watchWhile(perform: () => Promise<void>, cancelled: () => void): Promise<void> {
    this.ties.watch();
    try {
      await perform();
    } catch (error) {
      if (isCancellation(error))
        await CancellationScope.nonCancellable(async () => {
          cancelled();
          await this.#letGo();
        });
      throw error;
    }
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    this.ties.unwatch();
    await this.ties.tell();
  }

  /** Returns when something has come up meanwhile: that is done first. */
  async goOnAnew(input: object): Promise<void> {
    const seen = this.#changes;
    await this.ties.told;
    await condition(allHandlersFinished);
    if (this.#changes !== seen || this.tellEnd.isUnderWay) return;
    // Last, since who goes on here must go on watching.
    this.ties.unwatch();
    const carried: Carried<State> = { state: this.#state, notes: this.ties.notes };
    await continueAsNew<(input: object, carried: Carried<State>) => Promise<Status>>(input, carried);
  }
}

const resolvedBy = ({ by, resolution }: { by: string; resolution: string }): string =>
  `Resolved by ${by}: ${resolution}`;
