/** Pages through GoAlert's generic API, or what takes the same. An open alert with the same `dedup` is not opened again. */
import { describeChannel } from '../../src/domain/paging/channel.ts';
import type { ChannelOf } from '../../src/domain/paging/channel.ts';
import type { Page } from '../../src/domain/paging/page.ts';
import { notTaken } from '../outbound/failures.ts';
import type { Answer } from '../outbound/post.ts';
import { describeSecret, readSecret } from '../secrets/read.ts';
import { toGoAlertRequest } from './goalert-request.ts';
import { deliver, jsonOf } from './sending.ts';
import type { Sending } from './sending.ts';
import { endpoint } from './url.ts';

const TOO_MANY_MS = 10_000;

/** @returns the number of the alert where GoAlert says it. Throws as `deliver`. */
export async function sendToGoAlert(
  channel: ChannelOf<'goalert'>,
  page: Page,
  sending: Sending,
): Promise<string | null> {
  const to = `${describeChannel(channel)} (token in the ${describeSecret(channel.token)})`;
  if (page.action === 'acknowledge') {
    throw notTaken(to, {
      kind: 'refused',
      why: 'its generic API opens and closes alerts, and acknowledges none',
      next: 'Acknowledge the alert in GoAlert.',
    });
  }
  const token = await readSecret(channel.token, sending.env);
  const url = endpoint(channel.baseUrl, 'api/v2/generic/incoming');
  url.searchParams.set('token', token);
  return await deliver(
    {
      url,
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(toGoAlertRequest(page)),
    },
    {
      to,
      secrets: [token],
      tooManyMs: TOO_MANY_MS,
      taken: (answer) =>
        answer.status === 200 || answer.status === 204 ? { kind: 'sent', receipt: numberOf(answer) } : null,
      next: whatToDo,
    },
    sending,
  );
}

function numberOf(answer: Answer): string | null {
  const fields = jsonOf(answer);
  const number = fields['_id'] ?? fields['ID'] ?? fields['id'];
  return typeof number === 'number' && number > 0 ? `alert ${number}` : null;
}

function whatToDo({ status }: Answer): string {
  if (status === 401 || status === 403) {
    return 'The token is not one of a Generic API integration key: take it from the service in GoAlert and put it there.';
  }
  if (status === 400) {
    return 'GoAlert does not understand the message, which is a bug in Backout: report it with this text.';
  }
  return 'What answers there is not GoAlert’s generic API: check `baseUrl`, and proxies on the way.';
}
