/** Pages through PagerDuty's Events API v2. However often an event arrives, its dedup_key makes it one incident. */
import { describeChannel } from '../../src/domain/paging/channel.ts';
import type { ChannelOf } from '../../src/domain/paging/channel.ts';
import type { Page } from '../../src/domain/paging/page.ts';
import type { Answer } from '../outbound/post.ts';
import { describeSecret, readSecret } from '../secrets/read.ts';
import { toPagerDutyEvent } from './pagerduty-request.ts';
import { deliver, jsonOf } from './sending.ts';
import type { Sending } from './sending.ts';
import { endpoint } from './url.ts';

/** PagerDuty asks for "a few minutes"; the fallback of the level is sooner there. */
const TOO_MANY_MS = 30_000;

/** @returns the dedup_key under which PagerDuty took the event. Throws as `deliver`. */
export async function sendToPagerDuty(
  channel: ChannelOf<'pagerduty'>,
  page: Page,
  sending: Sending,
): Promise<string | null> {
  const routingKey = await readSecret(channel.routingKey, sending.env);
  const where = describeSecret(channel.routingKey);
  return await deliver(
    {
      url: endpoint(channel.baseUrl, 'v2/enqueue'),
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(toPagerDutyEvent(page, routingKey)),
    },
    {
      to: `${describeChannel(channel)} (routing key in the ${where})`,
      secrets: [routingKey],
      tooManyMs: TOO_MANY_MS,
      taken: (answer) =>
        answer.status === 202 ? { kind: 'sent', receipt: textOf(jsonOf(answer)['dedup_key']) } : null,
      next: whatToDo,
    },
    sending,
  );
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function whatToDo({ status, body }: Answer): string {
  if (/routing.?key/i.test(body) || status === 401 || status === 403) {
    return 'The routing key is not one of an Events API v2 integration: take it from the integration in PagerDuty and put it there.';
  }
  if (status === 400) {
    return 'PagerDuty does not understand the event: check the routing key, else it is a bug in Backout. Report it with this text.';
  }
  return 'What answers there is not PagerDuty’s Events API: check `baseUrl`, and proxies on the way.';
}
