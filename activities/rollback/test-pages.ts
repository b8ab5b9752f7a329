/** Sends a test through the ways to page, each once: nothing here is tried again, so nobody is called twice. */
import { takesAction } from '../../src/domain/paging/actions.ts';
import { describeChannel } from '../../src/domain/paging/channel.ts';
import type { PagingChannel } from '../../src/domain/paging/channel.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { Finding } from '../../src/domain/readiness.ts';
import { testPage } from '../../src/domain/paging/test-page.ts';
import type { ChannelTested, PageTest, PageTested } from '../../src/domain/paging/test-page.ts';
import type { Deps } from '../deps.ts';
import { partsOf } from '../outbound/failures.ts';
import { checkChannel } from '../paging/check-channel.ts';
import { sendPage } from '../paging/send-page.ts';
import type { Running } from './activity.ts';
import { channelsOf, chooseEnvironment } from './services.ts';

/** Of each request: a server that hangs must not keep the rest from being told. */
const LOOK_WITHIN_MS = 5000;
const ONLY_TELLS = 'Nobody was paged, and traffic and data were not changed.';

/**
 * All at once. A channel that fails is part of the answer.
 * @param id the same for all that this test sends
 * @throws BackoutFailure InvalidRequest for a channel that is not configured, UnknownService
 */
export async function testPages(
  deps: Deps,
  { id, ...test }: PageTest & { id: string },
  running: Running,
): Promise<PageTested> {
  const { service } = test;
  const environment = chooseEnvironment(deps, test);
  const chosen = choose(channelsOf(deps, { service, environment }), test);
  const page = testPage(test, { service, environment, id });
  const sending = { ...outside(deps, running), attempt: 1, since: running.firstScheduledAt };
  const channels = await Promise.all(
    chosen.map(async ([name, channel]): Promise<ChannelTested> => {
      const described = { name, channel: describeChannel(channel) };
      const saysNothing = test.close && !closes(channel);
      if (saysNothing || !takesAction(channel, page.action))
        return { ...described, outcome: 'nothing-to-do' };
      try {
        return { ...described, outcome: 'taken', receipt: await sendPage({ channel, page }, sending) };
      } catch (error) {
        const { what, next } = partsOf(error);
        return { ...described, outcome: 'failed', what, next };
      }
    }),
  );
  return { service, environment, channels };
}

/** What these have opened stays open until it is closed; the others only carry messages. */
const closes = ({ kind }: PagingChannel): boolean =>
  kind === 'pagerduty' || kind === 'goalert' || kind === 'webhook';

function choose(
  all: Record<string, PagingChannel>,
  { service, channels }: PageTest,
): [name: string, channel: PagingChannel][] {
  const known = Object.keys(all);
  const stranger = channels?.find((name) => !known.includes(name));
  if (known.length > 0 && stranger === undefined) {
    return Object.entries(all).filter(([name]) => channels?.includes(name) ?? true);
  }
  throw new BackoutFailure('InvalidRequest', {
    what:
      stranger === undefined || known.length === 0
        ? `Nobody can be paged about ${service}: there is nothing under escalation.channels.`
        : `There is no channel "${stranger}" under escalation.channels.`,
    changed: ONLY_TELLS,
    next: known.length === 0 ? 'Configure it: see docs/channels.md.' : `Choose one of: ${known.join(', ')}.`,
  });
}

/** What `backout doctor` says of each way to page. Sends nothing. */
export async function pagingFindings(
  deps: Deps,
  place: { service: string; environment: string },
): Promise<Finding[]> {
  const { signal } = new AbortController();
  const looking = { ...outside(deps, { signal }), timeoutMs: LOOK_WITHIN_MS };
  return await Promise.all(
    Object.entries(channelsOf(deps, place)).map(async ([name, channel]): Promise<Finding> => {
      const finding = { name: `paging: ${name}`, optional: true as const };
      try {
        return { ...finding, ok: true, detail: await checkChannel(channel, looking) };
      } catch (error) {
        const { what, next } = partsOf(error);
        return { ...finding, ok: false, detail: what, fix: next };
      }
    }),
  );
}

const outside = ({ env, fetch }: Deps, { signal }: { signal: AbortSignal }) => ({ env, fetch, signal });
