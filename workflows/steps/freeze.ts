/** Freezing a service, asking people about it, and lifting it. Nothing here needs a plan: writes are stopped first. */
import { condition, isCancellation, setHandler, upsertMemo, workflowInfo } from '@temporalio/workflow';
import type { FreezeInput, ResolvedService } from '../../activities/types.ts';
import type { FreezeMoment } from '../../src/domain/announcement-freeze.ts';
import { notFrozen, notLifted } from '../../src/domain/escalation/troubles.ts';
import {
  freezeSentence,
  HOLDS,
  holdInWords,
  isFrozen,
  judgeFreezeDecision,
} from '../../src/domain/freeze.ts';
import { freezeMemo } from '../../src/domain/freeze-in-force.ts';
import type {
  DecideFreeze,
  FreezeDecision,
  FreezeStatus,
  HoldName,
  HoldRecord,
} from '../../src/domain/freeze.ts';
import type { Awaiting, StepResult } from '../../src/domain/rollback.ts';
import { decideFreezeSignal, decideFreezeUpdate } from '../messages.ts';
import { onTarget } from './activities.ts';
import { describeFailure } from './failures.ts';
import { now } from './rollback.ts';
import type { Rollback } from './rollback.ts';

/** How long each hold may be tried before people are told that it is not held. */
const BUDGET_SECONDS = 60;
const ANNOUNCE_BUDGET_SECONDS = 60;
const REPORT_BUDGET_SECONDS = 60;
/** How often people are reminded that a decision is awaited. */
const REMIND_EVERY = '15 minutes';

const DESCRIPTION =
  'Decide about a freeze: {"decision": "full" | "release" | "abort" | "retry", "by": "you", "note": "why", "backup": "FILE", "to": "RELEASE", "faulty": "RELEASE"}';

/** Waits for all of them, so that nothing goes on when this throws what the first that failed threw. */
async function allOf(performs: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(performs)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

export class Freeze {
  readonly #rollback: Rollback;
  readonly #resolved: ResolvedService;
  #status: FreezeStatus;
  #open: readonly FreezeDecision[] = ['full', 'release', 'abort', 'retry'];
  #given: DecideFreeze | null = null;
  #count = 0;
  #awaiting: Awaiting | null = null;
  #sending: Promise<void> = Promise.resolve();

  constructor(rollback: Rollback, resolved: ResolvedService) {
    this.#rollback = rollback;
    this.#resolved = resolved;
    this.#status = {
      service: resolved.service,
      environment: resolved.environment,
      by: rollback.ref.requestedBy,
      reason: rollback.request.reason,
      since: rollback.ref.startedAt,
      holds: HOLDS.map((name): HoldRecord => ({ name, state: 'pending', said: null, details: [], at: null })),
      decision: null,
      problem: null,
    };
    this.#listen();
    this.#show({});
  }

  get status(): FreezeStatus {
    return this.#status;
  }

  /** Stops requests and writes, side by side. What can't be held is told, and never holds the other up. */
  async hold(): Promise<void> {
    const wanted = HOLDS.filter((name) => !['held', 'not-needed'].includes(this.#holdOf(name).state));
    await allOf(wanted.map((name) => this.#perform(name, 'held')));
    if (this.#failedHolds.length > 0) this.#rollback.escalation.trouble(notFrozen(this.#failedHolds));
  }

  /**
   * Lets writes and requests through again. Requests come last, and once more where writes could be lifted only later: what
   * stands on the target calls it frozen until both are proved lifted. @returns whether all of it is proved
   */
  async lift(): Promise<boolean> {
    const wereLifted = this.#areWritesLifted;
    if (!wereLifted) await this.#perform('writes', 'lifted');
    if (this.#holdOf('requests').state !== 'lifted' || wereLifted !== this.#areWritesLifted)
      await this.#perform('requests', 'lifted');
    return !isFrozen(this.#status);
  }

  /** Lifts it; where that can't be done, asks until it is done or a person leaves it so. @returns whether it is lifted */
  async liftOrAsk(): Promise<boolean> {
    this.#open = ['retry', 'release', 'abort'];
    this.#given = null;
    while (!(await this.lift())) {
      this.#rollback.escalation.start(this.#resolved, null);
      this.#rollback.escalation.trouble(notLifted(this.#failedHolds));
      if ((await this.decided()).decision === 'abort') return false;
    }
    return true;
  }

  /** Waits for a person's decision, without end; reminds people meanwhile. */
  async decided(): Promise<DecideFreeze> {
    const awaiting = this.#question();
    const decision = await this.#rollback.whileAwaiting(awaiting, async () => {
      this.#awaiting = awaiting;
      try {
        do this.announce('asked');
        while (!(await condition(() => this.#given !== null, REMIND_EVERY)));
      } finally {
        this.#awaiting = null;
      }
      const given = this.#given;
      if (given === null) throw new Error('a decision was seen and is gone');
      this.#given = null;
      return given;
    });
    this.#show({ decision: { ...decision, at: now() }, problem: null });
    const { decision: what, by, note, unasked } = decision;
    if (unasked === true) {
      this.#rollback.note({ what: 'The freeze is left so: there is no terminal to ask' });
      return decision;
    }
    this.#rollback.note({
      what: `Decided about the freeze: ${what}${note === undefined ? '' : ` (${note})`}`,
      by,
      assurance: 'declared',
    });
    return decision;
  }

  /** What was decided could not be done; people are asked again. */
  failed(problem: string): void {
    this.#rollback.note({ what: problem });
    this.#show({ problem });
  }

  /** From now on nothing is asked about it. */
  close(): void {
    this.#open = [];
  }

  /** Tells every channel, in order, beside everything else. */
  announce(moment: FreezeMoment): void {
    const message = {
      moment,
      count: this.#count++,
      freeze: this.#status,
      awaiting: this.#awaiting,
      ref: this.#rollback.ref,
    };
    const previous = this.#sending;
    this.#sending = (async () => {
      await previous;
      const worker = onTarget({
        taskQueue: workflowInfo().taskQueue,
        budgetSeconds: ANNOUNCE_BUDGET_SECONDS,
        summary: `Tell people of the freeze: ${moment}`,
      });
      const channels = this.#resolved.channels ?? [];
      const sent = await Promise.allSettled(
        channels.map((channel) => worker.announceFreeze({ ...message, channel })),
      );
      for (const attempt of sent) {
        const said =
          attempt.status === 'fulfilled'
            ? attempt.value.proof
            : `Not everybody was told of the freeze: ${describeFailure(attempt.reason).message}`;
        this.#rollback.note({ what: said });
      }
    })();
  }

  /** Writes the records of a freeze that no rollback came of. What can't be written holds nothing up. */
  async report(): Promise<void> {
    const target = onTarget({
      taskQueue: this.#resolved.taskQueue,
      budgetSeconds: REPORT_BUDGET_SECONDS,
      summary: 'Write the report of the freeze',
    });
    const { ref, timeline } = this.#rollback;
    try {
      const { proof, incidentFolder } = await target.writeFreezeReport({
        freeze: this.#status,
        timeline,
        ref,
        endedAt: now(),
      });
      if (incidentFolder !== undefined) this.#rollback.evidenceIn(incidentFolder);
      this.#rollback.note({ what: proof });
    } catch (error) {
      this.#rollback.note({ what: `No report was written of the freeze. ${describeFailure(error).message}` });
    }
  }

  /** Waits until everything is sent or given up. */
  async settled(): Promise<void> {
    await this.#sending;
  }

  async #perform(name: HoldName, wanted: 'held' | 'lifted'): Promise<void> {
    this.#update(name, { state: 'working' });
    try {
      const result = await this.#ask(name, wanted);
      if (result === null) {
        this.#update(name, { state: 'not-needed', said: 'No database is configured', at: now() });
        return;
      }
      const { proof: said, details, provedAt: at } = result;
      this.#update(name, { state: wanted, said, details, at });
      this.#rollback.note({ at, what: `${wanted === 'held' ? 'Held' : 'Lifted'}, ${name}: ${said}` });
    } catch (error) {
      const { message } = describeFailure(error, name === 'requests' ? 'traffic' : 'records');
      this.#update(name, { state: 'failed', said: message, details: [], at: now() });
      this.#rollback.note({ what: `NOT ${wanted === 'held' ? 'held' : 'lifted'}, ${name}: ${message}` });
      if (isCancellation(error)) throw error;
    }
  }

  async #ask(name: HoldName, wanted: 'held' | 'lifted'): Promise<StepResult | null> {
    const summary = { held: 'Hold', lifted: 'Let through' }[wanted];
    const target = onTarget({
      taskQueue: this.#resolved.taskQueue,
      budgetSeconds: BUDGET_SECONDS,
      summary: `${summary} the ${name} of ${this.#status.service}`,
    });
    switch (`${wanted} ${name}` as const) {
      case 'held requests':
        return await target.holdRequests(this.#input);
      case 'held writes':
        return await target.holdWrites(this.#input);
      case 'lifted requests':
        return await target.liftRequests({ ...this.#input, areWritesLifted: this.#areWritesLifted });
      case 'lifted writes':
        return await target.liftWrites(this.#input);
    }
  }

  get #input(): FreezeInput {
    const { service, environment, reason } = this.#status;
    const { ref: rollback, request } = this.#rollback;
    const takenOver = request.takeOver?.owner;
    return { service, environment, reason, rollback, ...(takenOver === undefined ? {} : { takenOver }) };
  }

  get #areWritesLifted(): boolean {
    return ['lifted', 'not-needed'].includes(this.#holdOf('writes').state);
  }

  #holdOf(name: HoldName): HoldRecord {
    const found = this.#status.holds.find((hold) => hold.name === name);
    if (!found) throw new Error(`there is no hold ${name}`);
    return found;
  }

  #update(name: HoldName, change: Partial<HoldRecord>): void {
    const holds = this.#status.holds.map((hold) => (hold.name === name ? { ...hold, ...change } : hold));
    this.#show({ holds });
  }

  #show(change: Partial<FreezeStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.#rollback.showFreeze(this.#status);
    // Read by `backout status` also where no worker answers, and after the end.
    upsertMemo({ freeze: freezeMemo(this.#status) });
  }

  #question(): Awaiting {
    const { workflowId } = this.#rollback.ref;
    const isLifting = !this.#open.includes('full');
    const what = isLifting
      ? 'the freeze could not be lifted'
      : freezeSentence(this.#status).replace(/\.$/, '');
    const content = JSON.stringify({ decision: 'release', by: 'YOUR-NAME', note: 'WHY' });
    return {
      what: `A decision about the freeze: ${what}${isLifting ? ` (${this.#failedHolds.join('; ')})` : ''}`,
      since: now(),
      step: null,
      answers: [
        ...this.#open.map(
          (decision) =>
            `backout decide-freeze ${workflowId} ${decision}${decision === 'full' && !this.#hasBackup ? ' --backup FILE' : ''} --note "WHY"`,
        ),
        `temporal workflow signal --workflow-id ${workflowId} --name decideFreeze --input '${content}'`,
      ],
    };
  }

  get #failedHolds(): string[] {
    return this.#status.holds.filter(({ state }) => state === 'failed').map(holdInWords);
  }

  get #hasBackup(): boolean {
    const { backup, releasedAt } = this.#rollback.request;
    return backup !== undefined || releasedAt !== undefined;
  }

  #listen(): void {
    const judge = (content: unknown) =>
      judgeFreezeDecision(content, {
        open: this.#open,
        given: this.#given,
        hasBackup: this.#hasBackup,
        now: Date.now(),
      });
    const take = (content: unknown): string => {
      const judged = judge(content);
      if ('why' in judged) {
        this.#rollback.refuseMessage('decideFreeze', judged.why);
        return `refused: ${judged.why}`;
      }
      this.#given = judged.decision;
      return 'recorded';
    };
    setHandler(decideFreezeSignal, (content) => void take(content), { description: DESCRIPTION });
    setHandler(decideFreezeUpdate, take, {
      description: DESCRIPTION,
      validator: (content) => {
        const judged = judge(content);
        if ('why' in judged) throw new Error(judged.why);
      },
    });
  }
}
