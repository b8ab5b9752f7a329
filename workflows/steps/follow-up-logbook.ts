/** What a follow-up knows: all of it plain data, so that it can end and go on as a new run with a short history. */
import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { EscalationPolicy } from '../../src/domain/escalation/policy.ts';
import type { FollowUpMessage, FollowUpMoment } from '../../src/domain/follow-up/announcement.ts';
import { after, openItems, tickItem } from '../../src/domain/follow-up/items.ts';
import type { ItemName } from '../../src/domain/follow-up/items.ts';
import { pageFor } from '../../src/domain/follow-up/pages.ts';
import type { Paging } from '../../src/domain/follow-up/pages.ts';
import type { FollowUpSettings } from '../../src/domain/follow-up/settings.ts';
import { firstState, noted, refused, withJob, withMessage } from '../../src/domain/follow-up/state.ts';
import type { FollowUpState, TicketJob } from '../../src/domain/follow-up/state.ts';
import { FOLLOW_UP_FORMAT, followUpDetails, watchEnd } from '../../src/domain/follow-up/status.ts';
import type { FollowUpPhase, FollowUpStatus } from '../../src/domain/follow-up/status.ts';
import { remindedBy, waysOf } from '../../src/domain/follow-up/ways.ts';
import type { Reachable, Ways } from '../../src/domain/follow-up/ways.ts';
import type { IncidentRecord } from '../../src/domain/rollback.ts';

export type FollowUpInput = {
  record: IncidentRecord;
  /** Of the workers that reach the target. */
  taskQueue: string;
  /** Frozen when the rollback ended. */
  settings: FollowUpSettings;
  /** Who is paged; null: nobody. Frozen, as the settings. */
  escalation?: EscalationPolicy | null;
  /** What an earlier run of the same follow-up knows. */
  state?: FollowUpState;
};

const DAY_MINUTES = 24 * 60;
const BACKOUT = 'Backout';

/** The workflow's clock, ISO 8601. */
export const now = () => new Date().toISOString();

export class Logbook {
  readonly record: IncidentRecord;
  readonly settings: FollowUpSettings;
  readonly taskQueue: string;
  readonly policy: EscalationPolicy | null;
  readonly watchUntil: string;
  readonly remindUntil: string;
  /** False where it goes on from an earlier run. */
  readonly isFirstRun: boolean;
  #state: FollowUpState;
  #endedAt: string | null = null;

  constructor({ record, settings, taskQueue, escalation = null, state }: FollowUpInput) {
    this.record = record;
    this.settings = settings;
    this.taskQueue = taskQueue;
    this.policy = escalation;
    this.isFirstRun = state === undefined;
    this.#state = state ?? firstState(record, settings, now());
    this.watchUntil = watchEnd(this.#state.startedAt, settings);
    this.remindUntil = after(this.#state.startedAt, settings.reminders.giveUpDays * DAY_MINUTES);
  }

  get state(): FollowUpState {
    return this.#state;
  }

  /** What the next run is started with. */
  get carriedOver(): FollowUpInput {
    const { record, taskQueue, settings, policy: escalation, state } = this;
    return { record, taskQueue, settings, escalation, state };
  }

  change(change: Partial<FollowUpState>): void {
    this.#state = { ...this.#state, ...change };
  }

  note(what: string, by?: string): void {
    const who = by === undefined ? {} : ({ by, assurance: 'declared' } as const);
    this.#state = noted(this.#state, { at: now(), what, ...who });
  }

  problem(what: string): void {
    this.change({ problems: [...this.#state.problems, what] });
    this.note(what);
  }

  refuse(name: string, why: string): void {
    this.#state = refused(this.#state, { at: now(), name, why });
    this.note(`Message "${name}" refused: ${why}`);
    this.publish();
  }

  /** Ticks an item in Backout's own name. */
  tick(name: ItemName, note: string | null): void {
    const said = note === null ? {} : { note };
    this.change({
      items: tickItem(this.#state.items, name, { at: now(), by: BACKOUT, assurance: 'backout', ...said }),
    });
  }

  /** It is to be told, and paged about where people are paged about it. */
  tell(moment: FollowUpMoment): void {
    const { messages, pages } = this.#state;
    const isPaged = pageFor(this.#messageOf(moment), this.paging) !== null;
    this.change({ messages: withMessage(messages, moment), pages: isPaged ? [...pages, moment] : pages });
  }

  /** It is to be written into a ticket, where tickets are made. */
  write(job: TicketJob): void {
    if (this.settings.tickets !== undefined) this.change({ tickets: withJob(this.#state.tickets, job) });
  }

  /** The message of a moment. Each is numbered, so that whoever gets it twice can know it again. */
  nextMessage(moment: FollowUpMoment): FollowUpMessage {
    const message = this.#messageOf(moment);
    this.change({ told: message.count + 1 });
    return message;
  }

  /** Where a message of this moment goes, as things are now. */
  waysOf(moment: FollowUpMoment): Ways {
    return waysOf(moment, { ...this.#reachable, hasTicket: this.#state.bugTicket !== null });
  }

  get #reachable(): Reachable {
    const { config, request } = this.record.plan;
    const { settings, policy } = this;
    const { bugTicket, tickets } = this.#state;
    const hasTicket = bugTicket !== null || tickets.some((job) => job.is === 'bug');
    return { config, settings, policy, customersAffected: request.customerFacing, hasTicket };
  }

  get paging(): Paging {
    const { firstExecutionRunId: runId } = workflowInfo();
    return { policy: this.policy, settings: this.settings, runId };
  }

  get phase(): FollowUpPhase {
    if (this.#state.nextCheckAt !== null) return 'watching';
    if (openItems(this.#state.items).length === 0) return 'done';
    return now() >= this.remindUntil ? 'given-up' : 'open';
  }

  /** Nothing is taken any more. */
  end(): void {
    this.#endedAt = now();
  }

  get hasEnded(): boolean {
    return this.#endedAt !== null;
  }

  get status(): FollowUpStatus {
    const { startedAt, nextCheckAt, watch, items, bugTicket, problems, timeline } = this.#state;
    const { workflowId } = workflowInfo();
    const { made, notMade, last, release, troubles } = watch;
    return {
      format: FOLLOW_UP_FORMAT,
      workflowId,
      rollback: this.record.status.workflowId,
      service: this.record.plan.service,
      environment: this.record.plan.environment,
      phase: this.phase,
      startedAt,
      watchUntil: this.watchUntil,
      nextCheckAt,
      watch: { made, notMade, last, release, troubles },
      items,
      reminded: remindedBy(this.#reachable),
      bugTicket,
      problems,
      refusedMessages: this.#state.refused,
      timeline,
      incidentFolder: this.record.status.incidentFolder,
      endedAt: this.#endedAt,
    };
  }

  /** Shows it in Temporal's UI. */
  publish(): void {
    setCurrentDetails(followUpDetails(this.status));
  }

  /** As things are now. */
  #messageOf(moment: FollowUpMoment): FollowUpMessage {
    return { moment, count: this.#state.told, record: this.record, status: this.status };
  }
}
