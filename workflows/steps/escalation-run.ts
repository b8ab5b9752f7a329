/**
 * One escalation while it runs: its clock, and what it hears. Who is due when is decided in src/domain/escalation/ladder.ts; what
 * is sent is in escalation-sending.ts.
 */
import { allHandlersFinished, condition, setHandler, workflowInfo } from '@temporalio/workflow';
import * as climb from '../../src/domain/escalation/ladder.ts';
import { levelsFor } from '../../src/domain/escalation/policy.ts';
import type { Level } from '../../src/domain/escalation/policy.ts';
import type {
  EscalationInput,
  EscalationStatus,
  RunEnd,
  Trouble,
} from '../../src/domain/escalation/state.ts';
import { rollbackSaidSchema } from '../../src/domain/escalation/state.ts';
import { endTrouble } from '../../src/domain/escalation/troubles.ts';
import { escalationDetails, nextSentence } from '../../src/domain/escalation/words.ts';
import type { Acknowledge } from '../../src/domain/messages.ts';
import type { PagingChannel } from '../../src/domain/paging/channel.ts';
import { asSentence } from '../../src/domain/report/plain.ts';
import { escalationSaidSignal, escalationStatusQuery, rollbackSaidSignal } from '../messages.ts';
import { BesideRun } from './beside-run.ts';
import type { Carried as CarriedOf } from './beside-run.ts';
import { EscalationSending } from './escalation-sending.ts';
import { beginState, statusOf } from './escalation-state.ts';
import type { EscalationState } from './escalation-state.ts';
import { listenTo } from './listen-to.ts';

/** A timer's summary is cut by the server, and this is the part that counts. */
const MAX_SUMMARY = 180;

/** What goes on into a new history. */
export type Carried = CarriedOf<EscalationState>;

export class EscalationRun {
  readonly #input: EscalationInput;
  readonly #levels: Level[];
  readonly #run: BesideRun<EscalationState, EscalationStatus>;
  readonly #sending: EscalationSending;
  #ending: { said: string } | null = null;

  constructor(input: EscalationInput, carried?: Carried) {
    this.#input = input;
    this.#levels = levelsFor(input.policy, input.subject.customersAffected);
    this.#run = new BesideRun<EscalationState, EscalationStatus>({
      workflowId: input.subject.workflowId,
      signal: escalationSaidSignal,
      state: carried?.state ?? beginState(input, this.#levels),
      notes: carried?.notes,
      status: () => this.#status,
      details: escalationDetails,
      rollbackEnded: (end) => this.#rollbackEnded(end),
      unwatched: 'It is not noticed when the rollback is ended from outside.',
      end: (said) => this.#end(said),
      goesOn: (what) => this.#goesOn(what),
      whyOver: () => this.#whyOver,
      unheard: (why) => this.#say(why),
    });
    this.#sending = new EscalationSending({ input, levels: this.#levels, run: this.#run });
    this.#listen();
    this.#run.show();
  }

  /** Pages whoever is due, until it is over. */
  async untilOver(): Promise<EscalationStatus> {
    let untold: PagingChannel[] = [];
    await this.#run.watchWhile(
      async () => {
        while (this.#ending === null) await this.#next();
        await this.#sending.settled();
        untold = await this.#sending.over(this.#ending.said);
      },
      () => this.#end('The escalation was cancelled from outside; what it has opened elsewhere stays open.'),
    );
    await Promise.all([this.#close(untold), this.#run.tellEnd.settled()]);
    await condition(allHandlersFinished);
    return this.#status;
  }

  /** One page, or the wait for it. */
  async #next(): Promise<void> {
    const due = climb.nextPage(this.#run.state.ladder);
    const left = due === null ? null : due.at - Date.now();
    if (due !== null && left !== null && left <= 0) return this.#sending.page(due);
    if (workflowInfo().continueAsNewSuggested && !this.#sending.isUnderWay)
      return await this.#run.goOnAnew(this.#input);
    await this.#run.untilChanged(left, nextSentence(this.#status).slice(0, MAX_SUMMARY));
  }

  async #close(channels: PagingChannel[]): Promise<void> {
    const problems = await this.#sending.close(channels, this.#ending?.said ?? '');
    if (problems.length > 0) this.#say(`Close by hand what is still open elsewhere: ${problems.join('; ')}`);
  }

  /** Adds to what is said of the end. */
  #say(what: string): void {
    this.#run.change({ said: `${asSentence(this.#run.state.said ?? '')} ${what}` });
  }

  #rollbackEnded(end: RunEnd): void {
    const { state } = this.#run;
    this.#run.change({
      runId: end.goesOnAs,
      view: end.view ?? state.view,
      ...(end.goesOnAs === null ? {} : { resetTo: end.goesOnAs }),
    });
    if (end.how === 'completed') return this.#end('The rollback has ended well.');
    // It has said itself how it ended.
    if (state.hasEnded && end.how !== 'reset') return;
    const trouble = endTrouble(end, this.#input.subject);
    if (trouble === null) return this.#goesOn(`The rollback has ended (${end.how})`);
    this.#run.ties.note(trouble.message);
    this.#raise(trouble);
    this.#goesOn(trouble.message);
  }

  /** A signal never throws: that would wedge the escalation. */
  #hear(content: unknown): void {
    const parsed = rollbackSaidSchema.safeParse(content);
    if (!parsed.success) return;
    const told = parsed.data;
    if (told.said === 'trouble') this.#raise(told.trouble);
    else if (told.said === 'acknowledged') this.#acknowledge(told);
    else this.#run.hear(told);
  }

  /** Each is urgent once. Who says `retry` is at it, until that has failed, too. */
  #raise(trouble: Trouble): void {
    const { troubles, ladder } = this.#run.state;
    if (troubles.includes(trouble.key))
      return this.#run.change({ trouble, ladder: climb.failedAgain(ladder) });
    this.#run.change({ trouble, troubles: [...troubles, trouble.key], ladder: climb.urgent(ladder) });
  }

  #acknowledge({ by, note, at = new Date().toISOString() }: Acknowledge & { at?: string | undefined }): void {
    const { ladder, acknowledgements } = this.#run.state;
    const said = { by, ...(note === undefined ? {} : { note }) };
    this.#run.change({
      ladder: climb.acknowledged(ladder),
      acknowledgements: [...acknowledgements, { at, ...said }],
    });
    this.#sending.acknowledged(said);
    void this.#run.ties.tell();
  }

  /** It has ended in a way that leaves the incident open. */
  #goesOn(what: string): void {
    const { workflowId } = this.#input.subject;
    this.#run.change({
      said: `${what.replace(/\.$/, '')}. Paging goes on until somebody says \`backout resolve ${workflowId} --resolution "WHAT WAS DONE"\`.`,
    });
  }

  #end(said: string): void {
    if (this.#ending !== null) return;
    this.#ending = { said };
    this.#run.ties.note(`Nobody is paged any more. ${said}`);
    this.#run.change({ said, ladder: climb.over(this.#run.state.ladder) });
  }

  get #status(): EscalationStatus {
    return statusOf(this.#run.state, {
      levels: this.#levels,
      isOver: this.#ending !== null,
      tellsEnd: this.#run.tellEnd.hasBegun,
    });
  }

  get #whyOver(): string | null {
    return this.#ending === null ? null : `it is over: ${this.#ending.said}`;
  }

  #listen(): void {
    setHandler(escalationStatusQuery, () => this.#status, { description: 'Who was paged, and who is next.' });
    setHandler(rollbackSaidSignal, (told) => this.#hear(told));
    listenTo('acknowledge', {
      whyOver: () => this.#whyOver,
      take: (said) => {
        this.#run.ties.note(`Acknowledged by ${said.by}${said.note === undefined ? '' : `: ${said.note}`}`);
        this.#acknowledge(said);
      },
    });
    this.#run.listen();
  }
}
