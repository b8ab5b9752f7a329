/**
 * The state of one running rollback, and the messages that people send to it.
 *
 * Everything that status, timeline and report say comes from here, and everything here comes from the
 * workflow's history, so a replay gives the same answers.
 */
import {
  condition,
  setCurrentDetails,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ApprovalMessageName } from '../../src/domain/approval/messages.ts';
import { makeTerms } from '../../src/domain/approval/state.ts';
import type { Approvals } from '../../src/domain/approval/state.ts';
import type { DecideStep, MessageName } from '../../src/domain/messages.ts';
import type { Plan, RunKind, StepName } from '../../src/domain/plan.ts';
import { STEPS } from '../../src/domain/plan.ts';
import {
  accept,
  emptyInbox,
  parseMessage,
  refuse,
  takeDecision,
  whyRefused,
} from '../../src/domain/reducer.ts';
import type { Message } from '../../src/domain/messages.ts';
import { routeOf, troublesOf } from '../../src/domain/report/kind.ts';
import { freezeSentence } from '../../src/domain/freeze.ts';
import type { FreezeStatus } from '../../src/domain/freeze.ts';
import { trafficSentence } from '../../src/domain/report/traffic.ts';
import type { RollbackRequest } from '../../src/domain/request.ts';
import { approvalNotes } from '../../src/domain/approval/notes.ts';
import type {
  AftercareStatus,
  Awaiting,
  IncidentRecord,
  Outcome,
  Phase,
  RollbackRef,
  RollbackStatus,
  StepRecord,
  TimelineEntry,
} from '../../src/domain/rollback.ts';
import { pendingStep } from '../../src/domain/rollback.ts';
import {
  APPROVAL_DESCRIPTIONS,
  APPROVAL_SIGNALS,
  APPROVAL_UPDATES,
  escalationSaidSignal,
  pageSaidSignal,
  MESSAGE_DESCRIPTIONS,
  SIGNALS,
  UPDATES,
  statusQuery,
  timelineQuery,
} from '../messages.ts';
import { ApprovalDesk } from './approvals.ts';
import { Escalation } from './escalation.ts';
import { Events } from './events.ts';
import { PublicUpdates } from './public-updates.ts';
import { isMendable, isRecoveryFirst } from '../../src/domain/recovery.ts';
import { isDone } from '../../src/domain/report/steps.ts';
import { renderDetails } from './details.ts';
import { LossDesk } from './loss-desk.ts';
import { SearchAttributes } from './search-attributes.ts';

/** ISO 8601 of the workflow's own clock, which replays the same. */
export const now = () => new Date().toISOString();

export class Rollback {
  readonly ref: RollbackRef;
  readonly request: RollbackRequest;
  readonly kind: RunKind;
  readonly approvals: ApprovalDesk;
  readonly escalation: Escalation;
  readonly publicUpdates: PublicUpdates;
  readonly events: Events;
  readonly searchAttributes = new SearchAttributes();
  readonly loss = new LossDesk(() => this.#publish());
  #plan: Plan | null = null;
  #phase: Phase = 'planning';
  #outcome: Outcome | null = null;
  #inbox = emptyInbox();
  #timeline: TimelineEntry[] = [];
  #steps: StepRecord[] = [];
  /** What is awaited, the latest last: a step can fail while RESTORE is awaited. */
  #awaited: Awaiting[] = [];
  #incidentFolder: string | null = null;
  #trafficSafeAt: string | null = null;
  #endedAt: string | null = null;
  #freeze: FreezeStatus | null = null;
  #requestsHeldAt: string | null = null;
  #followUp: string | null = null;
  #aftercare: AftercareStatus | null = null;
  /** It runs on a server that ends with it. */
  isEphemeral = false;

  constructor(kind: RunKind, request: RollbackRequest) {
    const info = workflowInfo();
    this.kind = kind;
    this.approvals = new ApprovalDesk(info, (before, after) => this.#decided(before, after));
    this.request = request;
    this.ref = {
      workflowId: info.workflowId,
      runId: info.runId,
      startedAt: info.startTime.toISOString(),
      requestedBy: request.requestedBy ?? 'somebody who gave no name',
    };
    const changed = (notes: TimelineEntry[]) => {
      for (const entry of notes) this.note(entry);
      this.#publish();
    };
    this.escalation = new Escalation({ ref: this.ref, kind, request, changed });
    this.publicUpdates = new PublicUpdates({ ref: this.ref, request, changed });
    this.events = new Events(this);
    this.note({
      what: `${kind === 'recover' ? 'Recovery' : 'Rollback'} requested: ${request.reason}`,
      by: this.ref.requestedBy,
      assurance: 'declared',
    });
    this.#listen();
  }

  /** Everything known, as the `status` query answers it. */
  get status(): RollbackStatus {
    const { config: _frozen, ...summary } = this.#plan ?? { config: null };
    return {
      workflowId: this.ref.workflowId,
      runId: this.ref.runId,
      kind: this.kind,
      phase: this.#phase,
      outcome: this.#outcome,
      traffic: this.#traffic(),
      plan: this.#plan === null ? null : (summary as RollbackStatus['plan']),
      steps: this.#steps,
      awaiting: this.#awaited.at(-1) ?? null,
      approvals: this.approvals.state,
      acknowledgements: this.#inbox.acknowledgements,
      resolution: this.#inbox.resolution,
      refusedMessages: this.#inbox.refused,
      incidentFolder: this.#incidentFolder,
      startedAt: this.ref.startedAt,
      trafficSafeAt: this.#trafficSafeAt,
      endedAt: this.#endedAt,
      ...(this.#freeze === null ? {} : { freeze: this.#freeze }),
      ...(this.#requestsHeldAt === null ? {} : { requestsHeldAt: this.#requestsHeldAt }),
      ...(this.escalation.state === null ? {} : { escalation: this.escalation.state }),
      ...(this.publicUpdates.state === null ? {} : { publicUpdates: this.publicUpdates.state }),
      ...(this.#followUp === null ? {} : { followUp: this.#followUp }),
      ...(this.#aftercare === null ? {} : { aftercare: this.#aftercare }),
      ...(this.loss.known === null ? {} : { loss: this.loss.known }),
    };
  }

  /** Notes what became of the faulty version. */
  caredFor(name: keyof AftercareStatus, { done, what }: { done: boolean; what: string }): void {
    this.#aftercare = { ...this.#aftercare, [name]: { done, what, at: now() } };
    this.note({ what });
    this.#publish();
  }

  /** Shows what is held before anything else is done, and how far that is. */
  showFreeze(freeze: FreezeStatus): void {
    this.#freeze = freeze;
    const held = freeze.holds.find(({ name, state }) => name === 'requests' && state === 'held');
    this.#requestsHeldAt ??= held?.at ?? null;
    this.#publish();
  }

  /** Records a message that was refused elsewhere. */
  refuseMessage(name: string, why: string): void {
    this.#refuse(name, why);
  }

  /** The plan, once there is one. */
  get plan(): Plan {
    if (this.#plan === null) throw new Error('the plan is not made yet');
    return this.#plan;
  }

  get hasPlan(): boolean {
    return this.#plan !== null;
  }

  /** What reports and messages are made of. */
  get record(): IncidentRecord {
    return { plan: this.plan, status: this.status, timeline: this.#timeline };
  }

  /** What happened, in order. */
  get timeline(): TimelineEntry[] {
    return this.#timeline;
  }

  follow(plan: Plan): void {
    this.#plan = plan;
    this.#phase = 'running';
    this.#steps = STEPS[this.kind].map((name) =>
      pendingStep(name, plan.steps.find((step) => step.name === name)?.title ?? name),
    );
    this.note({
      what: `Plan ${plan.hash} made: ${troublesOf(plan)}${routeOf(plan)}`,
    });
    this.#publish();
  }

  step(name: StepName): StepRecord {
    const step = this.#steps.find((candidate) => candidate.name === name);
    if (!step) throw new Error(`there is no step ${name}`);
    return step;
  }

  isDone(name: StepName): boolean {
    return isDone(this.step(name));
  }

  /** A step that is not done because a person has decided so of another one. */
  leaveOut(name: StepName, decision: StepRecord['decision']): void {
    if (this.isDone(name)) return;
    this.update(name, this.#isNeeded(name) ? { state: 'skipped', decision } : { state: 'not-needed' });
  }

  #isNeeded(name: StepName): boolean {
    return this.plan.steps.find((step) => step.name === name)?.notNeeded === undefined;
  }

  /** Changes a step's record and shows it. */
  update(name: StepName, change: Partial<StepRecord>): void {
    this.#steps = this.#steps.map((step) => (step.name === name ? { ...step, ...change } : step));
    this.#publish();
  }

  /** Marks what the runbook did not get to, when it ended early. What closes the incident still runs. */
  leaveUnreached(): void {
    for (const { name, state } of this.#steps) {
      if (CLOSING_STEPS.includes(name) && !this.request.dryRun) continue;
      if (state === 'pending')
        this.update(name, { state: this.#isNeeded(name) ? 'not-reached' : 'not-needed' });
      if (state === 'running' || state === 'waiting-for-decision') this.update(name, { state: 'aborted' });
    }
  }

  /** Names the workflow that goes on when this one has ended. */
  followedUpBy(workflowId: string): void {
    this.#followUp = workflowId;
    this.#publish();
  }

  /** Adds a line to the timeline; `at` defaults to now. */
  note(entry: Omit<TimelineEntry, 'at'> & { at?: string }): void {
    this.#timeline = [...this.#timeline, { at: now(), ...entry }];
  }

  trafficSafe(at: string): void {
    this.#trafficSafeAt = at;
    this.#publish();
  }

  /** The service is safe again: when traffic was moved, or else when the verification passed. */
  succeeded(): Outcome {
    if (this.kind === 'traffic-only' || this.kind === 'full') return 'rolled-back';
    this.#trafficSafeAt ??= this.step('verify').result?.provedAt ?? null;
    if (this.kind === 'recover') return 'recovered';
    return this.plan.partial?.restores === true ? 'restored' : 'rolled-back';
  }

  evidenceIn(folder: string): void {
    this.#incidentFolder = folder;
  }

  /** Waits until a person has decided what to do about a step. A decision that came early counts. */
  async decision(name: StepName): Promise<NonNullable<StepRecord['decision']>> {
    const awaiting: Awaiting = {
      what: `A decision about the step "${this.step(name).title}"`,
      since: now(),
      step: name,
      answers: decisionCommands(this.ref.workflowId, name, this.#decisionsFor(name)),
    };
    await this.whileAwaiting(awaiting, async () => {
      this.update(name, { state: 'waiting-for-decision' });
      await condition(() => this.hasDecision(name));
    });
    return this.takeDecision(name);
  }

  /** The one that helps most first. */
  #decisionsFor(name: StepName): DecideStep['decision'][] {
    const others = ['retry', 'skip', 'abort'] as const;
    if (!this.#offersRecovery(name)) return [...others];
    return isRecoveryFirst(this.step(name)) ? ['recover', ...others] : [...others, 'recover'];
  }

  /** A recovery is no answer to what fails in a recovery. */
  #offersRecovery(name: StepName): boolean {
    return this.kind !== 'recover' && isMendable(this.step(name).failure);
  }

  /** True when somebody has decided about a step, and nobody has used it yet. */
  hasDecision(name: StepName): boolean {
    return name in this.#inbox.decisions;
  }

  /** The decision about a step. Each is used once. */
  takeDecision(name: StepName): NonNullable<StepRecord['decision']> {
    const { inbox, decision } = takeDecision(this.#inbox, name);
    if (decision === null) throw new Error(`a decision about ${name} was seen and is gone`);
    this.#inbox = inbox;
    this.update(name, { decision });
    this.note({
      what: `Decided about "${this.step(name).title}": ${decision.decision}${decision.note ? ` (${decision.note})` : ''}`,
      by: decision.by,
      assurance: 'declared',
      step: name,
    });
    return decision;
  }

  /** Shows that people are awaited, until what is awaited has come. */
  async whileAwaiting<Result>(awaiting: Awaiting, wait: () => Promise<Result>): Promise<Result> {
    this.#startAwaiting(awaiting);
    this.#publish();
    try {
      return await wait();
    } finally {
      this.#stopAwaiting(awaiting);
      this.#publish();
    }
  }

  #startAwaiting(awaiting: Awaiting): void {
    this.#awaited = [...this.#awaited, awaiting];
    this.#phase = 'waiting';
  }

  #stopAwaiting(awaiting: Awaiting): void {
    this.#awaited = this.#awaited.filter((one) => one !== awaiting);
    if (this.#awaited.length === 0) this.#phase = 'running';
  }

  /**
   * Asks for the approvals that the plan's policy wants.
   * @returns whether anybody's is awaited
   */
  askApprovals(): boolean {
    const { policy, hash, database } = this.plan;
    if (policy === undefined) return false;
    const { requestedBy } = this.plan.request;
    const backup = database?.backup ?? null;
    this.approvals.ask(
      makeTerms({ workflowId: this.ref.workflowId, policy, planHash: hash, backup, requestedBy }, now()),
    );
    return this.approvals.state.decision?.outcome !== 'not-needed';
  }

  end(outcome: Outcome): void {
    this.approvals.close(ENDED);
    this.#phase = 'ended';
    this.#outcome = outcome;
    this.#endedAt = now();
    this.#awaited = [];
    this.#publish();
  }

  /** Decides the outcome while report and messages are still to be made. */
  conclude(outcome: Outcome): void {
    this.approvals.close(ENDED);
    this.#outcome = outcome;
    this.#endedAt = now();
    this.#awaited = [];
    this.#phase = 'running';
    this.note({ what: `Outcome: ${outcome}` });
    this.#publish();
  }

  /** Told from the step that moves it, so that the two can't say different things. */
  #traffic(): string {
    const freeze = this.#freeze;
    if (this.#plan !== null) {
      const frozen = freeze === null ? {} : { freeze };
      return trafficSentence({ plan: this.#plan, status: { steps: this.#steps, ...frozen } });
    }
    return freeze === null ? 'Traffic was not changed: the plan is being made.' : freezeSentence(freeze);
  }

  #listen(): void {
    setHandler(statusQuery, () => this.status, { description: 'Plan, steps, and what is awaited.' });
    setHandler(timelineQuery, () => this.#timeline, { description: 'What happened, in order.' });
    for (const name of Object.keys(SIGNALS) as MessageName[]) {
      const description = MESSAGE_DESCRIPTIONS[name];
      setHandler(SIGNALS[name], (content) => this.#onSignal(name, content), { description });
      setHandler(UPDATES[name], (content) => this.#onUpdate(name, content), {
        description,
        validator: (content) => this.#validate(name, content),
      });
    }
    for (const name of Object.keys(APPROVAL_SIGNALS) as ApprovalMessageName[]) {
      const description = APPROVAL_DESCRIPTIONS[name];
      setHandler(APPROVAL_SIGNALS[name], (content) => this.#onApprovalSignal(name, content), { description });
      setHandler(APPROVAL_UPDATES[name], (content) => this.#onApprovalUpdate(name, content), {
        description,
        validator: (content) => this.#validateApproval(name, content),
      });
    }
    setHandler(escalationSaidSignal, (content) => {
      const why = this.escalation.hear(content);
      if (why !== null) this.#refuse('escalationSaid', why);
    });
    setHandler(pageSaidSignal, (content) => {
      const why = this.publicUpdates.hear(content);
      if (why !== null) this.#refuse('pageSaid', why);
    });
    if (this.kind === 'full') this.loss.listen();
    setDefaultSignalHandler((name) => {
      const known = [...Object.keys(SIGNALS), ...Object.keys(APPROVAL_SIGNALS)].join(', ');
      this.#refuse(name, `there is no signal of that name; known are ${known}`);
    });
  }

  #onApprovalSignal(name: ApprovalMessageName, content: unknown): void {
    if (this.#outcome === null) void this.approvals.receive(name, content);
    else this.#refuse(name, ENDED);
  }

  /** Answers when it is known what became of the message: a signature is verified first. */
  async #onApprovalUpdate(name: ApprovalMessageName, content: unknown): Promise<string> {
    if (this.#outcome !== null) {
      this.#refuse(name, ENDED);
      return `refused: ${ENDED}`;
    }
    const why = await this.approvals.receive(name, content);
    return why === null ? 'recorded' : `refused: ${why}`;
  }

  #validateApproval(name: ApprovalMessageName, content: unknown): void {
    const why = this.#whyApprovalRefused(name, content);
    if (why !== null) throw new Error(why);
  }

  #whyApprovalRefused(name: ApprovalMessageName, content: unknown): string | null {
    return this.#outcome === null ? this.approvals.whyRefused(name, content) : ENDED;
  }

  /** Notes what people decided, and what of it was refused. */
  #decided(before: Approvals, after: Approvals): void {
    for (const entry of approvalNotes(before, after)) this.note(entry);
    for (const { name, why } of after.refused.slice(before.refused.length)) this.#refuse(name, why);
    this.#publish();
  }

  /** A signal never throws: that would fail or wedge the workflow. */
  #onSignal(name: MessageName, content: unknown): void {
    const judged = this.#judge(name, content);
    if ('why' in judged) this.#refuse(name, judged.why);
    else this.#accept(judged.message);
  }

  #onUpdate(name: MessageName, content: unknown): string {
    const judged = this.#judge(name, content);
    if ('why' in judged) {
      this.#refuse(name, judged.why);
      return `refused: ${judged.why}`;
    }
    this.#accept(judged.message);
    return 'recorded';
  }

  #validate(name: MessageName, content: unknown): void {
    const judged = this.#judge(name, content);
    if ('why' in judged) throw new Error(judged.why);
  }

  #judge(name: MessageName, content: unknown): { message: Message } | { why: string } {
    const parsed = parseMessage(name, content);
    if ('why' in parsed) return parsed;
    const why = whyRefused(parsed.message, this.#inbox, {
      steps: this.#steps,
      ended: this.#phase === 'ended',
      recovers: this.kind !== 'recover',
    });
    return why === null ? parsed : { why };
  }

  #accept(message: Message): void {
    this.#inbox = accept(this.#inbox, message, now());
    if (message.name === 'acknowledge') {
      this.note({ what: 'Acknowledged', by: message.by, assurance: 'declared' });
      this.escalation.acknowledged(message);
    }
    if (message.name === 'resolve') {
      this.note({ what: `Resolved: ${message.resolution}`, by: message.by, assurance: 'declared' });
      this.escalation.resolved(message);
      this.publicUpdates.resolved(message);
      this.events.tell('incident.resolved');
    }
    this.#publish();
  }

  #refuse(name: string, why: string): void {
    this.#inbox = refuse(this.#inbox, { at: now(), name, why });
    this.note({ what: `Message "${name}" refused: ${why}` });
    this.#publish();
  }

  /** Shows the state in the Temporal UI and, where they are registered, in the search attributes. */
  #publish(): void {
    setCurrentDetails(renderDetails(this.status));
    this.publicUpdates.follow(this.status);
    if (this.#plan !== null) {
      const { severity } = this.request;
      const state = this.#outcome ?? this.#phase;
      this.searchAttributes.show({ plan: this.#plan, kind: this.kind, severity, state });
    }
  }
}

/** Why a message is refused that comes too late. */
export const ENDED = 'the rollback has ended';

const CLOSING_STEPS: readonly StepName[] = ['report', 'announce'];

/** One line for each answer: a line that offers several would be pasted as it is, and misfire. */
function decisionCommands(workflowId: string, step: StepName, decisions: DecideStep['decision'][]): string[] {
  const input = JSON.stringify({ step, decision: decisions[0], by: 'YOUR-NAME', note: 'WHY' });
  return [
    ...decisions.map((decision) => `backout decide ${workflowId} ${step} ${decision} --note "WHY"`),
    `temporal workflow signal --workflow-id ${workflowId} --name decideStep --input '${input}'`,
  ];
}
