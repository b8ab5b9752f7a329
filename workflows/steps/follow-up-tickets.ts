/** The tickets of a follow-up: what is asked of the tracker for each. What is remembered of them is in the logbook. */
import { workflowInfo } from '@temporalio/workflow';
import type { Item } from '../../src/domain/follow-up/items.ts';
import type { FollowUpSettings } from '../../src/domain/follow-up/settings.ts';
import type { TicketJob } from '../../src/domain/follow-up/state.ts';
import {
  bugTicket,
  reminderComment,
  troubleComment,
  troubleTicket,
} from '../../src/domain/follow-up/tickets.ts';
import type { Ticket, TicketDraft } from '../../src/domain/follow-up/tickets.ts';
import { TROUBLE_NAMES } from '../../src/domain/follow-up/watch.ts';
import type { Trouble } from '../../src/domain/follow-up/watch.ts';
import type { IncidentRecord } from '../../src/domain/rollback.ts';
import { afterwards } from './activities.ts';

/** A tracker may be down, or ask to wait for an hour: it is tried for half a day. */
const BUDGET_SECONDS = 12 * 3600;

export class FollowUpTickets {
  readonly #record: IncidentRecord;
  readonly #settings: FollowUpSettings;

  constructor({ record, settings }: { record: IncidentRecord; settings: FollowUpSettings }) {
    this.#record = record;
    this.#settings = settings;
  }

  forBug(): Promise<Ticket> {
    return this.#open(bugTicket(this.#context), 'Make the bug ticket');
  }

  forTrouble(trouble: Trouble): Promise<Ticket> {
    const summary = `Make a ticket: ${TROUBLE_NAMES[trouble.kind]}`;
    return this.#open(troubleTicket(this.#context, trouble), summary);
  }

  /** Says in a ticket what has come of its trouble, and closes it where that is over. */
  say(ticket: Ticket, what: Parameters<typeof troubleComment>[1], trouble: Trouble): Promise<unknown> {
    return this.#tracker(`Say in ${ticket.id}: ${what}`).changeTicket({
      settings: this.#required,
      change: { ticket, open: what !== 'over', comment: troubleComment(this.#context, what, trouble) },
    });
  }

  /** Reminds whoever watches the bug ticket. It stays open or closed, as people have left it. */
  remind(ticket: Ticket, items: Item[], at: string): Promise<unknown> {
    return this.#tracker(`Remind in ${ticket.id}`).changeTicket({
      settings: this.#required,
      change: { ticket, open: null, comment: reminderComment(this.#context, items, at) },
    });
  }

  async #open(draft: TicketDraft, summary: string): Promise<Ticket> {
    const { ticket } = await this.#tracker(summary).openTicket({ settings: this.#required, draft });
    return ticket;
  }

  get #context() {
    return { followUpId: workflowInfo().workflowId, record: this.#record };
  }

  get #required() {
    const { tickets } = this.#settings;
    if (tickets === undefined) throw new Error('tickets are written only where they are configured');
    return tickets;
  }

  #tracker(summary: string) {
    return afterwards({
      taskQueue: workflowInfo().taskQueue,
      budgetSeconds: BUDGET_SECONDS,
      summary,
    });
  }
}

/** Begins the line that says why a ticket was not written. */
export function describeJob(job: TicketJob): string {
  if (job.is === 'bug') return 'The bug ticket could not be made: write it by hand, then tick bug-ticket.';
  return job.is === 'reminder'
    ? `The bug ticket could not be commented: nobody was reminded there of ${job.of.join(', ')}.`
    : `The ticket about "${TROUBLE_NAMES[job.kind]}" could not be written (${job.is}).`;
}
