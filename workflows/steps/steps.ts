/** The steps that rollbacks share, each a verb of the runbook. */
import { plannedStep } from '../../src/domain/plan.ts';
import type { RunKind, StepName } from '../../src/domain/plan.ts';
import { condition } from '@temporalio/workflow';
import type { Activities, StepInput } from '../../activities/types.ts';
import { awaitingApproval, awaitingRestore, whyNotRestored } from '../../src/domain/approval/awaiting.ts';
import { describeAssurance } from '../../src/domain/approval/words.ts';
import { databaseOf } from '../../src/domain/plan.ts';
import type { Outcome, StepRecord, StepResult } from '../../src/domain/rollback.ts';
import { Aftercare } from './aftercare.ts';
import type { Announcer } from './announcer.ts';
import { onTarget } from './activities.ts';
import { describeFailure } from './failures.ts';
import { LossCounting } from './loss-counting.ts';
import { now } from './rollback.ts';
import type { Rollback } from './rollback.ts';
import { finish, RollbackAborted, runStep } from './run-step.ts';
import type { StepOptions } from './run-step.ts';
import { sideBySide } from './side-by-side.ts';

/** How often people are reminded that RESTORE is awaited, and told what it would lose by then. */
const REMIND_EVERY = '15 minutes';

/** A release that was started within this time of the restore is restarted once more, to be sure. */
const CLOCKS_DIFFER_MS = 5000;

/** What is not done when the database is left as it is. */
const LEFT_OUT = [
  'prepare-restore',
  'confirm-restore',
  'stop-application',
  'restore-database',
  'restart-application',
] as const;

/** What is verified is the release after the first of these that was done. */
const CHANGES_BEFORE_VERIFYING: Record<RunKind, readonly StepName[]> = {
  'traffic-only': [],
  full: ['restart-application', 'restore-database'],
  partial: ['restart-application', 'put-back-configuration', 'switch-flags'],
  recover: [],
};

/** Thrown when the approvals that the policy wants were not given: the rollback ends before it has changed anything. */
export class NotApproved extends Error {
  constructor() {
    super('not approved');
  }
}

/** Thrown when this very run has restored the database, before it was reset. */
class AlreadyRestored extends Error {}

/** Thrown when a person decides that the database stays as it is, and the rollback goes on without it. */
class DatabaseLeft extends Error {
  readonly decision: StepRecord['decision'];

  constructor(decision: StepRecord['decision']) {
    super('the database is left as it is');
    this.decision = decision;
  }
}

export class Steps {
  readonly #rollback: Rollback;
  readonly #announcer: Announcer;
  readonly #taskQueue: string;
  readonly #aftercare: Aftercare;
  /** Set before the release is stopped. */
  #mustRun = false;
  /** The restored database is live already, by an earlier run: what was written since must stay. */
  #isRestored = false;

  constructor(rollback: Rollback, announcer: Announcer, taskQueue: string) {
    this.#rollback = rollback;
    this.#announcer = announcer;
    this.#taskQueue = taskQueue;
    this.#aftercare = new Aftercare(rollback);
  }

  /**
   * Waits until everybody has agreed whose approval the policy wants.
   * @throws NotApproved when it was rejected, or nobody agreed in time
   */
  async awaitApprovals(): Promise<void> {
    const { approvals, plan, ref } = this.#rollback;
    const { terms } = approvals.state;
    if (terms === null) throw new Error('approvals are awaited only once they are asked for');
    const awaiting = awaitingApproval(plan, { terms, ref });
    this.#announcer.announce('waiting-for-approval');
    const answer = await this.#rollback.whileAwaiting(awaiting, () => approvals.decided());
    if (answer.outcome === 'rejected' || answer.outcome === 'expired') throw new NotApproved();
  }

  /** Keeps what the next steps change. Bounded, and never a reason to leave traffic on a faulty release. */
  async captureBefore(): Promise<void> {
    await this.#run('capture-before', (target) => target.captureBefore(this.#input), {
      whenFailing: 'go-on',
    });
  }

  async startPrevious(): Promise<void> {
    await this.#run('start-previous', (target) => target.startPrevious(this.#input));
  }

  async shiftTraffic(): Promise<void> {
    const result = await this.#run('shift-traffic', (target) => target.shiftTraffic(this.#input));
    if (result === null) return;
    this.#rollback.trafficSafe(result.provedAt);
    if (this.#rollback.kind !== 'recover') {
      this.#aftercare.faultyLeft();
      this.#rollback.events.tell('service.rolledback');
    }
    this.#announcer.announce('traffic-shifted');
  }

  /** Starts PostgreSQL and waits until it answers. */
  async startDatabase(): Promise<void> {
    await this.#run('start-database', (target) => target.startDatabase(this.#input));
  }

  /** Restarts the release that has lost its database. */
  async reviveApplication(): Promise<void> {
    // By the clock of Temporal, as the age of the process is compared.
    const since = this.#rollback.ref.startedAt;
    await this.#run('restart-application', (target) => target.reviveApplication({ ...this.#input, since }));
  }

  /** Switches the plan's flags. */
  async switchFlags(): Promise<void> {
    await this.#run('switch-flags', (target) => target.switchFlags(this.#input));
  }

  /** Puts the plan's configuration files back. */
  async putBackConfiguration(): Promise<void> {
    await this.#run('put-back-configuration', (target) => target.putBackConfiguration(this.#input));
  }

  /** Restarts what reads its flags and configuration only when it starts. */
  async restartChanged(): Promise<void> {
    const changed = (['put-back-configuration', 'switch-flags'] as const)
      .map((name) => this.#rollback.step(name).finishedAt)
      .find((at) => at !== null);
    const since = changed ?? this.#rollback.ref.startedAt;
    await this.#run('restart-application', (target) => target.restartChanged({ ...this.#input, since }));
  }

  async captureLogs(): Promise<void> {
    await this.#run('capture-logs', (target) => target.captureLogs(this.#input));
  }

  async stopFaulty(): Promise<void> {
    await this.#run('stop-faulty', (target) => target.stopFaulty(this.#input));
  }

  async verifyRelease(): Promise<void> {
    const { plan, ref, status } = this.#rollback;
    const changes = CHANGES_BEFORE_VERIFYING[plan.kind].map(
      (name) => this.#rollback.step(name).result?.provedAt,
    );
    // What the restore has left in logs and metrics, ending sessions and the release itself, is not the release's fault.
    const since = changes.find((at) => at !== undefined) ?? status.trafficSafeAt ?? ref.startedAt;
    await this.#run('verify', (target) => target.verifyRelease({ ...this.#input, since }));
  }

  /**
   * Side by side: restores the backup beside the live database, looks whether the release returned to is healthy, and
   * waits for RESTORE, which people can type at any time meanwhile.
   * Where an earlier run has restored it already, nobody is asked.
   * @returns false when a person decided to leave the database as it is
   * @throws RollbackAborted when the restore was rejected, nobody typed RESTORE in time, or a person ended it
   */
  async agreeOnRestore(): Promise<boolean> {
    if (databaseOf(this.#rollback.plan).alreadyRestored !== undefined) {
      for (const name of ['prepare-restore', 'confirm-restore'] as const)
        this.#rollback.update(name, { state: 'not-needed' });
      this.#isRestored = true;
      await this.#checkRelease();
      return true;
    }
    try {
      await sideBySide([
        () => this.#confirmRestore(),
        () => this.#prepareRestore(),
        () => this.#checkRelease(),
      ]);
      return true;
    } catch (error) {
      if (!(error instanceof AlreadyRestored || error instanceof DatabaseLeft)) throw error;
      // It was cancelled with the others.
      if (this.#rollback.step('check-release').state === 'running')
        this.#rollback.update('check-release', { state: 'not-reached' });
      if (error instanceof AlreadyRestored) {
        this.#rollback.update('confirm-restore', { state: 'not-needed' });
        this.#isRestored = true;
        return true;
      }
      const { decision } = error;
      for (const name of LEFT_OUT) this.#rollback.leaveOut(name, decision);
      return false;
    }
  }

  /** Stops the service where the restore needs that. However the rollback ends, it is started again. */
  async stopApplication(): Promise<void> {
    if (this.#isRestored) return this.#rollback.update('stop-application', { state: 'not-needed' });
    this.#requireRestore();
    this.#mustRun = this.#isInPlace;
    await this.#run('stop-application', (target) => target.stopApplication(this.#input));
  }

  /** Puts the restored database in the live one's place. */
  async restoreDatabase(): Promise<void> {
    if (this.#isRestored) {
      await this.#run('restore-database', (target) => target.proveRestored(this.#input));
      return;
    }
    this.#requireRestore();
    // Left out by a person, it runs because they want it to.
    const keepStopped = this.#rollback.isDone('stop-application');
    const restored = await this.#run('restore-database', (target) =>
      target.restoreDatabase({ ...this.#input, keepStopped }),
    );
    if (restored?.loss !== undefined) this.#rollback.loss.show(restored.loss);
    if (restored !== null) this.#announcer.announce('database-restored');
    else if (this.#isInPlace) await this.abandonRestore();
  }

  get #isInPlace(): boolean {
    return databaseOf(this.#rollback.plan).strategy === 'in-place';
  }

  #requireRestore(): void {
    const { plan, approvals } = this.#rollback;
    const { backup } = databaseOf(plan);
    if (!approvals.clears(plan.hash, backup)) throw new Error('nothing is restored without RESTORE');
  }

  /** Restarts the release on the restored database. However this ends, the rollback does not end with it stopped by us. */
  async restartApplication(): Promise<void> {
    this.#mustRun = true;
    await this.#restart({ whenFailing: 'ask' });
    this.#mustRun = false;
  }

  /** Before the rollback ends: what it has stopped, and not started again, is started. */
  async startStopped(): Promise<void> {
    if (this.#mustRun) await this.#restart({ whenFailing: 'go-on' });
  }

  async #restart(options: StepOptions): Promise<void> {
    const since = this.#restoredAt() ?? this.#rollback.step('restore-database').finishedAt ?? now();
    const again = (target: Activities) => target.restartApplication({ ...this.#input, since });
    await this.#run('restart-application', again, options);
  }

  /** Where an earlier run has restored it, by the clock of its server, which may differ a little from Temporal's. */
  #restoredAt(): string | null {
    const { alreadyRestored } = databaseOf(this.#rollback.plan);
    if (alreadyRestored === undefined) return null;
    return new Date(new Date(alreadyRestored.at).getTime() + CLOCKS_DIFFER_MS).toISOString();
  }

  async #prepareRestore(): Promise<void> {
    const result = await this.#run('prepare-restore', (target) => target.prepareRestore(this.#input));
    if (result === null) throw new DatabaseLeft(this.#rollback.step('prepare-restore').decision);
    if (result.live === 'restored') throw new AlreadyRestored();
  }

  async #checkRelease(): Promise<void> {
    const since = this.#rollback.status.trafficSafeAt ?? this.#rollback.ref.startedAt;
    await this.#run('check-release', (target) => target.checkRelease({ ...this.#input, since }), {
      whenFailing: 'go-on',
    });
  }

  async #confirmRestore(): Promise<void> {
    const step = 'confirm-restore';
    const { plan, approvals, ref } = this.#rollback;
    const { backup } = databaseOf(plan);
    this.#rollback.update(step, { state: 'waiting-for-decision', startedAt: now(), rounds: 1 });
    approvals.askRestore(backup);
    const awaiting = awaitingRestore(plan, { ref, since: now() });
    const decision = await this.#rollback.whileAwaiting(awaiting, () => this.#untilConfirmed());
    const answer = approvals.state.restoreDecision;
    if (answer?.outcome === 'confirmed') {
      const by = answer.by ?? 'somebody who gave no name';
      finish(this.#rollback, step, {
        outcome: 'done',
        proof: `${by} typed RESTORE for ${backup} (${describeAssurance(answer)})`,
        details: [],
        provedAt: answer.at,
      });
      return;
    }
    const isLeft = decision?.decision === 'skip';
    const failure = { type: 'RestoreNotConfirmed', message: whyNotRestored(answer) };
    this.#rollback.update(step, {
      state: isLeft ? 'skipped' : 'aborted',
      finishedAt: now(),
      failure: answer === null ? null : failure,
    });
    throw isLeft ? new DatabaseLeft(decision) : new RollbackAborted(step);
  }

  /**
   * Until RESTORE is typed, rejected or too late, or a person skips or aborts the step; people are reminded meanwhile.
   * @returns that person's decision, where there was one
   */
  async #untilConfirmed(): Promise<StepRecord['decision']> {
    for (;;) {
      let isOver = false;
      const isDecided = () => this.#rollback.hasDecision('confirm-restore');
      const answered = this.#rollback.approvals.restoreDecided(isDecided).then(() => (isOver = true));
      // When the rollback is cancelled, the loop below says so.
      answered.catch(() => undefined);
      await this.#keepTelling(() => isOver);
      const decision = isDecided() ? this.#rollback.takeDecision('confirm-restore') : null;
      // There is nothing to try again: whoever says so wants it to wait on.
      if (decision?.decision !== 'retry' || this.#rollback.approvals.state.restoreDecision !== null)
        return decision;
      this.#rollback.update('confirm-restore', { state: 'waiting-for-decision' });
    }
  }

  /** Says what RESTORE would lose by then, again and again until it is answered. */
  async #keepTelling(isOver: () => boolean): Promise<void> {
    const counting = new LossCounting({ rollback: this.#rollback, taskQueue: this.#taskQueue });
    this.#rollback.loss.recountBy(counting);
    try {
      do {
        await counting.unless(isOver);
        this.#announcer.announce('waiting-for-restore');
      } while (!(await condition(isOver, REMIND_EVERY)));
    } finally {
      this.#rollback.loss.recountBy(null);
      counting.end();
    }
  }

  /** A restore that was done is cleared up after, any other is taken back. Neither holds the end of the rollback up. */
  async closeRestore(outcome: Outcome): Promise<void> {
    if (this.#isRestored && !this.#rollback.isDone('restore-database')) return;
    if (!this.#rollback.isDone('restore-database')) return await this.abandonRestore();
    const { budgetSeconds } = plannedStep(this.#rollback.plan, 'report');
    const summary = 'Clear up after the restore';
    const isSuccess = outcome === 'rolled-back';
    try {
      const target = onTarget({ taskQueue: this.#taskQueue, budgetSeconds, summary });
      const { proof, loss } = await target.settleRestore({ ...this.#input, isSuccess });
      if (loss !== undefined) this.#rollback.loss.show(loss);
      this.#rollback.note({ what: proof, step: 'restore-database' });
    } catch (error) {
      const { message } = describeFailure(error, 'records');
      this.#rollback.note({
        what: `What the restore has left could not be cleared up. ${message}`,
        step: 'restore-database',
      });
    }
  }

  /** Takes back a restore that is not wanted any more: the live database is the one before, as far as can be. */
  async abandonRestore(): Promise<void> {
    if (this.#rollback.plan.database === undefined || this.#rollback.isDone('restore-database')) return;
    if (this.#rollback.step('restore-database').undone !== undefined) return;
    if (this.#rollback.step('prepare-restore').startedAt === null) return;
    const { budgetSeconds } = plannedStep(this.#rollback.plan, 'restore-database');
    const summary = 'Take back the restore that is not wanted any more';
    try {
      const target = onTarget({ taskQueue: this.#taskQueue, budgetSeconds, summary });
      const { proof, live } = await target.abandonRestore(this.#input);
      if (live === 'before' && this.#rollback.step('restore-database').startedAt !== null)
        this.#rollback.update('restore-database', { undone: proof });
      this.#rollback.note({ what: proof, step: 'prepare-restore' });
    } catch (error) {
      const { message } = describeFailure(error, 'records');
      this.#rollback.note({
        what: this.#isInPlace
          ? `The database could not be put back as it was before the restore. ${message}`
          : `What was restored beside the live database could not be removed, and uses disk space. ${message}`,
        step: 'prepare-restore',
      });
    }
  }

  async report(options: StepOptions): Promise<void> {
    await this.#run('report', (target) => target.writeReport({ record: this.#rollback.record }), options);
  }

  /** Tells everybody how it ended. People have the report by now, so a channel that is down holds nothing up. */
  async announceEnd(): Promise<void> {
    const planned = plannedStep(this.#rollback.plan, 'announce');
    await runStep(
      { rollback: this.#rollback, announcer: this.#announcer, taskQueue: this.#taskQueue },
      { name: 'announce', perform: () => this.#announcer.send('ended', planned.title), whenFailing: 'go-on' },
    );
  }

  /** The report once more, now that it can tell whether people were told. The one already written stays if not. */
  async sealReport(): Promise<void> {
    const { budgetSeconds } = plannedStep(this.#rollback.plan, 'report');
    const target = onTarget({ taskQueue: this.#taskQueue, budgetSeconds, summary: 'Complete the report' });
    try {
      await target.writeReport({ record: this.#rollback.record });
    } catch (error) {
      const { message } = describeFailure(error, 'records');
      this.#rollback.note({ what: `The report lacks its last lines: ${message}`, step: 'report' });
    }
  }

  /** Tells other systems that there is an incident. */
  tellBegin(): void {
    this.#rollback.events.tellBegin();
  }

  /** Tells other systems that the incident is over, where it is. */
  tellEnd(): void {
    this.#rollback.events.tell('incident.resolved');
  }

  /** Waits for what is done about the faulty version, and told to other systems, beside the steps. */
  async settled(): Promise<void> {
    await Promise.all([this.#aftercare.settled(), this.#rollback.events.settled()]);
  }

  get #input(): StepInput {
    return { plan: this.#rollback.plan, rollback: this.#rollback.ref };
  }

  async #run(
    name: StepName,
    perform: (target: Activities) => Promise<StepResult>,
    options: StepOptions = { whenFailing: 'ask' },
  ): Promise<StepResult | null> {
    const { title, budgetSeconds } = plannedStep(this.#rollback.plan, name);
    const target = onTarget({ taskQueue: this.#taskQueue, budgetSeconds, summary: title });
    return await runStep(
      { rollback: this.#rollback, announcer: this.#announcer, taskQueue: this.#taskQueue },
      { name, perform: () => perform(target), ...options },
    );
  }
}
