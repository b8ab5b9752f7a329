/** What every ticket system can do for us, and how its failures are said. One folder for all: they differ little. */
import type { CommentDraft, Marker, Ticket, TicketDraft } from '../../src/domain/follow-up/tickets.ts';
import type { Finding } from '../../src/domain/readiness.ts';
import { failureOf } from '../outbound/failures.ts';
import type { Trouble } from '../outbound/judge.ts';

export type Tracker = {
  /** As people read it: `GitHub example/listings`. */
  name: string;
  /** After so long a ticket that was made is found by its marker. */
  findableAfterMs: number;
  /** The ticket with this marker, whatever its state; null where there is none that can be found yet. */
  find(draft: Pick<TicketDraft, 'marker' | 'since'>): Promise<Ticket | null>;
  /** Makes one, whether or not there is one already. */
  create(draft: TicketDraft): Promise<Ticket>;
  hasComment(ticket: Ticket, marker: Marker): Promise<boolean>;
  comment(ticket: Ticket, draft: CommentDraft): Promise<void>;
  /** Does nothing where it is so already. */
  setOpen(ticket: Ticket, open: boolean): Promise<void>;
  /** Could a ticket be made? Changes nothing. */
  check(): Promise<Finding>;
};

export const ONLY_TICKETS =
  'Traffic and data were not changed by this: it only writes tickets. What the rollback did stays done.';

/** One try of one request may take this long. */
export const TIMEOUT_MS = 20_000;

/** @returns as `failureOf` */
export function ticketFailure(name: string, trouble: Trouble): Error {
  return failureOf(trouble, {
    what: `${name}: ${trouble.why}.`,
    changed: ONLY_TICKETS,
    again: 'Backout tries again by itself, and looks first whether the ticket was made all the same.',
  });
}
