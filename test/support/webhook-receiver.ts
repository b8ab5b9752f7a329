/** A receiver of signed webhooks, written from docs/channels.md alone: it checks the signature and drops repeats. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { json, startVendor } from './vendor.ts';
import type { Reply, Seen, Vendor } from './vendor.ts';

export type WebhookReceiver = Vendor & {
  /** What it took, each once. */
  readonly pages: Record<string, unknown>[];
};

const MAX_AGE_SECONDS = 300;

export async function startWebhookReceiver(signingKey: string): Promise<WebhookReceiver> {
  const pages = new Map<string, Record<string, unknown>>();
  const vendor = await startVendor((request) => take(request, { signingKey, pages }));
  return {
    ...vendor,
    get pages() {
      return [...pages.values()];
    },
  };
}

type Receiver = { signingKey: string; pages: Map<string, Record<string, unknown>> };

function take(request: Seen, { signingKey, pages }: Receiver): Reply {
  if (!isGenuine(request, signingKey)) return { status: 401, body: 'bad signature' };
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || key === '') return { status: 400, body: 'no Idempotency-Key' };
  const page = JSON.parse(request.body) as Record<string, unknown>;
  if (!pages.has(key)) pages.set(key, page);
  return json(201, { receipt: `R-${[...pages.keys()].indexOf(key) + 1}` });
}

function isGenuine({ headers, body }: Seen, signingKey: string): boolean {
  const timestamp = String(headers['backout-timestamp']);
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) < MAX_AGE_SECONDS)) return false;
  const wanted = `v1=${createHmac('sha256', signingKey).update(`${timestamp}.${body}`).digest('hex')}`;
  const given = String(headers['backout-signature']);
  return given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted));
}
