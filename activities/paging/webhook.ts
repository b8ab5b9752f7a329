/** Pages through a webhook of the team's own, signed. The Idempotency-Key is the same for every try of the same page. */
import { describeChannel } from '../../src/domain/paging/channel.ts';
import type { ChannelOf } from '../../src/domain/paging/channel.ts';
import type { Page } from '../../src/domain/paging/page.ts';
import { unusable } from '../outbound/failures.ts';
import type { Answer } from '../outbound/post.ts';
import { describeSecret, readSecret } from '../secrets/read.ts';
import { deliver, jsonOf } from './sending.ts';
import type { Sending } from './sending.ts';
import { toWebhookRequest } from './webhook-request.ts';

const TOO_MANY_MS = 10_000;
const MIN_KEY_LENGTH = 16;
const MAX_RECEIPT = 200;

/** @returns `receipt` or `id` of the receiver's JSON answer. Throws as `deliver`, and InvalidConfiguration. */
export async function sendToWebhook(
  channel: ChannelOf<'webhook'>,
  page: Page,
  sending: Sending,
): Promise<string | null> {
  const { url, signingKey, to } = await readWebhook(channel, sending);
  const { headers, body } = toWebhookRequest(page, { signingKey, sentAt: Math.floor(Date.now() / 1000) });
  return await deliver(
    { url, headers, body },
    {
      to,
      secrets: [signingKey, ...(typeof channel.url === 'string' ? [] : [url.href])],
      tooManyMs: TOO_MANY_MS,
      taken: (answer) =>
        answer.status >= 200 && answer.status < 300
          ? { kind: 'sent', receipt: receiptOf(answer) }
          : laterOf(answer),
      next: whatToDo,
    },
    sending,
  );
}

/** @throws BackoutFailure InvalidConfiguration where URL or key are not there, or can't be used */
export async function readWebhook(
  channel: ChannelOf<'webhook'>,
  { env }: Pick<Sending, 'env'>,
): Promise<{ url: URL; signingKey: string; to: string }> {
  const to = `${describeChannel(channel)} (signing key in the ${describeSecret(channel.signingKey)})`;
  const url = await urlOf(channel, to, env);
  const signingKey = await readSecret(channel.signingKey, env);
  if (signingKey.length >= MIN_KEY_LENGTH) return { url, signingKey, to };
  throw unusable(to, {
    why: `its signing key is shorter than ${MIN_KEY_LENGTH} characters`,
    next: 'Make a new one, for instance with `openssl rand -hex 32`, and give it to the receiver, too.',
  });
}

async function urlOf(channel: ChannelOf<'webhook'>, to: string, env: NodeJS.ProcessEnv): Promise<URL> {
  const text = typeof channel.url === 'string' ? channel.url : await readSecret(channel.url, env);
  const url = URL.canParse(text) ? new URL(text) : null;
  // Checked here, since the error of a URL that can't be used would quote it.
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return url;
  throw unusable(to, {
    why: `what is ${typeof channel.url === 'string' ? 'under `url`' : `in the ${describeSecret(channel.url)}`} is not a URL that begins with https:// and has no login`,
    next: 'Put the URL of the receiver there.',
  });
}

/** Another try with the same key is still being worked on. */
function laterOf({ status }: Answer) {
  return status === 409
    ? { kind: 'later' as const, why: 'it is still at an earlier try of the same page' }
    : null;
}

function receiptOf(answer: Answer): string | null {
  const fields = jsonOf(answer);
  const receipt = fields['receipt'] ?? fields['id'];
  if (typeof receipt !== 'string' && typeof receipt !== 'number') return null;
  return String(receipt).slice(0, MAX_RECEIPT);
}

function whatToDo({ status }: Answer): string {
  if (status === 401 || status === 403) {
    return 'The receiver does not accept the signature: check that both have the same key, and that both clocks are right.';
  }
  if (status >= 300 && status < 400) return 'A redirect is not followed: put the final URL into `url`.';
  return 'Ask whoever runs the receiver: it should answer 2xx to what it takes, and 5xx to what it may take later.';
}
