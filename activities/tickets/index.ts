/** The ticket system that is configured, and what is done there. Each is safe to run again. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { TicketSettings } from '../../src/domain/follow-up/settings.ts';
import type { CommentDraft, Ticket, TicketDraft } from '../../src/domain/follow-up/tickets.ts';
import type { Finding } from '../../src/domain/readiness.ts';
import { readSecret } from '../secrets/read.ts';
import { createGithub } from './github.ts';
import { createJira } from './jira.ts';
import { commentOnce, ticketOnce } from './once.ts';
import type { Trying } from './once.ts';
import type { Tracker } from './tracker.ts';

/** A settings' secret is read anew each time: a token that was replaced counts at once. */
export type TicketDeps = { env: NodeJS.ProcessEnv; fetch: typeof fetch };

/** `open`: whether it is to be open afterwards; null: as it is, which people may have closed. */
export type TicketChange = { ticket: Ticket; open: boolean | null; comment: CommentDraft };

/** Makes the ticket, or finds the one that an earlier try has made. */
export async function openTicket(
  deps: TicketDeps,
  { settings, draft }: { settings: TicketSettings; draft: TicketDraft },
  trying: Trying,
): Promise<{ ticket: Ticket; already: boolean }> {
  return await ticketOnce(await trackerOf(deps, settings, trying.signal), draft, trying);
}

/** Says it under the ticket, then opens or closes it where that is wanted. */
export async function changeTicket(
  deps: TicketDeps,
  { settings, change }: { settings: TicketSettings; change: TicketChange },
  { signal }: Pick<Trying, 'signal'>,
): Promise<void> {
  const tracker = await trackerOf(deps, settings, signal);
  await commentOnce(tracker, change.ticket, change.comment);
  if (change.open !== null) await tracker.setOpen(change.ticket, change.open);
}

/** For `backout doctor`: could a ticket be made? Nothing where none are wanted. */
export async function ticketFindings(
  deps: TicketDeps,
  settings: TicketSettings | undefined,
  signal: AbortSignal,
): Promise<Finding[]> {
  if (settings === undefined) return [];
  try {
    return [await (await trackerOf(deps, settings, signal)).check()];
  } catch (error) {
    const { what = String(error), next = 'See the log of the worker.' } = partsOf(error);
    return [{ name: 'tickets', ok: false, optional: true, detail: what, fix: next }];
  }
}

async function trackerOf(
  { env, fetch }: TicketDeps,
  { github, jira }: TicketSettings,
  signal: AbortSignal,
): Promise<Tracker> {
  if (github !== undefined)
    return createGithub(github, await readSecret(github.token, env), { fetch, signal });
  if (jira !== undefined) return createJira(jira, await readSecret(jira.token, env), { fetch, signal });
  throw new Error('no ticket system is configured');
}

function partsOf(error: unknown): { what?: string; next?: string } {
  if (error instanceof BackoutFailure) return error.parts;
  const { details, message } = error as { details?: [{ what?: string; next?: string }]; message?: string };
  return details?.[0] ?? (message === undefined ? {} : { what: message });
}
