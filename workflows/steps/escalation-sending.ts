/** What an escalation sends: pages, and to those who were paged that somebody is at it, or that it is over. Beside its clock. */
import { condition, isCancellation } from '@temporalio/workflow';
import * as climb from '../../src/domain/escalation/ladder.ts';
import type { Due } from '../../src/domain/escalation/ladder.ts';
import type { Level } from '../../src/domain/escalation/policy.ts';
import type {
  EscalationInput,
  EscalationStatus,
  PageRecord,
  RollbackView,
} from '../../src/domain/escalation/state.ts';
import { MAX_PAGES_SHOWN } from '../../src/domain/escalation/state.ts';
import { pageSentence } from '../../src/domain/escalation/words.ts';
import { writeFollowUp, writePage } from '../../src/domain/escalation/write-page.ts';
import type { Acknowledge } from '../../src/domain/messages.ts';
import { takesAction } from '../../src/domain/paging/actions.ts';
import { distinctChannels } from '../../src/domain/paging/channel.ts';
import type { PagingChannel } from '../../src/domain/paging/channel.ts';
import type { Page } from '../../src/domain/paging/page.ts';
import type { BesideRun } from './beside-run.ts';
import { keepsOpen, looking, sendThrough } from './escalation-pages.ts';
import { placeOf } from './escalation-state.ts';
import type { EscalationState } from './escalation-state.ts';

/** So long a vendor that was down is told that it is over, then a person must close what it has open. */
const CLOSED_WITHIN_SECONDS = 24 * 3600;

type Parts = {
  input: EscalationInput;
  levels: Level[];
  run: BesideRun<EscalationState, EscalationStatus>;
};

const now = () => new Date().toISOString();

export class EscalationSending {
  readonly #input: EscalationInput;
  readonly #levels: Level[];
  readonly #run: Parts['run'];
  /** Pages and messages that are on their way. */
  #underWay = 0;

  constructor({ input, levels, run }: Parts) {
    this.#input = input;
    this.#levels = levels;
    this.#run = run;
  }

  get isUnderWay(): boolean {
    return this.#underWay > 0;
  }

  /** Waits until nothing is on its way. */
  async settled(): Promise<void> {
    await condition(() => !this.isUnderWay);
  }

  /** Begins a page and returns at once: what comes meanwhile must not wait for a channel that hangs. */
  page(due: Due): void {
    const level = this.#levels[due.index];
    if (level === undefined) throw new Error(`there is no level ${due.index}`);
    const { state } = this.#run;
    const n = (state.counts[due.index] ?? 0) + 1;
    const { workflowId, runId } = this.#input.subject;
    const page: PageRecord = {
      id: `${workflowId}/${runId}/${level.number}/${n}`,
      at: now(),
      level: placeOf(level),
      cause: due.cause,
      outcome: 'sending',
      receipts: [],
      problems: [],
    };
    this.#run.change({
      ladder: climb.paging(state.ladder, { index: due.index, at: Date.now() }),
      counts: state.counts.map((count, index) => (index === due.index ? n : count)),
      pages: [...state.pages, page].slice(-MAX_PAGES_SHOWN),
    });
    void this.#counted(() => this.#send(page, due, level));
  }

  /** Begins telling everybody who was paged that somebody is at it, and returns at once. */
  acknowledged(by: Acknowledge): void {
    const { open } = this.#run.state;
    void this.#counted(async () => void (await this.#followUp('acknowledge', atIt(by), open)));
  }

  /** Tells everybody who was paged that it is over. @returns what may call people on, since it did not take that */
  async over(said: string): Promise<PagingChannel[]> {
    return (await this.#followUp('resolve', said, this.#run.state.open)).filter(keepsOpen);
  }

  /**
   * A vendor that was down at the end would call people, by rules of its own, about what is over: it is told as soon as it can be.
   * @returns what is still open then, and why; nothing where all is closed
   */
  async close(channels: PagingChannel[], said: string): Promise<string[]> {
    const page = this.#followUpPage('resolve', said);
    if (channels.length === 0 || page === null) return [];
    const routes = channels.map((channel) => [channel]);
    return (await sendThrough(routes, page, CLOSED_WITHIN_SECONDS)).problems;
  }

  async #send(page: PageRecord, due: Due, level: Level): Promise<void> {
    const { policy, incidentKey, subject } = this.#input;
    const known = this.#run.state.acknowledgements.length;
    // The first page leaves at once: there is nothing to be asked yet.
    const view = due.cause === 'start' ? this.#run.state.view : await this.#look();
    const { trouble } = this.#run.state;
    const written = writePage({ ...page, incidentKey, subject, trouble, view, now: now() });
    const { receipts, problems, tried } = await sendThrough(level.routes, written, policy.channelSeconds);
    const isReached = receipts.length > 0;
    const { state, ties } = this.#run;
    const open = distinctChannels([...state.open, ...tried]);
    const opened = open.slice(state.open.length);
    const done: PageRecord = { ...page, outcome: isReached ? 'sent' : 'failed', receipts, problems };
    ties.note(pageSentence(done));
    this.#run.change({
      ladder: climb.paged(state.ladder, due.index, isReached),
      pages: state.pages.map((one) => (one.id === page.id ? done : one)),
      open,
    });
    void ties.tell();
    // Whoever said meanwhile that they are at it could not be passed on to what this page has opened.
    const meanwhile = state.acknowledgements.slice(known).at(-1);
    if (meanwhile !== undefined && !state.ladder.over)
      await this.#followUp('acknowledge', atIt(meanwhile), opened);
  }

  async #look(): Promise<RollbackView | null> {
    const { subject } = this.#input;
    const { runId, resetTo = subject.runId } = this.#run.state;
    const run = { workflowId: subject.workflowId, runId: runId ?? resetTo };
    try {
      return (await looking.lookAtRollback(run)) ?? this.#run.state.view;
    } catch (error) {
      if (isCancellation(error)) throw error;
      return this.#run.state.view;
    }
  }

  /** Who can't be told is noted. @returns the channels that did not take it */
  async #followUp(
    action: 'acknowledge' | 'resolve',
    said: string,
    open: PagingChannel[],
  ): Promise<PagingChannel[]> {
    const page = this.#followUpPage(action, said);
    if (open.length === 0 || page === null) return [];
    const routes = open.filter((channel) => takesAction(channel, action)).map((channel) => [channel]);
    const { receipts, problems, failed } = await sendThrough(routes, page, this.#input.policy.channelSeconds);
    const { ties } = this.#run;
    const told = receipts.map(({ channel }) => channel).join(', ');
    if (told !== '') ties.note(`Told through ${told}: ${said}`);
    if (problems.length > 0)
      ties.note(`Not everybody who was paged was told (${action}): ${problems.join('; ')}`);
    this.#run.change({});
    return failed;
  }

  #followUpPage(action: 'acknowledge' | 'resolve', said: string): Page | null {
    const { incidentKey, subject } = this.#input;
    const { acknowledgements, pages } = this.#run.state;
    const level = pages.at(-1)?.level;
    if (level === undefined) return null;
    const count = action === 'acknowledge' ? `/${acknowledgements.length}` : '';
    const id = `${subject.workflowId}/${subject.runId}/${action}${count}`;
    return writeFollowUp({ id, incidentKey, subject, level }, action, said);
  }

  async #counted(perform: () => Promise<void>): Promise<void> {
    this.#underWay++;
    try {
      await perform();
    } catch (error) {
      // The loop notices a cancellation by itself.
      if (!isCancellation(error)) throw error;
    } finally {
      this.#underWay--;
      this.#run.change({});
    }
  }
}

const atIt = ({ by, note }: Acknowledge): string => `${by} is at it${note === undefined ? '' : `: ${note}`}`;
