/** A ticket or a comment is made once, however often a worker dies: it is looked for before it is made. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CommentDraft, Ticket, TicketDraft } from '../../src/domain/follow-up/tickets.ts';
import type { Tracker } from './tracker.ts';

const LOOK_EVERY_MS = 1000;

export type Trying = { attempt: number; signal: AbortSignal };

/**
 * The ticket with the draft's marker: the one that is there, else a new one.
 *
 * An earlier try may have made it and died before it heard so, and a tracker finds a new ticket only after a while. So a
 * later try goes on looking for that long before it makes one.
 */
export async function ticketOnce(
  tracker: Tracker,
  draft: TicketDraft,
  { attempt, signal }: Trying,
): Promise<{ ticket: Ticket; already: boolean }> {
  const until = Date.now() + (attempt > 1 ? tracker.findableAfterMs : 0);
  for (;;) {
    const found = await tracker.find(draft);
    if (found !== null) return { ticket: found, already: true };
    if (Date.now() >= until) return { ticket: await tracker.create(draft), already: false };
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** Says it under the ticket, unless that is said already. Trackers list comments at once, so one look is enough. */
export async function commentOnce(tracker: Tracker, ticket: Ticket, draft: CommentDraft): Promise<void> {
  if (!(await tracker.hasComment(ticket, draft.marker))) await tracker.comment(ticket, draft);
}
