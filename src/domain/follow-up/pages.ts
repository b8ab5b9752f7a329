/** Who is paged by a follow-up: of trouble with the service at once, of what nobody does only where that is wanted. Pure. */
import { describeRelease } from '../plan.ts';
import { levelsFor } from '../escalation/policy.ts';
import type { EscalationPolicy, Level } from '../escalation/policy.ts';
import type { PagingChannel } from '../paging/channel.ts';
import type { Page } from '../paging/page.ts';
import { announceFollowUp } from './announcement.ts';
import type { FollowUpMessage } from './announcement.ts';
import type { FollowUpSettings } from './settings.ts';
import type { FollowUpStatus } from './status.ts';
import { openTroubles } from './watch.ts';
import type { TroubleKind } from './watch.ts';

/** Customers feel these. The others can wait for the day: they get a ticket and a message. */
const PAGED_KINDS: readonly TroubleKind[] = ['health', 'smoke', 'traffic'];

/** What somebody was paged about, until it is over. */
export type Paged = {
  about: TroubleKind | 'items';
  level: Page['level'];
  /** Where something was opened, or may have been: its end is said there, too. */
  channels: PagingChannel[];
  /** Nobody was reached: when it is tried again, ISO 8601. Null: somebody was, or there is nothing to try. */
  againAt: string | null;
  /** Tries that reached nobody. */
  failed: number;
};

export type Paging = {
  policy: EscalationPolicy | null;
  settings: FollowUpSettings;
  /** The first run of the follow-up: the same however often it rests. */
  runId: string;
};

/** One page of a moment to one level. */
export type LevelPage = { level: Level; page: Page };

/**
 * The page of a moment, or null where nobody is paged about it. Trouble goes on to the next level where nobody of the one before
 * could be reached, what nobody does stays with its level.
 */
export function pageFor(
  message: FollowUpMessage,
  { policy, settings, runId }: Paging,
): { about: Paged['about']; pages: [LevelPage, ...LevelPage[]] } | null {
  const { moment, record, count } = message;
  if (policy === null) return null;
  const [first, ...above] = levelsFor(policy, record.plan.request.customerFacing);
  const isTrouble = moment.is === 'trouble' && PAGED_KINDS.includes(moment.trouble.kind);
  const isIgnored = moment.is === 'reminder' && moment.escalated && settings.page.includes('reminders');
  const about = moment.is === 'trouble' ? moment.trouble.kind : 'items';
  const pageTo = (level: Level, id = String(count)): LevelPage => ({
    level,
    page: pageOf(message, { runId, about, level, action: 'trigger', id }),
  });
  if (first === undefined) return null;
  if (isIgnored) return { about, pages: [pageTo(above[0] ?? first)] };
  if (!isTrouble || !settings.page.includes('trouble')) return null;
  const others = above.map((level) => pageTo(level, `${count}-level-${level.number}`));
  return { about, pages: [pageTo(first), ...others] };
}

/** Says where it was paged that it is over. */
export function resolvePage(message: FollowUpMessage, { about, level }: Paged, runId: string): Page {
  return pageOf(message, { runId, about, level, action: 'resolve', id: `${message.count}-resolve` });
}

/** Is it over what somebody was paged about? */
export function isOver({ about }: Pick<Paged, 'about'>, { watch, items, phase }: FollowUpStatus): boolean {
  if (about !== 'items') return !openTroubles(watch).some(({ kind }) => kind === about);
  return phase === 'given-up' || items.every(({ ticked, reminded }) => ticked !== null || reminded === 0);
}

type Parts = {
  runId: string;
  about: Paged['about'];
  level: Page['level'];
  action: Page['action'];
  id: string;
};

function pageOf(message: FollowUpMessage, { runId, about, level, action, id }: Parts): Page {
  const { record } = message;
  const { service, environment, request, to } = record.plan;
  const announcement = announceFollowUp(message);
  return {
    id: `${runId}-follow-up-${about}-${id}`,
    incidentKey: `${runId}-follow-up-${about}`,
    action,
    level: { number: level.number, name: level.name },
    severity: request.severity,
    service,
    environment,
    title: announcement.title,
    body: announcement.body,
    facts: [...announcement.fields, ['Returned to', describeRelease(to)]],
    commands: announcement.commands,
  };
}
