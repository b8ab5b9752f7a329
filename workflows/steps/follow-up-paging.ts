/** The pages of a follow-up: somebody is called, and told there when it is over. */
import { describeLevel } from '../../src/domain/escalation/policy.ts';
import type { FollowUpMessage } from '../../src/domain/follow-up/announcement.ts';
import { after } from '../../src/domain/follow-up/items.ts';
import { isOver, pageFor, resolvePage } from '../../src/domain/follow-up/pages.ts';
import type { Paged } from '../../src/domain/follow-up/pages.ts';
import { times } from '../../src/domain/follow-up/tickets.ts';
import { openTroubles } from '../../src/domain/follow-up/watch.ts';
import { distinctChannels } from '../../src/domain/paging/channel.ts';
import { sendThrough } from './escalation-pages.ts';
import { now } from './follow-up-logbook.ts';
import type { Logbook } from './follow-up-logbook.ts';

/** Where nobody says how long a channel is tried. */
const CHANNEL_SECONDS = 60;

/** Somebody is to be called, or to be told that it is over. */
export const hasPages = (log: Logbook): boolean => log.state.pages.length > 0 || finished(log).length > 0;

/** Trouble that nobody could be called about is paged again, until somebody is reached or it is over. */
export function pageAgainWhenDue(log: Logbook): void {
  const { paged, pages, watch } = log.state;
  const due = paged.filter(({ againAt }) => againAt !== null && againAt <= now());
  const again = openTroubles(watch).filter(({ kind }) => due.some(({ about }) => about === kind));
  if (again.length === 0) return;
  log.change({
    paged: paged.map((one) => (due.includes(one) ? { ...one, againAt: null } : one)),
    pages: [...pages, ...again.map((trouble) => ({ is: 'trouble', trouble }) as const)],
  });
}

/** ISO 8601; null where nobody has to be paged again. */
export function nextPageAgain({ state }: Logbook): string | null {
  const times = state.paged.map(({ againAt }) => againAt).filter((at) => at !== null);
  return times.sort()[0] ?? null;
}

/** The page that waits for longest; where none waits, what is over is closed. */
export async function pageNext(log: Logbook): Promise<void> {
  const [moment] = log.state.pages;
  if (moment === undefined) {
    for (const paged of finished(log)) await close(log, paged);
    return;
  }
  await page(log, log.nextMessage(moment));
  log.change({ pages: log.state.pages.slice(1) });
}

/** What somebody was paged about, and is over. */
function finished({ state, status }: Logbook): Paged[] {
  return state.paged.filter((paged) => isOver(paged, status));
}

async function page(log: Logbook, message: FollowUpMessage): Promise<void> {
  const found = pageFor(message, log.paging);
  if (found === null) return;
  const { about, pages } = found;
  const before = log.state.paged.find((one) => one.about === about);
  const failed = before?.failed ?? 0;
  let level = pages[0].page.level;
  let channels = before?.channels ?? [];
  let isReached = false;
  for (const { level: called, page: written } of pages) {
    const { receipts, problems, tried } = await sendThrough(called.routes, written, channelSeconds(log));
    level = written.level;
    channels = distinctChannels([...channels, ...tried]);
    isReached = receipts.length > 0;
    for (const { channel } of receipts)
      log.note(`Paged ${describeLevel(called)} by ${channel}${afterTries(failed)}: ${written.title}`);
    // Said once: a night of tries would leave no room in the timeline for anything else.
    if (failed === 0) for (const problem of problems) log.note(`A page did not leave: ${problem}`);
    if (isReached) break;
    if (failed === 0) log.note(`Nobody of ${describeLevel(called)} could be paged: ${written.title}`);
  }
  const canTry = message.moment.is === 'trouble' && pages.some((one) => one.level.routes.length > 0);
  const againAt = isReached || !canTry ? null : after(now(), againMinutes(log));
  if (againAt !== null && failed === 0)
    log.note(
      `It is tried again every ${times(againMinutes(log), 'minute')}, until somebody is reached or it is over`,
    );
  const others = log.state.paged.filter((one) => one.about !== about);
  const paged: Paged = { about, level, channels, againAt, failed: isReached ? 0 : failed + 1 };
  log.change({ paged: [...others, paged] });
}

/** As often as an escalation repeats, and not more seldom than the service is checked. */
const againMinutes = ({ policy, settings }: Logbook): number =>
  Math.min(policy?.repeatMinutes ?? settings.everyMinutes, settings.everyMinutes);

const afterTries = (failed: number): string => (failed === 0 ? '' : `, after ${failed} that reached nobody`);

async function close(log: Logbook, paged: Paged): Promise<void> {
  if (paged.channels.length === 0) {
    log.change({ paged: log.state.paged.filter((one) => one !== paged) });
    log.note(`It is over, and nobody could be paged about it (${paged.about})`);
    return;
  }
  const over = resolvePage(log.nextMessage({ is: 'page-over' }), paged, log.paging.runId);
  log.change({ paged: log.state.paged.filter((one) => one !== paged) });
  const routes = paged.channels.map((channel) => [channel]);
  const { problems } = await sendThrough(routes, over, channelSeconds(log));
  log.note(`Said where it was paged that it is over (${paged.about})`);
  for (const problem of problems) log.note(`Not said where it was paged that it is over: ${problem}`);
}

const channelSeconds = ({ policy }: Logbook): number => policy?.channelSeconds ?? CHANNEL_SECONDS;
