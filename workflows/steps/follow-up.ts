/**
 * A running follow-up: what is due, and what is done about it.
 *
 * Checks, pages, messages and tickets each go on beside the others, one at a time: a tracker that is down for hours
 * delays no check and no reminder, and Slack no page. All that is remembered is plain data, so that the workflow can rest: end and go on as a new run
 * with a short history.
 */
import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import { openItems } from '../../src/domain/follow-up/items.ts';
import { followUpSentence } from '../../src/domain/follow-up/status.ts';
import type { FollowUpResult } from '../../src/domain/follow-up/status.ts';
import { Lanes } from './follow-up-lanes.ts';
import { Logbook, now } from './follow-up-logbook.ts';
import type { FollowUpInput } from './follow-up-logbook.ts';
import { hasPages, nextPageAgain, pageAgainWhenDue, pageNext } from './follow-up-paging.ts';
import { nextReminders, remindWhenDue } from './follow-up-reminding.ts';
import { tellAll, tellNext, writeRecord } from './follow-up-telling.ts';
import { writeNext } from './follow-up-ticketing.ts';
import { listenToTicks } from './follow-up-ticking.ts';
import { check, endWatch } from './follow-up-watching.ts';

/** Events after which the workflow rests. Temporal itself warns at 10,240. */
const LONG_HISTORY = 2000;

export class FollowUp {
  readonly #log: Logbook;
  readonly #lanes: Lanes;

  constructor(input: FollowUpInput) {
    this.#log = new Logbook(input);
    this.#lanes = new Lanes(() => this.#log.publish());
    listenToTicks(this.#log, () => this.#lanes.wake());
    this.#log.publish();
  }

  /** Notes the start. The bug ticket is among what is to be written. */
  begin(): void {
    if (!this.#log.isFirstRun) return;
    this.#log.note(`Follow-up started, of ${this.#log.record.status.workflowId}`);
    if (this.#log.state.nextCheckAt === null) endWatch(this.#log, null);
  }

  checkWhenDue(): void {
    const { nextCheckAt } = this.#log.state;
    if (nextCheckAt !== null && nextCheckAt <= now())
      this.#lanes.start('check', () => check(this.#log, nextCheckAt));
  }

  remindWhenDue(): void {
    remindWhenDue(this.#log);
  }

  pageAgainWhenDue(): void {
    pageAgainWhenDue(this.#log);
  }

  pageTellAndWrite(): void {
    if (hasPages(this.#log)) this.#lanes.start('pages', () => pageNext(this.#log));
    if (this.#log.state.messages.length > 0) this.#lanes.start('messages', () => tellNext(this.#log));
    if (this.#log.state.tickets.length > 0) this.#lanes.start('tickets', () => writeNext(this.#log));
  }

  /** Everything is done or given up, and nothing is left to be told or written. */
  get isOver(): boolean {
    const { phase, state } = this.#log;
    const isQuiet = this.#lanes.areFree && !hasPages(this.#log);
    const isTold = state.messages.length === 0 && state.tickets.length === 0;
    return isQuiet && isTold && (phase === 'done' || phase === 'given-up');
  }

  /** The last message and the last record. */
  async end(): Promise<FollowUpResult> {
    const log = this.#log;
    log.end();
    log.note(`Ended: ${followUpSentence(log.status)}`);
    log.publish();
    await tellAll(log, { is: 'ended' });
    await writeRecord(log);
    await condition(allHandlersFinished);
    const { items, watch, bugTicket } = log.state;
    return {
      outcome: log.phase === 'done' ? 'done' : 'given-up',
      summary: followUpSentence(log.status),
      open: openItems(items).map(({ name }) => name),
      troubles: watch.troubles.map(({ kind, times, seen, until }) => ({ kind, times, seen, until })),
      tickets: [bugTicket, ...watch.troubles.map(({ ticket }) => ticket)].filter((ticket) => ticket !== null),
    };
  }

  /** Where the history has become long, goes on as a new run as soon as nothing is under way. */
  async restWhenLong(): Promise<void> {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    const isLong = historyLength >= LONG_HISTORY || continueAsNewSuggested;
    this.#lanes.rest(isLong);
    if (!isLong || !this.#lanes.areFree) return;
    await condition(allHandlersFinished);
    await continueAsNew<(input: FollowUpInput) => Promise<FollowUpResult>>(this.#log.carriedOver);
  }

  async untilSomethingIsDue(): Promise<void> {
    const next = this.#next();
    await this.#lanes.untilWoken(next?.at ?? null, next === null ? '' : `Until ${next.at}: ${next.what}`);
  }

  /** What comes next by itself; null when only people can go on. */
  #next(): { at: string; what: string } | null {
    const { state, remindUntil } = this.#log;
    // What is under way wakes the workflow when it is done.
    const check = this.#lanes.isBusy('check') ? null : state.nextCheckAt;
    const reminders = nextReminders(this.#log);
    const again = nextPageAgain(this.#log);
    const hasOpen = openItems(state.items).length > 0;
    const upcoming = [
      check === null ? null : { at: check, what: 'the next check' },
      reminders === null ? null : { at: reminders.at, what: `reminder of ${reminders.of.join(', ')}` },
      again === null ? null : { at: again, what: 'nobody could be paged, and is paged again' },
      hasOpen ? { at: remindUntil, what: 'nobody is reminded any more' } : null,
    ];
    return (
      upcoming
        .filter((one) => one !== null)
        .filter(({ at }) => at > now())
        .sort((one, other) => (one.at < other.at ? -1 : Number(one.at > other.at)))[0] ?? null
    );
  }
}
