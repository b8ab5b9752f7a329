/**
 * What people have decided about one running rollback. The rules are in `src/domain/approval`; here is only what they
 * need of a workflow: its clock, its messages, its timers, and signatures that a worker verifies.
 */
import { condition } from '@temporalio/workflow';
import { readChallenge } from '../../src/domain/approval/challenge.ts';
import { usedNonces } from '../../src/domain/approval/judge.ts';
import { parseApprovalMessage } from '../../src/domain/approval/messages.ts';
import type { ApprovalMessage, ApprovalMessageName } from '../../src/domain/approval/messages.ts';
import {
  askApprovals,
  askRestore,
  expire,
  judgeNow,
  receive,
  receiveContent,
  refuse,
} from '../../src/domain/approval/reducer.ts';
import { emptyApprovals, restoreCleared } from '../../src/domain/approval/state.ts';
import type {
  ApprovalDecision,
  Approvals,
  Proof,
  RestoreDecision,
  Terms,
} from '../../src/domain/approval/state.ts';
import type { RollbackRef } from '../../src/domain/rollback.ts';
import { prove } from './signatures.ts';

/** A name typed into a box: what a signal and an update without a signature are worth. */
const DECLARED: Proof = { assurance: 'declared' };

/** Signatures that are verified at once: somebody's loop must not start activities without end. */
const MAX_WAITING = 20;

type Arrived = { message: ApprovalMessage; at: string };

/** A message whose turn has not come. `proof`: null while its signature is being verified. */
type Waiting = Arrived & { proof: Proof | { why: string } | null; answer: (why: string | null) => void };

const now = () => new Date().toISOString();

export class ApprovalDesk {
  #approvals: Approvals;
  /** In the order in which they came: one that waits for its verdict holds back those behind it. */
  #line: Waiting[] = [];
  #taskQueue = '';
  /** Why nothing is taken any more. */
  #closed: string | null = null;
  readonly #ref: Pick<RollbackRef, 'workflowId' | 'runId'>;
  readonly #changed: (before: Approvals, after: Approvals) => void;

  /** @param changed is told of every change, to note and to show it */
  constructor(
    ref: Pick<RollbackRef, 'workflowId' | 'runId'>,
    changed: (before: Approvals, after: Approvals) => void,
  ) {
    this.#ref = ref;
    this.#approvals = emptyApprovals(ref.runId);
    this.#changed = changed;
  }

  get state(): Approvals {
    return this.#approvals;
  }

  /** Names the task queue of the workers that verify signatures: those that make the plan, and with it the policy. */
  verifyOn(taskQueue: string): void {
    this.#taskQueue = taskQueue;
  }

  /**
   * Takes a message: at once, or in its turn when its signature, or one before it, has to be verified first.
   * @returns why it was refused, or null. Never rejects: what people send must not fail the rollback
   */
  async receive(name: ApprovalMessageName, content: unknown): Promise<string | null> {
    const at = now();
    const parsed = parseApprovalMessage(name, content);
    if ('why' in parsed) {
      this.#become(receiveContent(this.#approvals, { name, content, at, proof: DECLARED }));
      return parsed.why;
    }
    const arrived = { message: parsed.message, at };
    const why = this.#closed ?? this.#whyNotVerified(arrived);
    if (why !== null) return this.#refuse(arrived, why);
    return await new Promise((answer) => {
      const isSigned = arrived.message.signed !== undefined;
      const waiting: Waiting = { ...arrived, proof: isSigned ? null : DECLARED, answer };
      this.#line.push(waiting);
      if (isSigned) void this.#verify(waiting);
      this.#advance();
    });
  }

  /**
   * Why this message would be refused now, or null. Changes nothing. What is wrong with a signature is not said here:
   * it is for `receive`, which leaves a record of it.
   */
  whyRefused(name: ApprovalMessageName, content: unknown): string | null {
    const parsed = parseApprovalMessage(name, content);
    if ('why' in parsed) return parsed.why;
    const arrived = { message: parsed.message, at: now() };
    if (arrived.message.signed === undefined) return this.#whyJudged(arrived, DECLARED);
    const read = this.#readChallenge(arrived);
    return 'why' in read ? null : this.#whyJudged(arrived, presumed(read.challenge.nonce));
  }

  /** Takes nothing any more, and refuses what still waits for its turn. */
  close(why: string): void {
    this.#closed = why;
    for (const waiting of this.#line) waiting.proof = { why };
    this.#advance();
  }

  /** The question whether the rollback may go ahead, put now. */
  ask(terms: Terms): void {
    this.#become(askApprovals(this.#approvals, terms));
  }

  /** Waits for the answer; no answer in time is one, too. */
  async decided(): Promise<ApprovalDecision> {
    return await this.#until(this.#approvals.terms?.expiresAt ?? null, () => this.#approvals.decision);
  }

  /** The question whether the database may be restored from this backup, put now. */
  askRestore(backup: string): void {
    this.#become(askRestore(this.#approvals, { backup, at: now() }));
  }

  /** Waits for the answer, or until somebody has ended the waiting in another way. */
  async restoreDecided(isEnded: () => boolean): Promise<RestoreDecision | null> {
    const { restoreAsked } = this.#approvals;
    return await this.#until(restoreAsked?.expiresAt ?? null, () => this.#approvals.restoreDecision, isEnded);
  }

  /** True only when a person typed RESTORE for exactly this plan and backup, and the rollback may go ahead. */
  clears(planHash: string, backup: string): boolean {
    const cleared = restoreCleared(this.#approvals);
    return cleared !== null && cleared.planHash === planHash && cleared.backup === backup;
  }

  async #until<Answer>(
    expiresAt: string | null,
    answer: () => Answer | null,
    isEnded: () => boolean = () => false,
  ): Promise<Answer> {
    const isOver = () => answer() !== null || isEnded();
    if (expiresAt === null) await condition(isOver);
    else {
      const left = new Date(expiresAt).getTime() - Date.now();
      if (left > 0) await condition(isOver, left);
      // What came in time counts, however long its signature takes to verify.
      await condition(() => isOver() || !this.#line.some(({ at }) => at < expiresAt));
      this.#become(expire(this.#approvals, now()));
    }
    return answer() as Answer;
  }

  /** What speaks against a signed message before anybody verifies its signature; null for one without. */
  #whyNotVerified(arrived: Arrived): string | null {
    if (arrived.message.signed === undefined) return null;
    const read = this.#readChallenge(arrived);
    if ('why' in read) return read.why;
    const tooMany = this.#line.length >= MAX_WAITING;
    if (tooMany)
      return `${MAX_WAITING} messages wait for their verification already: send it again in a moment`;
    return this.#whyJudged(arrived, presumed(read.challenge.nonce));
  }

  #readChallenge(arrived: Arrived): ReturnType<typeof readChallenge> {
    return readChallenge({ ...arrived, ...this.#ref, nonces: usedNonces(this.#approvals) });
  }

  #whyJudged(arrived: Arrived, proof: Proof): string | null {
    const judged = judgeNow(this.#approvals, { ...arrived, proof });
    return judged.verdict === 'refused' ? judged.why : null;
  }

  /** Before there is a plan, nobody knows whose signature counts. */
  async #verify(waiting: Waiting): Promise<void> {
    const verdict = await prove(waiting, {
      ref: this.#ref,
      taskQueue: () => this.#taskQueue,
      terms: () => this.#approvals.terms,
      nonces: () => usedNonces(this.#approvals),
    });
    waiting.proof ??= verdict;
    this.#advance();
  }

  /** Takes what has its verdict, up to the first that has none. */
  #advance(): void {
    for (;;) {
      const [first] = this.#line;
      if (first === undefined || first.proof === null) return;
      this.#line.shift();
      const { proof, answer, message, at } = first;
      answer('why' in proof ? this.#refuse(first, proof.why) : this.#take({ message, at }, proof));
    }
  }

  #take(arrived: Arrived, proof: Proof): string | null {
    const why = this.#whyJudged(arrived, proof);
    this.#become(receive(this.#approvals, { ...arrived, proof }, now()));
    return why;
  }

  #refuse({ message, at }: Arrived, why: string): string {
    this.#become(refuse(this.#approvals, { message, at, why }));
    return why;
  }

  #become(approvals: Approvals): void {
    const before = this.#approvals;
    this.#approvals = approvals;
    if (before !== approvals) this.#changed(before, approvals);
  }
}

/** What the proof will be if the signature is good. Which key made it is not known yet. */
const presumed = (nonce: string): Proof => ({ assurance: 'signed', nonce, fingerprint: '' });
