/**
 * What people have decided about one running rollback. The rules are in `src/domain/approval`; here is only what they
 * need of a workflow: its clock, its messages, and its timers.
 */
import { condition } from '@temporalio/workflow';
import { parseApprovalMessage } from '../../src/domain/approval/messages.ts';
import type { ApprovalMessageName } from '../../src/domain/approval/messages.ts';
import {
  askApprovals,
  askRestore,
  expire,
  judgeNow,
  receiveContent,
} from '../../src/domain/approval/reducer.ts';
import { emptyApprovals, restoreCleared } from '../../src/domain/approval/state.ts';
import type {
  ApprovalDecision,
  Approvals,
  Proof,
  RestoreDecision,
  Terms,
} from '../../src/domain/approval/state.ts';

/** A name typed into a box: what a signal and an update without a signature are worth. */
const DECLARED: Proof = { assurance: 'declared' };

const now = () => new Date().toISOString();

export class ApprovalDesk {
  #approvals: Approvals;
  readonly #changed: (before: Approvals, after: Approvals) => void;

  /** @param changed is told of every change, to note and to show it */
  constructor(runId: string, changed: (before: Approvals, after: Approvals) => void) {
    this.#approvals = emptyApprovals(runId);
    this.#changed = changed;
  }

  get state(): Approvals {
    return this.#approvals;
  }

  receive(name: ApprovalMessageName, content: unknown): void {
    this.#become(receiveContent(this.#approvals, { name, content, at: now(), proof: DECLARED }));
  }

  /** Why this message would be refused now, or null. Changes nothing. */
  whyRefused(name: ApprovalMessageName, content: unknown): string | null {
    const parsed = parseApprovalMessage(name, content);
    if ('why' in parsed) return parsed.why;
    const judged = judgeNow(this.#approvals, { message: parsed.message, at: now(), proof: DECLARED });
    return judged.verdict === 'refused' ? judged.why : null;
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
      this.#become(expire(this.#approvals, now()));
    }
    return answer() as Answer;
  }

  #become(approvals: Approvals): void {
    const before = this.#approvals;
    this.#approvals = approvals;
    if (before !== approvals) this.#changed(before, approvals);
  }
}
