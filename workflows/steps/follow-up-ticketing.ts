/** The tickets of a follow-up (requirements J2, J3), one job after the other. */
import { isCancellation } from '@temporalio/workflow';
import { openItems } from '../../src/domain/follow-up/items.ts';
import type { TicketJob } from '../../src/domain/follow-up/state.ts';
import type { Ticket } from '../../src/domain/follow-up/tickets.ts';
import { TROUBLE_NAMES } from '../../src/domain/follow-up/watch.ts';
import type { Trouble } from '../../src/domain/follow-up/watch.ts';
import { describeFailure } from './failures.ts';
import type { Logbook } from './follow-up-logbook.ts';
import { describeJob, FollowUpTickets } from './follow-up-tickets.ts';

type JobOf<Kind extends TicketJob['is']> = Extract<TicketJob, { is: Kind }>;

/** The job that waits for longest. One that fails for good is said, and left to people. */
export async function writeNext(log: Logbook): Promise<void> {
  const [job] = log.state.tickets;
  if (job === undefined) return;
  try {
    if (job.is === 'bug') await makeBugTicket(log);
    else if (job.is === 'reminder') await remind(log, job);
    else await writeTrouble(log, job);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.problem(`${describeJob(job)} ${describeFailure(error).message}`);
  }
  log.change({ tickets: log.state.tickets.slice(1) });
}

async function makeBugTicket(log: Logbook): Promise<void> {
  const ticket = await new FollowUpTickets(log).forBug();
  log.change({ bugTicket: ticket });
  log.tick('bug-ticket', ticket.url);
  log.note(`Bug ticket made: ${ticket.url}`);
}

/** Of what is still open by now: the tracker may have been down for hours. */
async function remind(log: Logbook, { of, at }: JobOf<'reminder'>): Promise<void> {
  const { bugTicket, items } = log.state;
  const open = openItems(items).filter(({ name }) => of.includes(name));
  if (bugTicket === null || open.length === 0) return;
  await new FollowUpTickets(log).remind(bugTicket, open, at);
}

async function writeTrouble(log: Logbook, job: JobOf<'began' | 'over' | 'unwatched'>): Promise<void> {
  const found = log.state.watch.troubles.find(({ kind }) => kind === job.kind);
  if (found === undefined) return;
  // As it is now; the job's own count says which of its comings it is about.
  const trouble = { ...found, times: job.times };
  const tickets = new FollowUpTickets(log);
  const { ticket } = trouble;
  if (job.is === 'began' && ticket === null) {
    const made = await tickets.forTrouble(trouble);
    keepTicket(log, job.kind, made);
    log.note(`Ticket made for ${TROUBLE_NAMES[job.kind]}: ${made.url}`);
  } else if (ticket !== null) {
    const what = job.is === 'began' ? 'again' : job.is;
    await tickets.say(ticket, what, trouble);
    log.note(
      `${what === 'over' ? 'Closed' : 'Commented'} ${ticket.url}: ${TROUBLE_NAMES[job.kind]}, ${what}`,
    );
  }
}

function keepTicket(log: Logbook, kind: Trouble['kind'], ticket: Ticket): void {
  const { watch } = log.state;
  const troubles = watch.troubles.map((one) => (one.kind === kind ? { ...one, ticket } : one));
  log.change({ watch: { ...watch, troubles } });
}
