/** The public updates while they run: what is told when. What it says is written in src/domain/status-page. */
import {
  ActivityCancellationType,
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities/types.ts';
import type { RunEnd } from '../../src/domain/escalation/state.ts';
import { asSentence } from '../../src/domain/report/plain.ts';
import { LEAD_MS, promisedAt } from '../../src/domain/status-page/interval.ts';
import { describePage } from '../../src/domain/status-page/settings.ts';
import { isToldAtOnce } from '../../src/domain/status-page/stage.ts';
import type { Stage } from '../../src/domain/status-page/stage.ts';
import { toldSchema } from '../../src/domain/status-page/state.ts';
import type { Posted, PublicUpdatesInput, PublicUpdatesStatus } from '../../src/domain/status-page/state.ts';
import { writeUpdate } from '../../src/domain/status-page/update.ts';
import type { PublicStage, PublicUpdate } from '../../src/domain/status-page/update.ts';
import { failedSentence, postedSentence, publicUpdatesDetails } from '../../src/domain/status-page/words.ts';
import { pageSaidSignal, publicUpdatesStatusQuery, rollbackSaidSignal } from '../messages.ts';
import { BesideRun } from './beside-run.ts';
import type { Carried as CarriedOf, Lasting } from './beside-run.ts';
import { describeFailure } from './failures.ts';

const MAX_POSTED_SHOWN = 20;
/** So long one update is tried before people hear that the page is down. */
const TRIED_FOR_SECONDS = 120;
/** Then it is tried again. One that was refused needs a person, who needs time. */
const AGAIN_MS = { refused: 5 * 60_000, other: 60_000 };
/** The last update is tried for so long, then whoever runs the page must close the incident. */
const LAST_TRIED_FOR_MS = 24 * 3_600_000;

/** All that is remembered. */
type State = Lasting & {
  stage: Stage;
  /** What was told last. */
  told: PublicStage | null;
  /** Updates begun. */
  count: number;
  /** In milliseconds: when the next one is posted. */
  dueAt: number;
  incident: string | null;
  url: string | null;
  posted: PublicUpdatesStatus['posted'];
  problem: string | null;
  said: string | null;
  /** When and why the last update is due; null while it goes on. */
  ending: { at: number; said: string } | null;
  /** Why other systems could not be told that it is over. */
  untold?: string;
};

/** What goes on into a new history. */
export type Carried = CarriedOf<State>;

const now = () => new Date().toISOString();

export class PublicUpdatesRun {
  readonly #input: PublicUpdatesInput;
  readonly #page: string;
  readonly #run: BesideRun<State, PublicUpdatesStatus>;
  #isOver = false;
  /** The update that is under way, which something more urgent cuts short. */
  #posting: CancellationScope | null = null;

  constructor(input: PublicUpdatesInput, carried?: Carried) {
    this.#input = input;
    this.#page = describePage(input.page);
    this.#run = new BesideRun<State, PublicUpdatesStatus>({
      workflowId: input.rollback.workflowId,
      signal: pageSaidSignal,
      state: carried?.state ?? beginState(input),
      notes: carried?.notes,
      status: () => this.#status,
      details: publicUpdatesDetails,
      rollbackEnded: (end) => this.#rollbackEnded(end),
      unwatched: 'The status page does not notice when the rollback is ended from outside.',
      end: (said) => this.#end(said),
      goesOn: (what) => this.#goesOn(what),
      whyOver: () => this.#whyOver,
      unheard: (untold) => this.#run.change({ untold }),
    });
    this.#listen();
    this.#run.show();
  }

  /** Tells customers whenever it is due, until it is over. */
  async untilOver(): Promise<PublicUpdatesStatus> {
    await this.#run.watchWhile(
      async () => {
        while (!this.#isOver) await this.#next();
      },
      () => this.#over('It was cancelled from outside; the incident on the status page stays as it is.'),
    );
    await this.#run.tellEnd.settled();
    await condition(allHandlersFinished);
    return this.#status;
  }

  /** One update, or the wait for it. */
  async #next(): Promise<void> {
    const left = this.#run.state.dueAt - Date.now();
    if (left <= 0) return await this.#post();
    if (workflowInfo().continueAsNewSuggested && !this.#run.tellEnd.isUnderWay)
      return await this.#run.goOnAnew(this.#input);
    const { problem } = this.#run.state;
    await this.#run.untilChanged(left, problem === null ? 'Next public update' : 'Try the status page again');
  }

  async #post(): Promise<void> {
    const { page, run, severity, startedAt } = this.#input;
    const { incident, ending, told } = this.#run.state;
    const stage: PublicStage = ending === null ? this.#run.state.stage : 'resolved';
    const number = this.#run.state.count + 1;
    const promised = promisedAt(page, { now: Date.now(), startedAt: new Date(startedAt).getTime() });
    const nextUpdateAt = ending === null ? new Date(promised).toISOString() : null;
    const update = writeUpdate({
      stage,
      before: told,
      publicName: page.publicName,
      run,
      number,
      severity,
      startedAt,
      nextUpdateAt,
    });
    this.#run.change({ count: number, dueAt: promised - LEAD_MS });
    const scope = new CancellationScope();
    this.#posting = scope;
    try {
      const posted = await scope.run(() =>
        posting(`Status page: ${update.status}`).postPublicUpdate({ page, update, incident }),
      );
      this.#posted(stage, update, posted);
    } catch (error) {
      if (!isCancellation(error)) this.#failed(error);
      // What cut it short is due at once; else the workflow itself was cancelled.
      else if (this.#posting !== null) throw error;
    } finally {
      this.#posting = null;
    }
    void this.#run.ties.tell();
  }

  #posted(stage: PublicStage, update: PublicUpdate, posted: Posted): void {
    const { incident, url } = posted;
    this.#run.change({ problem: null, incident, url: url ?? this.#run.state.url });
    if (posted.outcome === 'closed') {
      return this.#over(
        `The incident on the status page was closed there by somebody, so nothing more is posted (${this.#page}).`,
      );
    }
    if (posted.outcome === 'nothing-to-close')
      return this.#over(`${this.#page} was never told of it, so there is nothing to close there.`);
    const body = posted.body ?? update.body;
    const entry = { at: now(), status: update.status, body };
    this.#run.ties.note(postedSentence(this.#page, { ...update, body }, posted));
    this.#run.change({ told: stage, posted: [...this.#run.state.posted, entry].slice(-MAX_POSTED_SHOWN) });
    if (stage === 'resolved') return this.#over(this.#run.state.ending?.said ?? 'It is resolved.');
    // It has begun to be so no longer while it was on its way.
    if (isToldAtOnce(stage) && stage !== this.#run.state.stage && this.#run.state.ending === null)
      this.#dueNow();
  }

  /** Said once: the same again is no news. */
  #failed(error: unknown): void {
    const { type, message } = describeFailure(error);
    const { ending, problem } = this.#run.state;
    if (ending !== null && Date.now() - ending.at >= LAST_TRIED_FOR_MS) {
      return this.#over(
        `${this.#page} could not be told for ${LAST_TRIED_FOR_MS / 3_600_000} h that it is over. ${message} Close the incident there by hand.`,
      );
    }
    const wait = NEEDS_A_PERSON.includes(type) ? AGAIN_MS.refused : AGAIN_MS.other;
    // What came in the meantime is due at once.
    const dueAt = this.#posting === null ? this.#run.state.dueAt : Date.now() + wait;
    this.#run.change({ problem: message, dueAt });
    if (problem === null)
      this.#run.ties.note(failedSentence(this.#page, message, new Date(dueAt).toISOString()));
  }

  #rollbackEnded({ how, goesOnAs }: RunEnd): void {
    this.#run.change({ runId: goesOnAs });
    if (how === 'completed') return this.#end('The rollback has ended well.');
    if (this.#run.state.hasEnded || how === 'reset') return;
    this.#goesOn(`The rollback has ended (${how})`);
  }

  /** A signal never throws: that would wedge the updates. */
  #hear(content: unknown): void {
    const parsed = toldSchema.safeParse(content);
    if (!parsed.success) return;
    const told = parsed.data;
    if (told.said === 'stage') this.#stands(told.stage);
    else this.#run.hear(told);
  }

  /** What customers notice is told at once; so is that it has begun to be so no longer. */
  #stands(stage: Stage): void {
    const { told } = this.#run.state;
    const isNews = isToldAtOnce(stage) || (told !== null && told !== 'resolved' && isToldAtOnce(told));
    this.#run.change({ stage });
    if (isNews && this.#run.state.ending === null) this.#dueNow();
  }

  /** It has ended in a way that leaves the incident open. */
  #goesOn(what: string): void {
    const { workflowId } = this.#input.rollback;
    this.#run.change({
      said: `${what}. The status page is told on until somebody says \`backout resolve ${workflowId} --resolution "WHAT WAS DONE"\`.`,
    });
    this.#stands('open');
  }

  #end(said: string): void {
    if (this.#run.state.ending !== null) return;
    this.#run.change({ ending: { at: Date.now(), said }, said });
    this.#dueNow();
  }

  #dueNow(): void {
    this.#run.change({ dueAt: Date.now() });
    const scope = this.#posting;
    this.#posting = null;
    scope?.cancel();
  }

  #over(said: string): void {
    this.#isOver = true;
    this.#run.ties.note(`The status page is not told any more. ${said}`);
    this.#run.change({ said });
  }

  get #status(): PublicUpdatesStatus {
    const { incident, url, posted, problem, said, dueAt, untold } = this.#run.state;
    return {
      workflowId: workflowInfo().workflowId,
      state: this.#isOver ? 'ended' : 'running',
      page: this.#page,
      incident,
      url,
      posted,
      nextAt: this.#isOver ? null : new Date(dueAt).toISOString(),
      problem,
      said: untold === undefined ? said : `${asSentence(said ?? '')} ${untold}`,
      ...(this.#run.tellEnd.hasBegun ? { tellsEnd: true } : {}),
    };
  }

  get #whyOver(): string | null {
    const { ending, said } = this.#run.state;
    return ending === null && !this.#isOver ? null : `it is over: ${ending?.said ?? said}`;
  }

  #listen(): void {
    setHandler(publicUpdatesStatusQuery, () => this.#status, {
      description: 'What stands on the status page, and when it is told next.',
    });
    setHandler(rollbackSaidSignal, (told) => this.#hear(told));
    this.#run.listen();
  }
}

const beginState = ({ rollback }: PublicUpdatesInput): State => ({
  stage: 'assessing',
  told: null,
  count: 0,
  dueAt: Date.now(),
  incident: null,
  url: null,
  posted: [],
  problem: null,
  said: null,
  ending: null,
  runId: rollback.runId,
  hasEnded: false,
});

const NEEDS_A_PERSON = ['MessageRefused', 'InvalidConfiguration'];

function posting(summary: string): Pick<Activities, 'postPublicUpdate'> {
  return proxyActivities<Pick<Activities, 'postPublicUpdate'>>({
    scheduleToCloseTimeout: TRIED_FOR_SECONDS * 1000,
    startToCloseTimeout: '45s',
    heartbeatTimeout: '5s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '15s' },
    // What was begun is posted or not: only then may the next one be.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary,
  });
}
